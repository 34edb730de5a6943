/** Decides how a message grows in one buffer that is used again and again: texts four bytes at a time, numbers digit by digit. */

import { writeJsonByte, writeJsonString } from './json-bytes.ts';
import { bytesBefore, specialBits } from './word-bytes.ts';

const QUOTE = 0x22;
const ZERO = 0x30;
const MINUS = 0x2d;
const TWO_32 = 4294967296;
const BILLION = 1_000_000_000;

/** `0000` to `9999` as little-endian words. */
const FOUR_DIGITS = Int32Array.from({ length: 10_000 }, (_, number) =>
  Buffer.from(String(number).padStart(4, '0'), 'latin1').readInt32LE(),
);

/** What can be read four bytes at a time: `view` lies over the memory of `bytes`. */
export interface ReadableBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

export class OutputBytes {
  bytes: Buffer = Buffer.allocUnsafeSlow(1 << 16);
  view: DataView = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  length = 0;

  clear(): void {
    this.length = 0;
  }

  /** Makes sure that so many more bytes fit, and a few more. */
  reserve(count: number): void {
    if (this.length + count + 16 > this.bytes.length) this.grow(count);
  }

  /** A copy of what is written, for whoever keeps it. */
  copy(): Buffer {
    const copy = Buffer.allocUnsafeSlow(this.length);
    this.bytes.copy(copy, 0, 0, this.length);
    return copy;
  }

  /** Reserves and writes. */
  append(source: Buffer): void {
    this.reserve(source.length);
    source.copy(this.bytes, this.length);
    this.length += source.length;
  }

  /** Reserves and writes a JSON string, escaping where needed. */
  appendJsonString(source: ReadableBytes, start: number, end: number): void {
    this.reserve(2 + 6 * (end - start));
    const { view, bytes } = this;
    const from = source.view;
    let at = this.length;
    view.setUint8(at++, QUOTE);
    const lastWord = Math.min(end, from.byteLength - 3) - 3;
    let index = start;
    while (index < lastWord) {
      const word = from.getInt32(index, true);
      view.setInt32(at, word, true);
      const special = specialBits(word);
      if (special === 0) {
        index += 4;
        at += 4;
        continue;
      }
      const plain = bytesBefore(special);
      index += plain;
      at = writeJsonByte(bytes, at + plain, source.bytes[index++]!);
    }
    for (; index < end; index++) at = writeJsonByte(bytes, at, source.bytes[index]!);
    view.setUint8(at++, QUOTE);
    this.length = at;
  }

  /** As `appendJsonString`, for texts in which escapes stand close together: JSON within JSON. */
  appendDenseJsonString(source: ReadableBytes, start: number, end: number): void {
    this.reserve(2 + 6 * (end - start));
    this.length = writeJsonString(this.bytes, this.length, source.bytes, start, end);
  }

  /** Reserves and writes a quoted text that needs no escape. */
  appendPlainString(source: ReadableBytes, start: number, end: number): void {
    this.reserve(2 + end - start);
    this.bytes[this.length++] = QUOTE;
    this.appendPlain(source, start, end);
    this.bytes[this.length++] = QUOTE;
  }

  /** Reserves and writes bytes as they are. */
  appendPlain(source: ReadableBytes, start: number, end: number): void {
    this.reserve(end - start);
    const { view, bytes } = this;
    const from = source.view;
    const lastWord = Math.min(end, from.byteLength - 3);
    let at = this.length;
    let index = start;
    for (; index < lastWord; index += 4, at += 4) view.setInt32(at, from.getInt32(index, true), true);
    if (index < end) for (; index < end; index++) bytes[at++] = source.bytes[index]!;
    this.length += end - start;
  }

  /** Writes; needs 11 bytes reserved. */
  writeInt32(value: number): void {
    if (value < 0) this.bytes[this.length++] = MINUS;
    this.writeNatural(Math.abs(value));
  }

  /** Writes; needs 20 bytes reserved. @param low, high the two's complement halves */
  writeInt64(low: number, high: number): void {
    if (high >= 0x80000000) {
      this.bytes[this.length++] = MINUS;
      low = (~low + 1) >>> 0;
      high = (low === 0 ? ~high + 1 : ~high) >>> 0;
    }
    // Long division by a billion, 16 bits at a time.
    const upper = (high % BILLION) * 65536 + (low >>> 16);
    const upperQuotient = Math.floor(upper / BILLION);
    const lower = (upper - upperQuotient * BILLION) * 65536 + (low & 0xffff);
    const lowerQuotient = Math.floor(lower / BILLION);
    const billions = Math.floor(high / BILLION) * TWO_32 + upperQuotient * 65536 + lowerQuotient;
    const rest = lower - lowerQuotient * BILLION;
    if (billions === 0) {
      this.writeNatural(rest);
      return;
    }
    this.writeNatural(billions);
    this.bytes[this.length++] = ZERO + Math.floor(rest / 100_000_000);
    const eight = rest % 100_000_000;
    this.view.setInt32(this.length, FOUR_DIGITS[Math.floor(eight / 10_000)]!, true);
    this.view.setInt32(this.length + 4, FOUR_DIGITS[eight % 10_000]!, true);
    this.length += 8;
  }

  /** Writes the shortest text of a finite number; needs 32 bytes reserved. */
  writeDouble(value: number): void {
    if (value === (value | 0) && !Object.is(value, -0)) {
      this.writeInt32(value);
      return;
    }
    const text = Object.is(value, -0) ? '-0' : String(value);
    const { bytes } = this;
    let at = this.length;
    for (let index = 0; index < text.length; index++) bytes[at++] = text.charCodeAt(index);
    this.length = at;
  }

  /** Up to 2^53. */
  private writeNatural(value: number): void {
    let digits = 1;
    for (let limit = 10; limit <= value; limit *= 10) digits++;
    const end = this.length + digits;
    let at = end;
    while (at - this.length >= 4) {
      const next = Math.floor(value / 10_000);
      at -= 4;
      this.view.setInt32(at, FOUR_DIGITS[value - next * 10_000]!, true);
      value = next;
    }
    while (at > this.length) {
      const next = Math.floor(value / 10);
      this.bytes[--at] = ZERO + (value - next * 10);
      value = next;
    }
    this.length = end;
  }

  private grow(count: number): void {
    const bytes = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, this.length + count + 16));
    this.bytes.copy(bytes, 0, 0, this.length);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }
}
