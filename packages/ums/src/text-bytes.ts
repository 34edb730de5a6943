/**
 * Decides whether plain text bytes are a value of a type that travels as text. The usual forms are recognised in the bytes; whatever does
 * not look like them is asked of the same rule that the plain reader uses.
 */
import { ACTION } from './tuple-layout.ts';
import type { UmsType } from './types.ts';
import { isTextOf } from './value-check.ts';

const ZERO = 0x30;
const NINE = 0x39;
const DASH = 0x2d;
const COLON = 0x3a;
const POINT = 0x2e;
const SPACE = 0x20;

const IS_BASE64 = new Uint8Array(256);
for (const letter of 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/') {
  IS_BASE64[letter.charCodeAt(0)] = 1;
}

/** For the actions that check a text after it is unescaped. */
export function isTextOfType(action: number, bytes: Buffer, start: number, end: number): boolean {
  switch (action) {
    case ACTION.timestamp:
    case ACTION.datetimeText:
      return isDatetime(bytes, start, end) || asksRule('datetime', bytes, start, end);
    case ACTION.dateText:
      return (end - start === 10 && isDate(bytes, start)) || asksRule('date', bytes, start, end);
    case ACTION.decimalText:
      return isDecimal(bytes, start, end) || asksRule('decimal', bytes, start, end);
    case ACTION.longText:
      return isShortInteger(bytes, start, end) || asksRule('long', bytes, start, end);
    case ACTION.base64Text:
      return isBase64(bytes, start, end);
    default:
      return false;
  }
}

function asksRule(type: UmsType, bytes: Buffer, start: number, end: number): boolean {
  // All of these forms are short and ASCII.
  return end - start <= 4096 && isTextOf(type, bytes.toString('utf8', start, end));
}

function isDigit(byte: number): boolean {
  return byte >= ZERO && byte <= NINE;
}

/** yyyy-MM-dd */
function isDate(bytes: Uint8Array, at: number): boolean {
  return (
    isDigit(bytes[at]!) &&
    isDigit(bytes[at + 1]!) &&
    isDigit(bytes[at + 2]!) &&
    isDigit(bytes[at + 3]!) &&
    bytes[at + 4] === DASH &&
    twoDigits(bytes, at + 5) <= 12 &&
    bytes[at + 7] === DASH &&
    twoDigits(bytes, at + 8) <= 31
  );
}

/** yyyy-MM-dd HH:mm:ss[.f…] */
export function isDatetime(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 19 || length > 29 || !isDate(bytes, start)) return false;
  if (
    bytes[start + 10] !== SPACE ||
    twoDigits(bytes, start + 11) > 23 ||
    bytes[start + 13] !== COLON ||
    twoDigits(bytes, start + 14) > 59 ||
    bytes[start + 16] !== COLON ||
    twoDigits(bytes, start + 17) > 59
  ) {
    return false;
  }
  if (length === 19) return true;
  if (length === 20 || bytes[start + 19] !== POINT) return false;
  for (let at = start + 20; at < end; at++) if (!isDigit(bytes[at]!)) return false;
  return true;
}

/** 100 where there are not two digits. */
function twoDigits(bytes: Uint8Array, at: number): number {
  const tens = bytes[at]!;
  const ones = bytes[at + 1]!;
  return isDigit(tens) && isDigit(ones) ? (tens - ZERO) * 10 + (ones - ZERO) : 100;
}

/** -?digits[.digits] */
function isDecimal(bytes: Uint8Array, start: number, end: number): boolean {
  let at = bytes[start] === DASH ? start + 1 : start;
  const whole = at;
  while (at < end && isDigit(bytes[at]!)) at++;
  if (at === whole) return false;
  if (at === end) return true;
  if (bytes[at] !== POINT || at + 1 === end) return false;
  at++;
  while (at < end && isDigit(bytes[at]!)) at++;
  return at === end;
}

/** Up to 18 digits in their one form: surely a 64-bit integer. */
function isShortInteger(bytes: Uint8Array, start: number, end: number): boolean {
  const at = bytes[start] === DASH ? start + 1 : start;
  const digits = end - at;
  if (digits < 1 || digits > 18 || (bytes[at] === ZERO && (digits > 1 || at > start))) return false;
  for (let index = at; index < end; index++) if (!isDigit(bytes[index]!)) return false;
  return true;
}

function isBase64(bytes: Uint8Array, start: number, end: number): boolean {
  if (((end - start) & 3) !== 0) return false;
  let last = end;
  if (last > start && bytes[last - 1] === 0x3d) last--;
  if (last > start && bytes[last - 1] === 0x3d) last--;
  for (let at = start; at < last; at++) if (IS_BASE64[bytes[at]!] !== 1) return false;
  return true;
}
