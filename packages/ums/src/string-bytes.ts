/** Decides how a JSON string in the bytes of a message becomes the plain UTF-8 bytes of a text column. */
import type { ColumnBuilder } from './column-builder.ts';
import type { MessageBytes } from './message-bytes.ts';
import { bytesBefore, specialBits } from './word-bytes.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Per letter after a backslash: the byte it stands for, 0 = none. */
export const UNESCAPED = new Uint8Array(256);
for (const [letter, character] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  UNESCAPED[letter!.charCodeAt(0)] = character!.charCodeAt(0);
}

/**
 * Appends a string to `column.bytes` and moves `column.length`; at least four bytes after it are free.
 * @param at after the opening quote
 * @returns the position after the closing quote, or −1 for a string that is not JSON or not whole characters
 */
export function appendString(source: MessageBytes, at: number, column: ColumnBuilder): number {
  const from = source.view;
  let to = column.view;
  let length = column.length;
  let limit = to.byteLength - 24;
  for (;;) {
    if (length > limit) {
      column.growBytes(length, 64);
      to = column.view;
      limit = to.byteLength - 24;
    }
    // Three words a round: a third faster than one.
    let word = from.getInt32(at, true);
    to.setInt32(length, word, true);
    let special = specialBits(word);
    if (special === 0) {
      word = from.getInt32(at + 4, true);
      to.setInt32(length + 4, word, true);
      special = specialBits(word);
      at += 4;
      length += 4;
      if (special === 0) {
        word = from.getInt32(at + 4, true);
        to.setInt32(length + 4, word, true);
        special = specialBits(word);
        at += 4;
        length += 4;
        if (special === 0) {
          at += 4;
          length += 4;
          continue;
        }
      }
    }
    const plain = bytesBefore(special);
    at += plain;
    length += plain;
    const byte = from.getUint8(at++);
    if (byte === QUOTE) {
      column.length = length;
      return at;
    }
    if (byte !== BACKSLASH) return -1;
    const unescaped = UNESCAPED[from.getUint8(at)]!;
    if (unescaped !== 0) {
      to.setUint8(length++, unescaped);
      at++;
    } else {
      const code = codePointAt(source.bytes, at);
      if (code < 0) return -1;
      at += code > 0xffff ? 11 : 5;
      length = writeCodePoint(column.bytes, length, code);
    }
  }
}

/** As `skipString`, for the hot path. @param at on the opening quote */
export function skipStringWords(source: MessageBytes, at: number): number {
  const { view } = source;
  at++;
  for (;;) {
    const special = specialBits(view.getInt32(at, true));
    if (special === 0) {
      at += 4;
      continue;
    }
    at += bytesBefore(special);
    const byte = view.getUint8(at);
    if (byte === QUOTE) return at + 1;
    if (byte !== BACKSLASH) return -1;
    if (UNESCAPED[view.getUint8(at + 1)] !== 0) at += 2;
    else if (hexAt(source.bytes, at + 2) >= 0 && view.getUint8(at + 1) === 0x75) at += 6;
    else return -1;
  }
}

/** As `skipPlainString`, for the hot path. @param at on the opening quote */
export function skipPlainWords(source: MessageBytes, at: number): number {
  at++;
  for (;;) {
    const special = specialBits(source.view.getInt32(at, true));
    if (special === 0) {
      at += 4;
      continue;
    }
    at += bytesBefore(special);
    return source.bytes[at] === QUOTE ? at + 1 : -1;
  }
}

/** The code point of `uXXXX` or of a pair `uXXXX\uXXXX`; −1 for half a pair and for anything else. @param at on the `u` */
export function codePointAt(source: Uint8Array, at: number): number {
  if (source[at] !== 0x75) return -1;
  const first = hexAt(source, at + 1);
  if (first < 0xd800 || first > 0xdfff) return first;
  if (first > 0xdbff || source[at + 5] !== BACKSLASH || source[at + 6] !== 0x75) return -1;
  const second = hexAt(source, at + 7);
  if (second < 0xdc00 || second > 0xdfff) return -1;
  return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
}

function hexAt(source: Uint8Array, at: number): number {
  let code = 0;
  for (let digit = 0; digit < 4; digit++) {
    const value = hexValue(source[at + digit]!);
    if (value < 0) return -1;
    code = code * 16 + value;
  }
  return code;
}

function hexValue(byte: number): number {
  if (byte >= 0x30 && byte <= 0x39) return byte - 0x30;
  const lower = byte | 0x20;
  return lower >= 0x61 && lower <= 0x66 ? lower - 0x57 : -1;
}

export function writeCodePoint(bytes: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    bytes[at++] = code;
  } else if (code < 0x800) {
    bytes[at++] = 0xc0 | (code >> 6);
    bytes[at++] = 0x80 | (code & 0x3f);
  } else if (code < 0x10000) {
    bytes[at++] = 0xe0 | (code >> 12);
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
    bytes[at++] = 0x80 | (code & 0x3f);
  } else {
    bytes[at++] = 0xf0 | (code >> 18);
    bytes[at++] = 0x80 | ((code >> 12) & 0x3f);
    bytes[at++] = 0x80 | ((code >> 6) & 0x3f);
    bytes[at++] = 0x80 | (code & 0x3f);
  }
  return at;
}
