/** Decides where in a statement an error belongs, from whatever form its facts have: problems with line and column, or a position. Pure. */

import { quoteIdentifier } from './completion-schema.ts';

export interface ErrorLike {
  code: string;
  message: string;
  next: string;
  facts: Record<string, unknown>;
}

export interface ErrorPlace {
  /** Offsets in the text of the editor. */
  from: number;
  to: number;
  code: string;
  message: string;
  next: string;
  /** What probably was meant, to stand there instead. */
  correction?: string;
}

/**
 * @param text what the editor holds
 * @param offset where the statement that was run begins in it (a selection may have been run)
 * @returns one place for each problem that says where it is; an error without a place gives none
 */
export function errorPlaces(error: ErrorLike, text: string, offset = 0): ErrorPlace[] {
  const { problems } = error.facts;
  const told = Array.isArray(problems) ? problems.filter(isRecord) : [];
  const candidates = told.length > 0 ? told : [error.facts];
  const places: ErrorPlace[] = [];
  for (const candidate of candidates) {
    const at = offsetOf(candidate, text.slice(offset));
    if (at === undefined) continue;
    const from = Math.min(offset + at, text.length);
    const to = endOfWord(text, from);
    const message = textOf(candidate.message) ?? error.message;
    const next = textOf(candidate.next) ?? error.next;
    const correction = correctionOf(text.slice(from, to), message, next);
    places.push({
      from,
      to,
      code: textOf(candidate.code) ?? error.code,
      message,
      next,
      ...(correction === undefined ? {} : { correction }),
    });
  }
  return places;
}

function offsetOf(place: Record<string, unknown>, text: string): number | undefined {
  const { line, column, position } = place;
  if (typeof line === 'number') {
    const lines = text.split('\n');
    if (line < 1 || line > lines.length) return undefined;
    const before = lines.slice(0, line - 1).reduce((sum, each) => sum + each.length + 1, 0);
    const inLine = codeUnits(lines[line - 1] ?? '', typeof column === 'number' ? column - 1 : 0);
    return before + inLine;
  }
  const at = typeof position === 'string' ? Number(position) : position;
  if (typeof at !== 'number' || !Number.isInteger(at) || at < 1) return undefined;
  return codeUnits(text, at - 1);
}

/** Servers count characters, an editor counts UTF-16 code units. */
function codeUnits(text: string, characters: number): number {
  let units = 0;
  let left = characters;
  for (const character of text) {
    if (left <= 0) break;
    units += character.length;
    left -= 1;
  }
  return units;
}

const NAME = String.raw`(?:"(?:""|[^"])*"|[\p{L}_][\p{L}\p{N}_$]*)`;
/** A name with what it belongs to (`o.total`), a number or a variable. */
const WORD = new RegExp(String.raw`^(?:${NAME}(?:\.${NAME})*|\d+|:\w+)`, 'u');

function endOfWord(text: string, from: number): number {
  const word = WORD.exec(text.slice(from));
  return Math.min(text.length, from + (word?.[0].length ?? 1));
}

/** All parts of the platform name a near name in this sentence. */
const MEANT = /^Did you mean (\S+)\?$/;

/** Only where the error speaks of what is written there: a place may be told without care. */
function correctionOf(written: string, message: string, next: string): string | undefined {
  const meant = MEANT.exec(next)?.[1];
  if (meant === undefined) return undefined;
  const parts = written.match(new RegExp(NAME, 'gu')) ?? [];
  const last = parts.at(-1);
  if (last === undefined || !message.includes(last.replaceAll('"', ''))) return undefined;
  const path = meant.split('.').map(quoteIdentifier).join('.');
  return meant.includes('.') ? path : [...parts.slice(0, -1), path].join('.');
}

function textOf(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
