/** Makes of an array or a jsonb a text that is equal and in order, byte by byte, exactly where Postgres has the values so. */
import { numericKey, parseNumeric } from './pg-numeric.ts';
import { intervalKey } from './pg-interval.ts';
import { readPlainItems } from './pg-array.ts';
import { jsonKind, jsonMembers, jsonText, readJsonb } from './pg-json.ts';
import { fail } from './row-failure.ts';

/** Ends a part: less than all that parts are made of, so that a text comes before a longer one that begins with it. */
const END = '\u0001';
const ESCAPE = '\u0002';

/** The text with an end, in which no other end is. */
function ended(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what is escaped.
  return `${text.replace(/[\u0001\u0002]/g, (character) => ESCAPE + character)}${END}`;
}

const SIGN = 1n << 63n;
const bits = new DataView(new ArrayBuffer(8));

/** NaN is greatest and equal to itself, -0 is 0. */
function floatKey(text: string): string {
  const value = Number(text);
  if (Number.isNaN(value)) return 'g';
  bits.setFloat64(0, value === 0 ? 0 : value);
  const raw = bits.getBigUint64(0);
  return ((raw & SIGN) === 0n ? raw | SIGN : ~raw & 0xffff_ffff_ffff_ffffn).toString(16).padStart(16, '0');
}

/** A date or timestamp as Postgres prints it. */
function momentKey(text: string): string {
  if (text === 'infinity') return '~';
  if (text === '-infinity') return '!';
  if (!/^\d{4}-/.test(text) || text.endsWith('BC')) return fail('the order of moments outside the years 1 to 9999 is not computed');
  return text.replace(/\+00$/, '');
}

const ITEM_KEYS = {
  text: (item: string) => item,
  padded: (item: string) => item.replace(/ +$/, ''),
  integer: (item: string) => (BigInt(item) + SIGN).toString().padStart(20, '0'),
  numeric: (item: string) => numericKey(item),
  float: floatKey,
  moment: momentKey,
  interval: (item: string) => (intervalKey(item) + SIGN).toString().padStart(20, '0'),
} as const;

export type ItemKeyKind = keyof typeof ITEM_KEYS;

/** Item by item; NULL comes after every other, and an array before a longer one that begins with it. */
export function arrayKey(text: string, kind: string): string {
  const keyOf = ITEM_KEYS[kind as ItemKeyKind];
  return readPlainItems(text)
    .map((item) => (item === null ? 'W' : `V${ended(keyOf(item))}`))
    .join('');
}

/** Objects after arrays after booleans after numbers after strings after null; of arrays and of objects the larger after the smaller. */
export function jsonbKey(text: string): string {
  const value = readJsonb(text);
  const kind = jsonKind(value);
  if (kind === 'object') return `O${container(value)}`;
  // At the top, a value that is no container is an array of one, which comes before others of one.
  return kind === 'array' ? `A${counted(1 + 0, value)}` : `A${size(1)}0${inner(value)}`;
}

function size(count: number): string {
  return String(count).padStart(10, '0');
}
