/**
 * Decides where a JSON value ends, straight in the bytes, as strictly as `JSON.parse`. Every function returns the position after what it
 * was asked to pass, or −1 where the bytes are not JSON (or nested deeper than it cares to follow).
 */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const GREATEST_DEPTH = 200;

/** Per byte: 1 = may stand in a JSON string as it is. */
export const PLAIN_IN_STRING = new Uint8Array(256).fill(1, 0x20);
PLAIN_IN_STRING[QUOTE] = 0;
PLAIN_IN_STRING[BACKSLASH] = 0;

const IS_HEX = new Uint8Array(256);
for (const digit of '0123456789abcdefABCDEF') IS_HEX[digit.charCodeAt(0)] = 1;

const IS_SIMPLE_ESCAPE = new Uint8Array(256);
for (const letter of '"\\/bfnrt') IS_SIMPLE_ESCAPE[letter.charCodeAt(0)] = 1;

export function skipSpace(bytes: Uint8Array, at: number): number {
  for (;;) {
    const byte = bytes[at];
    if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return at;
    at++;
  }
}

/** @param at on the opening quote */
export function skipString(bytes: Uint8Array, at: number): number {
  at++;
  for (;;) {
    const byte = bytes[at]!;
    if (PLAIN_IN_STRING[byte] === 1) {
      at++;
    } else if (byte === QUOTE) {
      return at + 1;
    } else if (byte === BACKSLASH) {
      at = skipEscape(bytes, at + 1);
      if (at < 0) return -1;
    } else {
      return -1;
    }
  }
}

/** A string without any escape; −1 for one that has them. @param at on the opening quote */
export function skipPlainString(bytes: Uint8Array, at: number): number {
  at++;
  while (PLAIN_IN_STRING[bytes[at]!] === 1) at++;
  return bytes[at] === QUOTE ? at + 1 : -1;
}

export function skipNumber(bytes: Uint8Array, at: number): number {
  if (bytes[at] === 0x2d) at++;
  if (bytes[at] === 0x30) {
    at++;
  } else {
    at = skipDigits(bytes, at);
    if (at < 0) return -1;
  }
  if (bytes[at] === 0x2e) {
    at = skipDigits(bytes, at + 1);
    if (at < 0) return -1;
  }
  if (bytes[at] === 0x65 || bytes[at] === 0x45) {
    at++;
    if (bytes[at] === 0x2b || bytes[at] === 0x2d) at++;
    at = skipDigits(bytes, at);
  }
  return at;
}

/** Text, number, true, false or null. */
export function skipScalar(bytes: Uint8Array, at: number): number {
  switch (bytes[at]) {
    case QUOTE:
      return skipString(bytes, at);
    case 0x74:
      return bytes[at + 1] === 0x72 && bytes[at + 2] === 0x75 && bytes[at + 3] === 0x65 ? at + 4 : -1;
    case 0x66:
      return bytes[at + 1] === 0x61 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x73 && bytes[at + 4] === 0x65
        ? at + 5
        : -1;
    case 0x6e:
      return skipNull(bytes, at);
    default:
      return skipNumber(bytes, at);
  }
}

export function skipNull(bytes: Uint8Array, at: number): number {
  return bytes[at] === 0x6e && bytes[at + 1] === 0x75 && bytes[at + 2] === 0x6c && bytes[at + 3] === 0x6c ? at + 4 : -1;
}

/** Any value. @param at on its first byte, white space passed */
export function skipValue(bytes: Uint8Array, at: number, depth = 0): number {
  const byte = bytes[at];
  if (byte !== 0x7b && byte !== 0x5b) return skipScalar(bytes, at);
  if (depth >= GREATEST_DEPTH) return -1;
  return skipMembers(bytes, at + 1, depth, byte === 0x7b);
}

function skipMembers(bytes: Uint8Array, at: number, depth: number, named: boolean): number {
  const close = named ? 0x7d : 0x5d;
  at = skipSpace(bytes, at);
  if (bytes[at] === close) return at + 1;
  for (;;) {
    if (named) {
      if (bytes[at] !== QUOTE) return -1;
      at = skipString(bytes, at);
      if (at < 0) return -1;
      at = skipSpace(bytes, at);
      if (bytes[at] !== 0x3a) return -1;
      at = skipSpace(bytes, at + 1);
    }
    at = skipValue(bytes, at, depth + 1);
    if (at < 0) return -1;
    at = skipSpace(bytes, at);
    if (bytes[at] === close) return at + 1;
    if (bytes[at] !== 0x2c) return -1;
    at = skipSpace(bytes, at + 1);
  }
}

function skipDigits(bytes: Uint8Array, at: number): number {
  const start = at;
  while (bytes[at]! >= 0x30 && bytes[at]! <= 0x39) at++;
  return at === start ? -1 : at;
}

/** @param at on the byte after the backslash */
function skipEscape(bytes: Uint8Array, at: number): number {
  if (IS_SIMPLE_ESCAPE[bytes[at]!] === 1) return at + 1;
  if (bytes[at] !== 0x75) return -1;
  for (let digit = 1; digit <= 4; digit++) if (IS_HEX[bytes[at + digit]!] !== 1) return -1;
  return at + 5;
}
