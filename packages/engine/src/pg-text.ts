/** Postgres' text functions where the engine's differ: case as the C.UTF-8 locale folds it, positions in characters, reading values. */
import { readDateText, readTimestampText } from '@rtdp/sql/literals';
import { fail } from './row-failure.ts';

/** One character in the other case, as Unicode's simple mapping has it: where the full mapping is several characters, it stays. */
function simpleCase(character: string, upper: boolean): string {
  if (isCasedSinceUnicode17(character.codePointAt(0)!)) return character;
  const mapped = upper ? character.toUpperCase() : character.toLowerCase();
  if ([...mapped].length === 1) return mapped;
  const special = (upper ? SIMPLE_UPPER : SIMPLE_LOWER).get(character);
  return special ?? character;
}

/** Letters that the language already folds and Postgres 18, with Unicode 16, does not. */
function isCasedSinceUnicode17(code: number): boolean {
  return (
    (code >= 0xa7ce && code <= 0xa7d5 && code !== 0xa7d0 && code !== 0xa7d1) || (code >= 0x16ea0 && code <= 0x16ed3)
  );
}

/** Characters whose full upper case is several characters but that have a simple one: Greek with iota subscript. */
const SIMPLE_UPPER = new Map<string, string>();
for (const start of [0x1f80, 0x1f90, 0x1fa0]) {
  for (let offset = 0; offset < 8; offset += 1) {
    SIMPLE_UPPER.set(String.fromCodePoint(start + offset), String.fromCodePoint(start + offset + 8));
  }
}
for (const [from, to] of [
  [0x1fb3, 0x1fbc],
  [0x1fc3, 0x1fcc],
  [0x1ff3, 0x1ffc],
] as const) {
  SIMPLE_UPPER.set(String.fromCodePoint(from), String.fromCodePoint(to));
}
const SIMPLE_LOWER = new Map([['\u0130', 'i']]);

const ASCII_ONLY = /^[\0-\x7f]*$/;

export function lower(text: string): string {
  if (ASCII_ONLY.test(text)) return text.toLowerCase();
  return Array.from(text, (character) => simpleCase(character, false)).join('');
}

export function upper(text: string): string {
  if (ASCII_ONLY.test(text)) return text.toUpperCase();
  return Array.from(text, (character) => simpleCase(character, true)).join('');
}

/** First letter of each word upper, the rest lower; a word is letters and digits. */
export function initcap(text: string): string {
  let inWord = false;
  return Array.from(text, (character) => {
    const result = simpleCase(character, !inWord);
    inWord = /[\p{Alphabetic}0-9]/u.test(character);
    return result;
  }).join('');
}

export function reverse(text: string): string {
  return [...text].reverse().join('');
}

/** substring(text from start for length): positions before the first character count against the length. */
export function substring(text: string, start: bigint, length: bigint): string {
  if (length < 0n) return fail('negative substring length not allowed');
  const end = start + length;
  const from = start < 1n ? 1n : start;
  if (end <= from) return '';
  return [...text].slice(Number(from) - 1, Number(end) - 1).join('');
}

export function splitPart(text: string, separator: string, index: number): string {
  if (index === 0) return fail('field position must not be zero');
  if (separator === '') return index === 1 || index === -1 ? text : '';
  const parts = text.split(separator);
  return (index > 0 ? parts[index - 1] : parts[parts.length + index]) ?? '';
}

export function characterOf(code: number): string {
  if (code === 0) return fail('null character not permitted');
  if (code < 0) return fail('character number must be positive');
  if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
    return fail(`requested character not valid for encoding: ${code}`);
  return String.fromCodePoint(code);
}

/** Each character of `from` becomes the one at its place in `to`, or goes. */
export function translate(text: string, from: string, to: string): string {
  const targets = [...to];
  const map = new Map<string, string>();
  for (const [index, character] of [...from].entries()) {
    if (!map.has(character)) map.set(character, targets[index] ?? '');
  }
  return Array.from(text, (character) => map.get(character) ?? character).join('');
}

const INTEGER_FORM =
  /^[ \t\n\r\f\v]*([+-]?)(\d+(?:_\d+)*|0[xX]_?[0-9a-fA-F]+(?:_[0-9a-fA-F]+)*|0[oO]_?[0-7]+(?:_[0-7]+)*|0[bB]_?[01]+(?:_[01]+)*)[ \t\n\r\f\v]*$/;

/** Reads an integer as Postgres 16 and later do: also 0x1f, 0o17, 0b1 and 1_000. */
export function parseInt8(text: string): bigint {
  const match = INTEGER_FORM.exec(text);
  if (match === null) return fail(`invalid input syntax for type bigint: "${text}"`);
  const magnitude = BigInt(match[2]!.replaceAll('_', ''));
  const value = match[1] === '-' ? -magnitude : magnitude;
  if (value < -(2n ** 63n) || value >= 2n ** 63n) return fail(`value "${text}" is out of range for type bigint`);
  return value;
}

export function parseBool(text: string): boolean {
  const word = text.replace(/^[ \t\n\r\f\v]+|[ \t\n\r\f\v]+$/g, '').toLowerCase();
  const begins = (full: string, least: number): boolean => word.length >= least && full.startsWith(word);
  if (begins('true', 1) || begins('yes', 1) || word === 'on' || word === '1') return true;
  if (begins('false', 1) || begins('no', 1) || begins('off', 2) || word === '0') return false;
  return fail(`invalid input syntax for type boolean: "${text}"`);
}

/** ISO dates only; Postgres reads more forms, whose meaning depends on its settings. */
export function parseDate(text: string): string {
  return readDateText(text) ?? fail(`"${text}" is not a date of the form yyyy-MM-dd`);
}

export function parseTimestamp(text: string): string {
  return readTimestampText(text, false) ?? fail(`"${text}" is not a timestamp of the form yyyy-MM-dd HH:mm:ss`);
}

/** The moment in UTC; without an offset the text is taken as UTC. */
export function parseTimestamptz(text: string): string {
  return readTimestampText(text, true) ?? fail(`"${text}" is not a timestamp of the form yyyy-MM-dd HH:mm:ss+hh`);
}

export function parseUuid(text: string): string {
  const bare = text.startsWith('{') && text.endsWith('}') ? text.slice(1, -1) : text;
  if (!/^(?:[0-9a-fA-F]{4}-?){7}[0-9a-fA-F]{4}$/.test(bare))
    return fail(`invalid input syntax for type uuid: "${text}"`);
  const hex = bare.replaceAll('-', '').toLowerCase();
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}
