/** Decides how messages are written one behind the other into large pieces of memory: texts four bytes at a time, numbers digit by digit. */

import { writeJsonByte, writeJsonString } from './json-bytes.ts';
import { bytesBefore, specialBits } from './word-bytes.ts';

const QUOTE = 0x22;
const ZERO = 0x30;
const MINUS = 0x2d;
const TWO_32 = 4294967296;
const BILLION = 1_000_000_000;
/** Whoever keeps one message keeps the others in its slab too: not too large. */
const SLAB = 1 << 20;

/** `0000` to `9999` as little-endian words. */
const FOUR_DIGITS = Int32Array.from({ length: 10_000 }, (_, number) =>
  Buffer.from(String(number).padStart(4, '0'), 'latin1').readInt32LE(),
);

/** What can be read four bytes at a time: `view` lies over the memory of `bytes`. */
export interface ReadableBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
}

function digitsOf(value: number): number {
  if (value < 10_000) return value < 100 ? (value < 10 ? 1 : 2) : value < 1000 ? 3 : 4;
  if (value < 100_000_000) return value < 1_000_000 ? (value < 100_000 ? 5 : 6) : value < 10_000_000 ? 7 : 8;
  return value < 1_000_000_000 ? 9 : 10;
}

export class OutputBytes {
  bytes: Buffer = Buffer.allocUnsafeSlow(SLAB);
  view: DataView = new DataView(this.bytes.buffer, this.bytes.byteOffset, this.bytes.length);
  length = 0;
  private start = 0;

  /** Makes sure that so many more bytes fit, and a few more. */
  reserve(count: number): void {
    if (this.length + count + 16 > this.bytes.length) this.grow(count);
  }

  /** What was written since the last time; nobody else writes there any more. */
  take(): Buffer {
    const taken = this.bytes.subarray(this.start, this.length);
    this.start = this.length;
    return taken;
  }

  /** Forgets what was written since the last `take`. */
  clear(): void {
    this.length = this.start;
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

  /** Writes `count` bytes again that stand `distance` bytes back; needs `count` bytes reserved. */
  repeat(distance: number, count: number): void {
    const { view } = this;
    const end = this.length + count;
    for (let at = this.length; at < end; at += 4) view.setInt32(at, view.getInt32(at - distance, true), true);
    this.length = end;
  }

  /** Writes; needs 11 bytes reserved. */
  writeInt32(value: number): void {
    if (value < 0) {
      this.bytes[this.length++] = MINUS;
      // The least integer has no positive twin among 32 bits.
      if (value === -2147483648) this.writeInt64(0x80000000, 0);
      else this.writeNatural(-value | 0);
    } else {
      this.writeNatural(value);
    }
  }

  /** Writes; needs 20 bytes reserved. @param low, high the two's complement halves */
  writeInt64(low: number, high: number): void {
    if (high >= 0x80000000) {
      this.bytes[this.length++] = MINUS;
      low = (~low + 1) >>> 0;
      high = (low === 0 ? ~high + 1 : ~high) >>> 0;
    }
    if (high === 0 && low < 0x80000000) {
      this.writeNatural(low | 0);
      return;
    }
    // Long division by a billion, 16 bits at a time.
    const highQuotient = Math.floor(high / BILLION);
    const upper = (high - highQuotient * BILLION) * 65536 + (low >>> 16);
    const upperQuotient = Math.floor(upper / BILLION);
    const lower = (upper - upperQuotient * BILLION) * 65536 + (low & 0xffff);
    const lowerQuotient = Math.floor(lower / BILLION);
    const rest = (lower - lowerQuotient * BILLION) | 0;
    // At most ten digits.
    const billions = highQuotient * TWO_32 + upperQuotient * 65536 + lowerQuotient;
    if (billions >= BILLION) {
      const tens = Math.floor(billions / 10);
      this.writeNatural(tens | 0);
      this.bytes[this.length++] = ZERO + (billions - tens * 10);
    } else {
      this.writeNatural(billions | 0);
    }
    const first = (rest / 100_000_000) | 0;
    const eight = (rest - first * 100_000_000) | 0;
    const four = (eight / 10_000) | 0;
    this.bytes[this.length] = ZERO + first;
    this.view.setInt32(this.length + 1, FOUR_DIGITS[four]!, true);
    this.view.setInt32(this.length + 5, FOUR_DIGITS[eight - four * 10_000]!, true);
    this.length += 9;
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

  /** Of a 32-bit integer that is not negative; needs 12 bytes reserved. */
  private writeNatural(value: number): void {
    const end = this.length + digitsOf(value);
    let at = end;
    while (value >= 1000) {
      const next = (value / 10_000) | 0;
      at -= 4;
      this.view.setInt32(at, FOUR_DIGITS[value - next * 10_000]!, true);
      value = next;
    }
    while (at > this.length) {
      const next = (value / 10) | 0;
      this.bytes[--at] = ZERO + (value - next * 10);
      value = next;
    }
    this.length = end;
  }

  private grow(count: number): void {
    const written = this.length - this.start;
    const bytes = Buffer.allocUnsafeSlow(Math.max(SLAB, 2 * (written + count + 16)));
    this.bytes.copy(bytes, 0, this.start, this.length);
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
    this.start = 0;
    this.length = written;
  }
}
