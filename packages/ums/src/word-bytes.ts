/** Decides questions about four bytes at once, held as a little-endian 32-bit integer: the plain bytes of a string, and the digits of a number. */

/**
 * Zero if all four bytes may stand in a JSON string as they are; else the lowest bit that is set lies in the first byte that may not
 * (a quote, a backslash, a control character). Bits above it mean nothing.
 */
export function specialBits(word: number): number {
  const quote = word ^ 0x22222222;
  const backslash = word ^ 0x5c5c5c5c;
  return (
    (((word - 0x20202020) & ~word) | ((quote - 0x01010101) & ~quote) | ((backslash - 0x01010101) & ~backslash)) &
    0x80808080
  );
}

/** How many bytes lie before the one with the lowest bit. */
export function bytesBefore(bits: number): number {
  return (31 - Math.clz32(bits & -bits)) >> 3;
}

/** The number that four digits write, or −1 if a byte is no digit. */
export function fourDigits(word: number): number {
  const digits = (word - 0x30303030) | 0;
  if (((digits | (digits + 0x76767676)) & 0x80808080) !== 0) return -1;
  const pairs = Math.imul(digits, 10) + (digits >>> 8);
  return (pairs & 0xff) * 100 + ((pairs >>> 16) & 0xff);
}
