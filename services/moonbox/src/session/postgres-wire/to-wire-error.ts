/** Decides what a client of the wire is told of an error: SQLSTATE, message, hint and place. */
import { RtdpError } from '@rtdp/ums/error';
import { WIRE_ERROR_CODES, type WireErrorCode } from './error-codes.ts';
import type { MessageWriter } from './message-writer.ts';
import { onlyPlaceOf } from './split-statements.ts';

export interface WireError {
  readonly severity: 'ERROR' | 'FATAL';
  readonly state: string;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Our own code, which the documentation explains. */
  readonly detail?: string | undefined;
  /** Index (UTF-16, from 0) in the statement. */
  readonly place?: number | undefined;
  /** True for what nobody expected; belongs into the log. */
  readonly isUnexpected: boolean;
}

/** What a real Postgres (the shadow catalog) said: its ErrorResponse, with the place moved to the statement of the client. */
export class CatalogError extends Error {
  readonly fields: ReadonlyMap<string, string>;
  readonly place: number | undefined;

  constructor(fields: ReadonlyMap<string, string>, place: number | undefined) {
    super(fields.get('M') ?? 'the catalog query failed');
    this.name = 'CatalogError';
    this.fields = fields;
    this.place = place;
  }
}

/** Whole codes, then patterns; the first that matches wins. */
const STATES: readonly (readonly [RegExp, string])[] = [
  [/^SQL_SYNTAX$|^MOONBOX_STATEMENT_INVALID$/, '42601'],
  [/^SQL_UNKNOWN_TABLE$|^MOONBOX_TABLE_UNKNOWN$/, '42P01'],
  [/^SQL_UNKNOWN_COLUMN$|^MOONBOX_COLUMN_UNKNOWN$/, '42703'],
  [/^SQL_AMBIGUOUS_/, '42702'],
  [/^SQL_DUPLICATE_/, '42701'],
  [/^SQL_UNKNOWN_(FUNCTION|OPERATOR)$/, '42883'],
  [/^SQL_UNKNOWN_TYPE$|^MOONBOX_GRANTEE_UNKNOWN$/, '42704'],
  [/^SQL_UNKNOWN_CAST$/, '42846'],
  [/^SQL_TYPE_MISMATCH$/, '42804'],
  [/^SQL_(INVALID_VALUE|VALUE)$/, '22P02'],
  [/^SQL_NEGATIVE_LIMIT$/, '2201W'],
  [/^SQL_NEGATIVE_OFFSET$/, '2201X'],
  [/^SQL_PLACEHOLDER$|^MOONBOX_PARAMETERS_INVALID$/, '42P02'],
  [/^SQL_GROUP/, '42803'],
  [/^MOONBOX_DATABASE_UNKNOWN$|^MOONBOX_MOUNT_UNKNOWN$/, '3F000'],
  [/^MOONBOX_.*_EXISTS$/, '42P06'],
  [/^MOONBOX_STATEMENT_UNSUPPORTED$/, '0A000'],
  [/CANCELLED$|_TIME_LIMIT$|_TIMEOUT$/, '57014'],
  [/MEMORY/, '53200'],
  [/_ROW_LIMIT$/, '54000'],
  [/^ENGINE_VALUE_FAILED$/, '22000'],
  [/FORBIDDEN$/, '42501'],
  [/_UNAVAILABLE$|_UNREACHABLE$/, '58000'],
  [/^SQL_/, '0A000'],
];

/** Of what a value did wrong in the engine, by its message: drivers tell these apart by the state alone. */
const VALUE_STATES: readonly (readonly [RegExp, string])[] = [
  [/^division by zero/i, '22012'],
  [/^invalid input syntax|^malformed array/, '22P02'],
  [/^(date|time|date\/time) field value out of range|^interval out of range|" is not a (date|timestamp) of/, '22008'],
  [/out of range|overflow|^Failed to cast decimal/i, '22003'],
];

interface Place {
  readonly line: number;
  readonly column: number;
}

/** `statement` is the text that places of SqlErrors count in. */
export function toWireError(error: unknown, statement = ''): WireError {
  if (error instanceof CatalogError) {
    const { fields, place } = error;
    return {
      severity: 'ERROR',
      state: fields.get('C') ?? 'XX000',
      message: error.message,
      hint: fields.get('H'),
      detail: fields.get('D'),
      place,
      isUnexpected: false,
    };
  }
  if (!isCoded(error)) {
    return {
      severity: 'ERROR',
      state: 'XX000',
      message: 'The gateway failed in a way it did not expect.',
      hint: 'Look into the log of Moonbox at this time; the error is there in full.',
      isUnexpected: true,
    };
  }
  const { code, facts } = error;
  const place = problemOf(facts);
  return {
    severity: 'ERROR',
    state: stateOf(code, facts, error.message),
    message: problemMessage(facts) ?? error.message,
    hint: error.next,
    detail: `Error code ${code}.`,
    place: place === undefined ? placeOfName(statement, error.message) : indexOf(statement, place),
    isUnexpected: code === 'SERVICE_INTERNAL',
  };
}

interface CodedError extends Error {
  readonly code: string;
  readonly next: string;
  readonly facts: Record<string, unknown>;
}

/** An RtdpError, or the SqlError that has its shape. */
function isCoded(error: unknown): error is CodedError {
  if (error instanceof RtdpError) return true;
  if (!(error instanceof Error)) return false;
  const { code, next, facts } = error as Partial<CodedError>;
  return typeof code === 'string' && typeof next === 'string' && typeof facts === 'object';
}

function stateOf(code: string, facts: Record<string, unknown>, message: string): string {
  const own = WIRE_ERROR_CODES[code as WireErrorCode]?.[0];
  if (own !== undefined) return own;
  // A source that is a Postgres itself knows best.
  if (typeof facts.sqlState === 'string' && /^[0-9A-Z]{5}$/.test(facts.sqlState)) return facts.sqlState;
  const ofValue = code === 'ENGINE_VALUE_FAILED' ? VALUE_STATES.find(([pattern]) => pattern.test(message)) : undefined;
  return (ofValue ?? STATES.find(([pattern]) => pattern.test(code)))?.[1] ?? 'XX000';
}

function problemOf(facts: Record<string, unknown>): (Place & { message?: unknown }) | undefined {
  const [problem] = Array.isArray(facts.problems) ? (facts.problems as unknown[]) : [facts];
  if (typeof problem !== 'object' || problem === null) return undefined;
  const { line, column } = problem as Partial<Place>;
  return typeof line === 'number' && typeof column === 'number' ? (problem as Place) : undefined;
}

/** A source tells of a name, but not where it stood before its statement was made of the client's: where it can only be one, that is the place. */
function placeOfName(statement: string, message: string): number | undefined {
  const match = /^(?:column|relation|function|type|schema) (?:\w+\.)?"?([^"()\s]+)/.exec(message);
  return match === null ? undefined : onlyPlaceOf(statement, match[1]!);
}

/** The message of the first problem alone: place and next step have fields of their own here. */
function problemMessage(facts: Record<string, unknown>): string | undefined {
  const message = problemOf(facts)?.message;
  return typeof message === 'string' ? message : undefined;
}

function indexOf(text: string, { line, column }: Place): number {
  let start = 0;
  for (let current = 1; current < line; current += 1) {
    const next = text.indexOf('\n', start);
    if (next < 0) break;
    start = next + 1;
  }
  return start + column - 1;
}

/** `whole` is the text the client sent, in which the statement begins at `start`: positions count its characters from 1. */
export function writeError(writer: MessageWriter, error: WireError, whole = '', start = 0): void {
  const field = (mark: string, value: string | undefined): void => {
    if (value !== undefined && value !== '') writer.byte(mark.charCodeAt(0)).text(value);
  };
  writer.begin('E');
  field('S', error.severity);
  field('V', error.severity);
  field('C', error.state);
  field('M', error.message);
  field('D', error.detail);
  field('H', error.hint);
  if (error.place !== undefined) field('P', String([...whole.slice(0, start + error.place)].length + 1));
  writer.byte(0).end();
}

export function writeNotice(
  writer: MessageWriter,
  severity: 'NOTICE' | 'WARNING',
  state: string,
  message: string,
): void {
  writer.begin('N');
  for (const [mark, value] of Object.entries({ S: severity, V: severity, C: state, M: message })) {
    writer.byte(mark.charCodeAt(0)).text(value);
  }
  writer.byte(0).end();
}
