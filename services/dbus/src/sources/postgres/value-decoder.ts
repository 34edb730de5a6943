/**
 * Decides how the text of each Postgres type becomes a JSON value of UMS, byte for byte and without an object per value.
 *
 * Every writer follows `ValueWriter`: it writes at `at`, returns the position after it, and throws DBUS_VALUE_MALFORMED.
 * What UMS has no form for (BC, infinite and five-digit years) keeps the source's text; `sourceTextValues` counts it.
 */
import { isUtf8 as bufferIsUtf8 } from 'node:buffer';
import { RtdpError } from '@rtdp/ums/error';
import { writeJsonString } from '@rtdp/ums/json-bytes';
import type { ValueWriter } from './type-map-contract.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Values since start-up that kept the source's text. */
export const sourceTextValues = { count: 0 };

/** bool: `t` and `f`. */
export const writeBoolean: ValueWriter = (target, at, source, start, end) => {
  const letter = source[start];
  if (end - start !== 1 || (letter !== 0x74 && letter !== 0x66)) throw malformed('boolean', source, start, end);
  const isTrue = letter === 0x74;
  target[at] = isTrue ? 0x74 : 0x66;
  target[at + 1] = isTrue ? 0x72 : 0x61;
  target[at + 2] = isTrue ? 0x75 : 0x6c;
  if (isTrue) {
    target[at + 3] = 0x65;
    return at + 4;
  }
  target[at + 3] = 0x73;
  target[at + 4] = 0x65;
  return at + 5;
};

/** smallint, integer: a JSON number. */
export const writeInteger: ValueWriter = (target, at, source, start, end) => {
  let index = start;
  if (source[index] === 0x2d) index++;
  if (index >= end) throw malformed('integer', source, start, end);
  for (; index < end; index++) {
    const byte = source[index]!;
    if (byte < 0x30 || byte > 0x39) throw malformed('integer', source, start, end);
  }
  for (index = start; index < end; index++) target[at++] = source[index]!;
  return at;
};

/** bigint, numeric, oid: digits, sign, point (and NaN, Infinity) in quotes, so that no reader rounds them. */
export const writeQuotedNumber: ValueWriter = (target, at, source, start, end) => {
  if (start >= end) throw malformed('number', source, start, end);
  target[at++] = QUOTE;
  for (let index = start; index < end; index++) {
    const byte = source[index]!;
    if ((byte < 0x30 || byte > 0x39) && byte !== 0x2d && byte !== 0x2e && !isSpecialNumber(source, start, end)) {
      throw malformed('number', source, start, end);
    }
    target[at++] = byte;
  }
  target[at++] = QUOTE;
  return at;
};

/** real, double precision: Postgres' shortest text is a JSON number; NaN and infinities are quoted. */
export const writeFloat: ValueWriter = (target, at, source, start, end) => {
  if (start >= end) throw malformed('float', source, start, end);
  const last = source[end - 1]!;
  const first = source[start]!;
  if (last < 0x30 || last > 0x39) {
    if (!isSpecialNumber(source, start, end)) throw malformed('float', source, start, end);
    return writeQuoted(target, at, source, start, end);
  }
  if (first !== 0x2d && (first < 0x30 || first > 0x39)) throw malformed('float', source, start, end);
  for (let index = start; index < end; index++) target[at++] = source[index]!;
  return at;
};

/** Any text. */
export const writeText: ValueWriter = writeJsonString;

/** Text of a database whose encoding does not promise UTF-8 (SQL_ASCII): checked, for JSON must be. */
export const writeCheckedText: ValueWriter = (target, at, source, start, end) => {
  if (!isUtf8(source, start, end)) throw malformed('UTF-8 text', source, start, end);
  return writeJsonString(target, at, source, start, end);
};

/** date: `yyyy-MM-dd`; anything else is kept as it is. */
export const writeDate: ValueWriter = (target, at, source, start, end) => {
  if (end - start !== 10 || source[start + 4] !== 0x2d) sourceTextValues.count++;
  return writeQuoted(target, at, source, start, end);
};

/** timestamp: `yyyy-MM-dd HH:mm:ss[.ffffff]`; anything else is kept as it is. */
export const writeTimestamp: ValueWriter = (target, at, source, start, end) => {
  if (!isPlainTimestamp(source, start, end)) sourceTextValues.count++;
  return writeQuoted(target, at, source, start, end);
};

/** timestamptz, read under TimeZone=UTC: the `+00` goes, also from `0044-03-15 00:00:00+00 BC`; infinities are kept as they are. */
export const writeTimestampWithZone: ValueWriter = (target, at, source, start, end) => {
  const bare = end - 3;
  if (isUtcOffset(source, bare) && isPlainTimestamp(source, start, bare)) {
    return writeQuoted(target, at, source, start, bare);
  }
  sourceTextValues.count++;
  if (isUtcOffset(source, bare)) return writeQuoted(target, at, source, start, bare);
  if (source[bare] !== 0x20 || !isUtcOffset(source, bare - 3)) return writeQuoted(target, at, source, start, end);
  target[at++] = QUOTE;
  for (let index = start; index < end; index++) {
    if (index < bare - 3 || index >= bare) target[at++] = source[index]!;
  }
  target[at++] = QUOTE;
  return at;
};

function isUtcOffset(source: Uint8Array, at: number): boolean {
  return source[at] === 0x2b && source[at + 1] === 0x30 && source[at + 2] === 0x30;
}

const BASE64 = Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/', 'latin1');
const NIBBLES = buildNibbles();

/** bytea in hex: base64. */
export const writeBinary: ValueWriter = (target, at, source, start, end) => {
  if (source[start] !== BACKSLASH || source[start + 1] !== 0x78 || (end - start) % 2 !== 0) {
    throw malformed('bytea in hex', source, start, end);
  }
  let index = start + 2;
  target[at++] = QUOTE;
  for (; index + 6 <= end; index += 6) {
    const word = (hexByte(source, index) << 16) | (hexByte(source, index + 2) << 8) | hexByte(source, index + 4);
    if (word < 0) throw malformed('bytea in hex', source, start, end);
    target[at++] = BASE64[word >> 18]!;
    target[at++] = BASE64[(word >> 12) & 63]!;
    target[at++] = BASE64[(word >> 6) & 63]!;
    target[at++] = BASE64[word & 63]!;
  }
  if (index < end) {
    const first = hexByte(source, index);
    const hasSecond = index + 2 < end;
    const second = hasSecond ? hexByte(source, index + 2) : 0;
    if ((first | second) < 0) throw malformed('bytea in hex', source, start, end);
    target[at++] = BASE64[first >> 2]!;
    target[at++] = BASE64[((first & 3) << 4) | (second >> 4)]!;
    target[at++] = hasSecond ? BASE64[(second & 15) << 2]! : 0x3d;
    target[at++] = 0x3d;
  }
  target[at++] = QUOTE;
  return at;
};

/** Copies a text that holds nothing to escape, in quotes. */
export function writeQuoted(target: Uint8Array, at: number, source: Uint8Array, start: number, end: number): number {
  target[at++] = QUOTE;
  for (let index = start; index < end; index++) target[at++] = source[index]!;
  target[at++] = QUOTE;
  return at;
}

export function textOf(source: Uint8Array, start: number, end: number): string {
  return Buffer.from(source.buffer, source.byteOffset + start, end - start).toString('utf8');
}

/** The error of a value that is not what its type's text should be. */
export function malformed(what: string, source: Uint8Array, start: number, end: number): RtdpError {
  const shown = textOf(source, start, Math.min(end, start + 200));
  return new RtdpError({
    code: 'DBUS_VALUE_MALFORMED',
    message: `${JSON.stringify(shown)} is not the text of a ${what}.`,
    next: 'Look at the raw bytes in the dead letter; mend the value at the source, which sends the row again, or report the type.',
    facts: { expected: what, value: shown, bytes: end - start },
  });
}

/** `yyyy-MM-dd HH:mm:ss` with at most six digits of a fraction. */
function isPlainTimestamp(source: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  return (
    length >= 19 &&
    length <= 26 &&
    source[start + 4] === 0x2d &&
    source[start + 13] === 0x3a &&
    (length === 19 || source[start + 19] === 0x2e)
  );
}

function isSpecialNumber(source: Uint8Array, start: number, end: number): boolean {
  const text = textOf(source, start, end);
  return text === 'NaN' || text === 'Infinity' || text === '-Infinity';
}

function hexByte(source: Uint8Array, index: number): number {
  return (NIBBLES[source[index]!]! << 4) | NIBBLES[source[index + 1]!]!;
}

function buildNibbles(): Int32Array {
  const nibbles = new Int32Array(256).fill(-1);
  for (let value = 0; value < 16; value++) {
    nibbles[value.toString(16).charCodeAt(0)] = value;
    nibbles[value.toString(16).toUpperCase().charCodeAt(0)] = value;
  }
  return nibbles;
}

function isUtf8(source: Uint8Array, start: number, end: number): boolean {
  return bufferIsUtf8(source.subarray(start, end));
}
