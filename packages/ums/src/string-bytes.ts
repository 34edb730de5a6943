/** Decides how a JSON string in the bytes of a message becomes the plain UTF-8 bytes of a text column. */
import type { ColumnBuilder } from './column-builder.ts';
import { PLAIN_IN_STRING } from './json-scanner.ts';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/** Per letter after a backslash: the byte it stands for, 0 = none. */
const UNESCAPED = new Uint8Array(256);
for (const [letter, character] of ['""', '\\\\', '//', 'b\b', 'f\f', 'n\n', 'r\r', 't\t']) {
  UNESCAPED[letter!.charCodeAt(0)] = character!.charCodeAt(0);
}

/**
 * Appends a string to `column.bytes` and moves `column.length`.
 * @param source valid UTF-8
 * @param at after the opening quote
 * @returns the position after the closing quote, or −1 for a string that is not JSON or not whole characters
 */
export function appendString(source: Uint8Array, at: number, column: ColumnBuilder): number {
  let bytes = column.bytes;
  let length = column.length;
  let limit = bytes.length;
  for (;;) {
    const byte = source[at++]!;
    if (length + 4 > limit) {
      bytes = column.growBytes(length, 64);
      limit = bytes.length;
    }
    if (PLAIN_IN_STRING[byte] === 1) {
      bytes[length++] = byte;
    } else if (byte === QUOTE) {
      column.length = length;
      return at;
    } else if (byte === BACKSLASH) {
      const letter = source[at]!;
      const plain = UNESCAPED[letter]!;
      if (plain !== 0) {
        bytes[length++] = plain;
        at++;
      } else {
        const code = codePointAt(source, at);
        if (code < 0) return -1;
        at += code > 0xffff ? 11 : 5;
        length = writeCodePoint(bytes, length, code);
      }
    } else {
      return -1;
    }
  }
}

/** The code point of `uXXXX` or of a pair `uXXXX\uXXXX`; −1 for half a pair and for anything else. @param at on the `u` */
function codePointAt(source: Uint8Array, at: number): number {
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

function writeCodePoint(bytes: Uint8Array, at: number, code: number): number {
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
