/** Decides how UTF-8 bytes become a JSON string without passing through a JavaScript string. */

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const HEX = Buffer.from('0123456789abcdef', 'latin1');

/** Per byte: 0 = goes as it is, 1 = \u00xx, else the letter after the backslash. */
const ESCAPES = buildEscapes();

/**
 * Writes `source[start, end)` (UTF-8) as a quoted JSON string into `target` from `at` on, and returns the position after it.
 * The caller guarantees room for 2 + 6 × (end − start) bytes.
 */
export function writeJsonString(
  target: Uint8Array,
  at: number,
  source: Uint8Array,
  start: number,
  end: number,
): number {
  target[at++] = QUOTE;
  for (let index = start; index < end; index++) {
    const byte = source[index]!;
    const letter = ESCAPES[byte]!;
    if (letter === 0) {
      target[at++] = byte;
    } else {
      at = writeEscape(target, at, byte, letter);
    }
  }
  target[at++] = QUOTE;
  return at;
}

/** Writes one byte as it stands within a JSON string, and returns the position after it. The caller guarantees room for 6 bytes. */
export function writeJsonByte(target: Uint8Array, at: number, byte: number): number {
  const letter = ESCAPES[byte]!;
  if (letter !== 0) return writeEscape(target, at, byte, letter);
  target[at] = byte;
  return at + 1;
}

function writeEscape(target: Uint8Array, at: number, byte: number, letter: number): number {
  target[at++] = BACKSLASH;
  if (letter !== 1) {
    target[at++] = letter;
    return at;
  }
  target[at++] = 0x75;
  target[at++] = 0x30;
  target[at++] = 0x30;
  target[at++] = HEX[byte >> 4]!;
  target[at++] = HEX[byte & 15]!;
  return at;
}

function buildEscapes(): Uint8Array {
  const escapes = new Uint8Array(256);
  escapes.fill(1, 0, 0x20);
  for (const [character, letter] of ['\bb', '\tt', '\nn', '\ff', '\rr', '""', '\\\\']) {
    escapes[character!.charCodeAt(0)] = letter!.charCodeAt(0);
  }
  return escapes;
}
