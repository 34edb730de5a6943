/** Decides how digits in the bytes of a message become numbers, and numbers digits, without a JavaScript string or BigInt on the way. */
import type { ColumnBuilder } from './column-builder.ts';
import { skipNumber } from './json-scanner.ts';
import type { MessageBytes } from './message-bytes.ts';
import { fourDigits } from './word-bytes.ts';

const MINUS = 0x2d;
const ZERO = 0x30;
const TWO_32 = 4294967296;

/**
 * Reads a 64-bit integer in its one form (no leading zero, no `-0`).
 * @param at on the first digit or the minus
 * @returns the position after the last digit, or −1 for another form or a value that does not fit
 */
export function readInt64(source: MessageBytes, at: number, words: Uint32Array, row: number): number {
  const { bytes, view } = source;
  const negative = bytes[at] === MINUS;
  if (negative) at++;
  const start = at;
  // The first eight digits and the (at most eleven) after them are small enough for exact arithmetic.
  let first = 0;
  let rest = 0;
  let scale = 1;
  let four = fourDigits(view.getInt32(at, true));
  if (four >= 0) {
    first = four;
    at += 4;
    four = fourDigits(view.getInt32(at, true));
    if (four >= 0) {
      first = first * 10_000 + four;
      at += 4;
      four = fourDigits(view.getInt32(at, true));
      if (four >= 0) {
        rest = four;
        scale = 10_000;
        at += 4;
        four = fourDigits(view.getInt32(at, true));
        if (four >= 0) {
          rest = rest * 10_000 + four;
          scale = 100_000_000;
          at += 4;
        }
      }
    }
  }
  let byte = bytes[at]!;
  while (byte >= ZERO && byte <= 0x39) {
    rest = rest * 10 + (byte - ZERO);
    scale *= 10;
    byte = bytes[++at]!;
  }
  const digits = at - start;
  if (digits === 0 || digits > 19) return -1;
  if (bytes[start] === ZERO && (digits > 1 || negative)) return -1;
  const lower = (first & 0xffff) * scale + rest;
  const upper = (first >>> 16) * scale;
  const sum = (lower >>> 0) + ((upper << 16) >>> 0);
  let low = sum >>> 0;
  let high = Math.floor(lower / TWO_32) + Math.floor(upper / 65536) + (sum >= TWO_32 ? 1 : 0);
  if (high >= 0x80000000 && !(negative && high === 0x80000000 && low === 0)) return -1;
  if (negative) {
    low = (~low + 1) >>> 0;
    high = (low === 0 ? ~high + 1 : ~high) >>> 0;
  }
  words[2 * row] = low;
  words[2 * row + 1] = high;
  return at;
}

/** As `readInt64`, for 32 bits. Other JSON forms of an integer (`1e2`) give −1 too: they are rare and left to the plain reader. */
export function readInt32(source: Uint8Array, at: number, values: Int32Array | Float64Array, row: number): number {
  const negative = source[at] === MINUS;
  if (negative) at++;
  const start = at;
  let value = 0;
  let byte = source[at]!;
  while (byte >= ZERO && byte <= 0x39) {
    value = value * 10 + (byte - ZERO);
    byte = source[++at]!;
  }
  const digits = at - start;
  if (digits === 0 || digits > 10 || byte === 0x2e || byte === 0x65 || byte === 0x45) return -1;
  if (source[start] === ZERO && (digits > 1 || negative)) return -1;
  if (negative) value = -value;
  if (value !== (value | 0)) return -1;
  values[row] = value;
  return at;
}

/** Appends a JSON number to a text column as it is written. @returns the position after it, or −1 if it is none or beyond all doubles */
export function appendNumberText(source: Buffer, at: number, column: ColumnBuilder): number {
  const end = skipNumber(source, at);
  if (end < 0) return -1;
  // Only what is long or has an exponent can be beyond all doubles.
  if (end - at > 15 && !Number.isFinite(Number(source.toString('latin1', at, end)))) return -1;
  for (let index = at; index < end; index++) {
    if ((source[index]! | 0x20) === 0x65 && !Number.isFinite(Number(source.toString('latin1', at, end)))) return -1;
  }
  return appendBytes(source, at, end, column);
}

/** Appends `source[at, end)` to a text column. @returns end */
export function appendBytes(source: Uint8Array, at: number, end: number, column: ColumnBuilder): number {
  let length = column.length;
  let bytes = column.bytes;
  if (length + end - at > bytes.length) bytes = column.growBytes(length, end - at);
  while (at < end) bytes[length++] = source[at++]!;
  column.length = length;
  return end;
}

/**
 * Appends the text of a plain decimal number (`-12.50`) in quotes to a text column.
 * @param at after the opening quote
 * @returns the position after the closing quote, or −1 for any other text: then nothing is appended
 */
export function appendDecimal(source: Uint8Array, at: number, column: ColumnBuilder): number {
  let length = column.length;
  // More digits than that are rare, and read in another way.
  if (length + 40 > column.bytes.length) column.growBytes(length, 40);
  const bytes = column.bytes;
  const greatest = length + 32;
  let byte = source[at]!;
  if (byte === MINUS) {
    bytes[length++] = byte;
    byte = source[++at]!;
  }
  let digits = 0;
  let points = 0;
  while (length < greatest) {
    if (byte >= ZERO && byte <= 0x39) {
      digits++;
    } else if (byte === 0x2e && digits > 0 && points === 0) {
      // After the point, at least one digit.
      points = 1;
      digits = 0;
    } else {
      break;
    }
    bytes[length++] = byte;
    byte = source[++at]!;
  }
  if (byte !== 0x22 || digits === 0) return -1;
  column.length = length;
  return at + 1;
}
