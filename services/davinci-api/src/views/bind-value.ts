/**
 * Decides how one value travels beside the SQL: as the text of a bound parameter with the cast of its type. Nothing of a value ever gets into
 * the SQL; only its kind (whole or decimal number, null) chooses between casts.
 */
import { RtdpError } from '@rtdp/ums/error';
import type { RelativeDate } from '../client/variables.ts';
import type { ColumnType } from '../client/views.ts';
import { relativeSpan } from './relative-dates.ts';
import { instantOf, wallOf } from './zone-time.ts';

export type Scalar = string | number | boolean | null;

/** When and where the viewer is. */
export interface Moment {
  /** Milliseconds since 1970. */
  now: number;
  timeZone: string;
}

/** Parameters of one statement; equal texts with equal casts share a number. */
export class Parameters {
  readonly values: (string | null)[] = [];
  readonly #places = new Map<string, string>();

  /** Gives the expression to write, such as `$3::date`. */
  add(value: string | null, cast: string): string {
    const key = JSON.stringify([value, cast]);
    let place = this.#places.get(key);
    if (place === undefined) {
      this.values.push(value);
      place = `$${this.values.length}${cast === '' ? '' : `::${cast}`}`;
      this.#places.set(key, place);
    }
    return place;
  }
}

export type ValueType = Exclude<ColumnType, 'other'> | 'bare';

const WHOLE = /^[+-]?\d{1,18}$/;
const DECIMAL = /^[+-]?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d{1,4})?$/;
const DATE = /^(\d{4})-(\d{2})-(\d{2})$/;
const TIME = /^(\d{4}-\d{2}-\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(\.\d{1,9})?)?)?\s*(Z|[+-]\d{2}(?::?\d{2})?)?$/;

/** `bare`: text whose type the place it stands in decides. @throws RtdpError DAVINCI_VARIABLE_INVALID naming `what` */
export function bindValue(
  parameters: Parameters,
  type: ValueType,
  value: Scalar | RelativeDate,
  moment: Moment,
  what: string,
): string {
  if (value === null) return parameters.add(null, CAST[type]);
  if (typeof value === 'object') return bindRelative(parameters, type, value, moment, what);
  const text = String(value);
  if (text.includes('\0')) throw invalid(what, 'holds a character that no database takes', value);
  switch (type) {
    case 'text':
    case 'bare':
      return parameters.add(text, CAST[type]);
    case 'number':
      if (typeof value === 'boolean' || !DECIMAL.test(text)) throw invalid(what, 'is not a number', value);
      return parameters.add(text, WHOLE.test(text) ? 'bigint' : 'numeric');
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw invalid(what, 'is neither true nor false', value);
      return parameters.add(text, CAST[type]);
    case 'date':
      return parameters.add(isoDate(wallTime(text, moment, what)), CAST[type]);
    case 'datetime': {
      const { wall, fraction } = readTime(text, moment, what);
      return parameters.add(isoTime(wall, fraction), CAST[type]);
    }
    case 'instant': {
      const { wall, fraction } = readTime(text, moment, what);
      return parameters.add(`${isoTime(instantOf(wall, moment.timeZone), fraction)}+00`, CAST[type]);
    }
  }
}

const CAST: Record<ValueType, string> = {
  text: 'text',
  bare: '',
  number: 'numeric',
  boolean: 'boolean',
  date: 'date',
  datetime: 'timestamp',
  instant: 'timestamptz',
};

/** A wall time of the viewer's zone as a parameter of the type. */
export function bindWall(
  parameters: Parameters,
  type: 'date' | 'datetime' | 'instant',
  wall: number,
  { timeZone }: Moment,
): string {
  if (type === 'date') return parameters.add(isoDate(wall), CAST.date);
  if (type === 'datetime') return parameters.add(isoTime(wall, ''), CAST.datetime);
  return parameters.add(`${isoTime(instantOf(wall, timeZone), '')}+00`, CAST.instant);
}

export function isDateOnly(value: unknown): value is string {
  return typeof value === 'string' && DATE.test(value);
}

/** The wall time of the viewer's zone that a text names, in milliseconds. */
export function wallTime(text: string, moment: Moment, what: string): number {
  return readTime(text, moment, what).wall;
}

function bindRelative(
  parameters: Parameters,
  type: ValueType,
  value: RelativeDate,
  moment: Moment,
  what: string,
): string {
  if (type !== 'date' && type !== 'datetime' && type !== 'instant') throw invalid(what, 'is no date', value);
  const { from, to } = relativeSpan(value, moment.now, moment.timeZone);
  // The end of a span of dates is its last day, of times the first moment after it.
  const end = type === 'date' ? to - 86_400_000 : to;
  return bindWall(parameters, type, value.edge === 'end' ? end : from, moment);
}

/** Keeps the fraction as text, as the database knows more digits than we do. */
function readTime(text: string, { timeZone }: Moment, what: string): { wall: number; fraction: string } {
  const match = TIME.exec(text.trim());
  if (match === null) throw invalid(what, 'is not a date or time such as 2026-01-31 or 2026-01-31T10:00:00Z', text);
  const [, date = '', hour = '0', minute = '0', second = '0', fraction = '', zone] = match;
  const [year, month, day] = date.split('-').map(Number) as [number, number, number];
  const wall = Date.UTC(year, month - 1, day, Number(hour), Number(minute), Number(second));
  if (
    isoDate(Date.UTC(year, month - 1, day)) !== date ||
    Number(hour) > 23 ||
    Number(minute) > 59 ||
    Number(second) > 59
  ) {
    throw invalid(what, 'is not a time that there is', text);
  }
  return { wall: zone === undefined ? wall : wallOf(wall - offsetOf(zone), timeZone), fraction };
}

function offsetOf(zone: string): number {
  if (zone === 'Z') return 0;
  const digits = zone.slice(1).replace(':', '').padEnd(4, '0');
  return (zone[0] === '-' ? -1 : 1) * (Number(digits.slice(0, 2)) * 60 + Number(digits.slice(2))) * 60_000;
}

function isoDate(wall: number): string {
  return new Date(wall).toISOString().slice(0, 10);
}

function isoTime(wall: number, fraction: string): string {
  return `${new Date(wall).toISOString().slice(0, 19).replace('T', ' ')}${fraction}`;
}

export function invalid(what: string, why: string, value: unknown): RtdpError {
  return new RtdpError({
    code: 'DAVINCI_VARIABLE_INVALID',
    message: `${what} ${why}`,
    next: 'Give a value of the type that is declared.',
    facts: { value },
  });
}
