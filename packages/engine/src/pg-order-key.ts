/** Makes of an array or a jsonb a text that is equal and in order, byte by byte, exactly where Postgres has the values so. */

import { readPlainItems } from './pg-array.ts';
import { intervalKey } from './pg-interval.ts';
import { jsonItems, jsonKind, jsonMembers, jsonText, readJsonb } from './pg-json.ts';
import { numericKey } from './pg-numeric.ts';
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
  if (!/^\d{4}-/.test(text) || text.endsWith('BC'))
    return fail('the order of moments outside the years 1 to 9999 is not computed');
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

/**
 * Objects come after arrays, booleans, numbers, strings and null, in this order; of arrays and of objects the larger ones after the smaller, then they
 * are compared part by part.
 */
export function jsonbKey(text: string): string {
  const value = readJsonb(text);
  const kind = jsonKind(value);
  if (kind === 'object') return `O${partsKey(value)}`;
  // What is no container counts as an array of one, before the others of one; so an empty array comes before null.
  if (kind !== 'array') return `A${countKey(1)}0${valueKey(value)}`;
  const items = jsonItems(value);
  return `A${countKey(items.length)}1${items.map(valueKey).join('')}`;
}

const countKey = (count: number): string => String(count).padStart(10, '0');

/** Of an object: how many members, and each name with its value, in the order in which jsonb holds them. */
function partsKey(object: string): string {
  const members = jsonMembers(object);
  return `${countKey(members.length)}${members.map(({ key, item }) => `${ended(key)}${valueKey(item)}`).join('')}`;
}

function valueKey(value: string): string {
  switch (jsonKind(value)) {
    case 'null':
      return '0';
    case 'string':
      return `1${ended(jsonText(value)!)}`;
    case 'number':
      return `2${ended(numericKey(value))}`;
    case 'boolean':
      return value === 'true' ? '31' : '30';
    case 'array': {
      const items = jsonItems(value);
      return `4${countKey(items.length)}${items.map(valueKey).join('')}`;
    }
    default:
      return `5${partsKey(value)}`;
  }
}
