/**
 * Decides how the digits of a JSON number become the double nearest to them, exactly as `Number(text)` does, without making the text.
 *
 * The digits (up to 18, of which 15 in one double) are held exactly as the sum of two doubles, and divided by the power of ten with the remainder kept. Only if the
 * quotient lies so near the middle of two doubles that the last error could decide is the text asked.
 */
import { skipNumber } from './json-scanner.ts';
import type { MessageBytes } from './message-bytes.ts';
import { fourDigits } from './word-bytes.ts';

const MINUS = 0x2d;
const ZERO = 0x30;
const NINE = 0x39;
const POINT = 0x2e;

/** All of them exact. */
const POWERS_OF_TEN = Float64Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** The error of quotient and correction together is about 2^-104 of the quotient: far below this part of it. */
const DOUBT = 2 ** -93;
const SPLITTER = 2 ** 27 + 1;
/** So many always fit into a double. */
const HEAD_DIGITS = 15;

/** @returns the position after the number, or −1 if it is no JSON number or beyond all doubles */
export function readDouble(source: MessageBytes, at: number, values: Float64Array, row: number): number {
  const { bytes, view } = source;
  const start = at;
  const negative = bytes[at] === MINUS;
  if (negative) at++;
  const firstDigit = at;
  let head = 0;
  let byte = bytes[at]!;
  while (byte >= ZERO && byte <= NINE && at - firstDigit < HEAD_DIGITS) {
    head = head * 10 + (byte - ZERO);
    byte = bytes[++at]!;
  }
  let digits = at - firstDigit;
  let point = -1;
  if (byte === POINT && digits > 0) {
    point = at++;
    let four = digits <= HEAD_DIGITS - 4 ? fourDigits(view.getInt32(at, true)) : -1;
    while (four >= 0) {
      head = head * 10_000 + four;
      at += 4;
      digits += 4;
      four = digits <= HEAD_DIGITS - 4 ? fourDigits(view.getInt32(at, true)) : -1;
    }
    byte = bytes[at]!;
  }
  let tail = 0;
  let tailDigits = 0;
  while (byte >= ZERO && byte <= NINE) {
    if (digits < HEAD_DIGITS) head = head * 10 + (byte - ZERO);
    else if (tailDigits++ < 3) tail = tail * 10 + (byte - ZERO);
    digits++;
    byte = bytes[++at]!;
  }
  // A number with more digits before its point than the head holds.
  if (byte === POINT && point < 0) return readSlowly(source, start, values, row);
  const fraction = point < 0 ? 0 : at - point - 1;
  if (digits === 0 || (point >= 0 && fraction === 0)) return -1;
  if (bytes[firstDigit] === ZERO && digits > 1 && point !== firstDigit + 1) return -1;
  if (tailDigits > 3 || fraction > 22 || byte === 0x65 || byte === 0x45) return readSlowly(source, start, values, row);
  const value = tailDigits === 0 ? head / POWERS_OF_TEN[fraction]! : divide(head, tail, tailDigits, fraction);
  if (Number.isNaN(value)) return readSlowly(source, start, values, row);
  values[row] = negative ? -value : value;
  return at;
}

/** `(head × 10^tailDigits + tail) / 10^fraction`, rounded once; NaN where that is in doubt. */
function divide(head: number, tail: number, tailDigits: number, fraction: number): number {
  const scale = POWERS_OF_TEN[tailDigits]!;
  const product = head * scale;
  const high = product + tail;
  // Below 2^53 the sum is exact.
  const divisor = POWERS_OF_TEN[fraction]!;
  if (high <= Number.MAX_SAFE_INTEGER) return high / divisor;
  const low = productError(head, scale, product) + (tail - (high - product));
  const quotient = high / divisor;
  const back = quotient * divisor;
  const rest = high - back - productError(quotient, divisor, back) + low;
  const correction = rest / divisor;
  const value = quotient + correction;
  const slack = quotient * DOUBT;
  return quotient + (correction - slack) === value && quotient + (correction + slack) === value ? value : Number.NaN;
}

/** What `product` = fl(a × b) lacks to a × b, exactly (Dekker). */
function productError(a: number, b: number, product: number): number {
  const aBig = SPLITTER * a;
  const aHigh = aBig - (aBig - a);
  const aLow = a - aHigh;
  const bBig = SPLITTER * b;
  const bHigh = bBig - (bBig - b);
  const bLow = b - bHigh;
  return aLow * bLow - (product - aHigh * bHigh - aLow * bHigh - aHigh * bLow);
}

function readSlowly(source: MessageBytes, start: number, values: Float64Array, row: number): number {
  const end = skipNumber(source.bytes, start);
  if (end < 0) return -1;
  const value = Number(source.bytes.toString('latin1', start, end));
  if (!Number.isFinite(value)) return -1;
  values[row] = value;
  return end;
}
