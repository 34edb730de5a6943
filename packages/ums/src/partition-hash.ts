/**
 * Decides which partition a key goes to: a hash over the key's canonical bytes, locked by golden files, for a topic's partition count is
 * never changed in place.
 *
 * FNV-1a (32 bit) over the bytes of each part and one byte that UTF-8 never has between parts, mixed at the end. Numbers are folded to
 * one form (`42`, `42.00` and `4.2e1` are one key), so widening int → long → decimal moves no key; so are fractions of seconds.
 * Text goes as it is; where the source compares otherwise, `canonicalKeyText` folds it first.
 */
import type { UmsField, UmsType } from './types.ts';

export const HASH_SEED = 0x811c9dc5 | 0;

const PRIME = 0x01000193;
const END_OF_PART = 0xff;
const NULL_PART = 0xfe;
const ZERO = 0x30;
const POINT = 0x2e;
const MINUS = 0x2d;

/** How a source compares keys of a column that are not equal byte by byte. */
export interface KeyFold {
  readonly trailingSpaces: 'count' | 'ignore';
  readonly letterCase: 'count' | 'ignore';
  readonly accents: 'count' | 'ignore';
}

/**
 * Adds one part of a key.
 * @param state `HASH_SEED`, or what the part before returned
 * @param bytes holds in [start, end) the value's plain text: its JSON text without quotes and escapes, for example `42`, `abc`, `2026-01-01`
 */
export function hashKeyPart(state: number, type: UmsType, bytes: Uint8Array, start: number, end: number): number {
  switch (type) {
    case 'int':
    case 'long':
    case 'decimal':
      if (isShortestInteger(bytes, start, end)) return hashBytes(state, bytes, start, end);
      return hashFolded(state, type, bytes, start, end);
    case 'float':
    case 'double':
      // Up to 15 digits, the digits are what `String(Number(text))` gives.
      if (end - start <= 15 && isShortestInteger(bytes, start, end)) return hashBytes(state, bytes, start, end);
      return hashFolded(state, type, bytes, start, end);
    case 'datetime':
      if (end - start === 19) return hashBytes(state, bytes, start, end);
      return hashFolded(state, type, bytes, start, end);
    default:
      return hashBytes(state, bytes, start, end);
  }
}

/** Adds a part that is NULL. */
export function hashNull(state: number): number {
  return step(step(state, NULL_PART), END_OF_PART);
}

/** `hashKeyPart` for a text, with the column's fold. */
export function hashKeyText(state: number, type: UmsType, text: string, fold?: KeyFold | null): number {
  const bytes = Buffer.from(canonicalKeyText(type, text, fold), 'utf8');
  return hashBytes(state, bytes, 0, bytes.length);
}

/** The partition, from 0 to `partitionCount` − 1. */
export function partitionOf(state: number, partitionCount: number): number {
  let hash = state;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) % partitionCount;
}

/** The one text that stands for all texts of a value that the source calls equal. */
export function canonicalKeyText(type: UmsType, text: string, fold?: KeyFold | null): string {
  switch (type) {
    case 'int':
    case 'long':
    case 'decimal':
      return canonicalDecimal(text);
    case 'float':
    case 'double':
      return canonicalDouble(text);
    case 'datetime':
      return text.replace(/(\d\d:\d\d:\d\d)(\.\d*?)0*(?=$| )/, (_, seconds: string, fraction: string) =>
        fraction === '.' ? seconds : seconds + fraction,
      );
    default:
      return fold ? foldText(text, fold) : text;
  }
}

/** How this field's source compares its keys, or null if byte by byte. Read from `sourceType`: `char(n)`, `citext`, a MySQL collation. */
export function keyFoldOf(field: Pick<UmsField, 'type' | 'sourceType'>): KeyFold | null {
  if (field.type !== 'string' || field.sourceType === undefined) return null;
  const sourceType = field.sourceType.toLowerCase();
  if (/^citext\b/.test(sourceType)) return { trailingSpaces: 'count', letterCase: 'ignore', accents: 'count' };
  const collation = /\bcollate\s+"?([a-z0-9_]+)/.exec(sourceType)?.[1] ?? '';
  const padded = /^(bpchar|char|character)(?!\s+varying)\b/.test(sourceType);
  const mysqlCollation = /_(ci|cs)$/.test(collation);
  if (!padded && !mysqlCollation) return null;
  return {
    // MySQL's older collations pad on comparison; the 0900 ones do not.
    trailingSpaces: padded || (mysqlCollation && !collation.includes('_0900_')) ? 'ignore' : 'count',
    letterCase: collation.endsWith('_ci') ? 'ignore' : 'count',
    accents: collation.endsWith('_ci') && !collation.includes('_as_') ? 'ignore' : 'count',
  };
}

function hashBytes(state: number, bytes: Uint8Array, start: number, end: number): number {
  let hash = state;
  for (let index = start; index < end; index++) hash = Math.imul(hash ^ bytes[index]!, PRIME);
  return Math.imul(hash ^ END_OF_PART, PRIME);
}

function hashFolded(state: number, type: UmsType, bytes: Uint8Array, start: number, end: number): number {
  return hashKeyText(state, type, Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('utf8'));
}

function step(state: number, byte: number): number {
  return Math.imul(state ^ byte, PRIME);
}

/** Digits only, no leading zero, no `-0`: already canonical. */
function isShortestInteger(bytes: Uint8Array, start: number, end: number): boolean {
  let index = start;
  if (bytes[index] === MINUS) index++;
  if (index >= end || (bytes[index] === ZERO && (end - index > 1 || index > start))) return false;
  for (; index < end; index++) {
    const byte = bytes[index]!;
    if (byte === POINT || byte < 0x30 || byte > 0x39) return false;
  }
  return true;
}

function canonicalDouble(text: string): string {
  const value = Number(text);
  return value === 0 ? '0' : canonicalDecimal(String(value));
}

/** Without exponent, leading zeros, trailing zeros of the fraction, and sign of zero; NaN and infinities as they are. */
function canonicalDecimal(text: string): string {
  const match = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/.exec(text);
  if (match === null) return text;
  const whole = match[2] ?? '';
  const digits = (whole + (match[3] ?? '')).replace(/^0+/, '');
  if (digits === '') return whole === '' && match[3] === undefined ? text : '0';
  const leadingZeros = whole.length + (match[3] ?? '').length - digits.length;
  const point = whole.length - leadingZeros + Number(match[4] ?? 0);
  // A number with a huge exponent would be a huge text: such a key keeps digits and exponent, still in one form.
  if (Math.abs(point) > 100_000) return `${match[1] === '-' ? '-' : ''}${digits.replace(/0+$/, '')}@${point}`;
  const padded = point <= 0 ? '0'.repeat(1 - point) + digits : digits.padEnd(point, '0');
  const split = point <= 0 ? 1 : point;
  const left = padded.slice(0, split).replace(/^0+(?=\d)/, '');
  const right = padded.slice(split).replace(/0+$/, '');
  const plain = right === '' ? left : `${left}.${right}`;
  return match[1] === '-' && plain !== '0' ? `-${plain}` : plain;
}

function foldText(text: string, fold: KeyFold): string {
  let folded = text;
  if (fold.trailingSpaces === 'ignore') folded = folded.replace(/ +$/, '');
  if (fold.accents === 'ignore') folded = folded.normalize('NFD').replace(/\p{Mn}/gu, '');
  if (fold.letterCase === 'ignore') folded = folded.toLowerCase();
  return folded;
}
