/**
 * Decides how messages are written one behind the other into large pieces of memory: texts four bytes at a time, numbers digit by digit.
 *
 * Every `write…` takes the position to write at and returns the one after; the position stays the same when the memory is exchanged.
 */

import { writeJsonByte, writeJsonString } from './json-bytes.ts';
import { bytesBefore, specialBits } from './word-bytes.ts';

const QUOTE = 0x22;
const ZERO = 0x30;
const MINUS = 0x2d;
const TWO_32 = 4294967296;
const BILLION = 1_000_000_000;
/** Whoever keeps one message keeps the others in its slab too: not too large. */
const SLAB = 1 << 20;
/** Slabs that came back and wait for use. */
const SPARE_LIMIT = 4;

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

/** A piece of memory that messages lie in. */
interface Slab {
  readonly bytes: Buffer;
  /** Messages that nobody gave back. */
  outstanding: number;
}

export class OutputBytes {
  bytes: Buffer;
  view: DataView;
  private slab: Slab;
  private readonly slabs = new WeakMap<ArrayBufferLike, Slab>();
  private readonly messages = new WeakSet<Buffer>();
  private readonly spare: Slab[] = [];
  private start = 0;
  private expected = 0;

  constructor() {
    this.slab = { bytes: Buffer.allocUnsafeSlow(SLAB), outstanding: 0 };
    this.bytes = this.slab.bytes;
    this.view = viewOf(this.bytes);
    this.slabs.set(this.bytes.buffer, this.slab);
  }

  /** Starts a message, in other memory if it is likely not to fit. @returns the position of its first byte */
  begin(): number {
    if (this.start + this.expected > this.bytes.length) {
      const spare = this.spare.pop();
      const fits = spare !== undefined && spare.bytes.length >= this.expected;
      this.use(fits ? spare : { bytes: Buffer.allocUnsafeSlow(Math.max(SLAB, 2 * this.expected)), outstanding: 0 });
      this.start = 0;
    }
    return this.start;
  }

  /** Ends the message before `at`. Nobody else writes into what is returned, unless it is given back. */
  take(at: number): Buffer {
    const taken = this.bytes.subarray(this.start, at);
    this.expected = Math.ceil(taken.length * 1.1);
    this.start = at;
    this.slab.outstanding++;
    this.messages.add(taken);
    return taken;
  }

  /** Gives a message back; memory of which all messages came back is used again. @returns false if it was not out */
  recycle(message: Buffer): boolean {
    const slab = this.slabs.get(message.buffer);
    if (slab === undefined || !this.messages.delete(message)) return false;
    slab.outstanding--;
    if (slab.outstanding > 0) return true;
    if (slab === this.slab) this.start = 0;
    else if (this.spare.length < SPARE_LIMIT) this.spare.push(slab);
    return true;
  }

  /** Makes sure that so many more bytes fit, and a few more. Whatever writes texts does so itself. */
  reserve(at: number, count: number): void {
    if (at + count + 16 > this.bytes.length) this.grow(at, count);
  }

  /** Reserves and writes. */
  write(at: number, source: Buffer): number {
    this.reserve(at, source.length);
    source.copy(this.bytes, at);
    return at + source.length;
  }

  /** Reserves and writes a JSON string, escaping where needed. */
  writeJsonString(at: number, source: ReadableBytes, start: number, end: number): number {
    this.reserve(at, 2 + 6 * (end - start));
    const { view, bytes } = this;
    const from = source.view;
    bytes[at++] = QUOTE;
    const lastWord = end - 3;
    let index = start;
    while (index < lastWord) {
      const word = from.getInt32(index, true);
      view.setInt32(at, word, true);
      const special = specialBits(word);
      if (special === 0) {
        index += 4;
        at += 4;
      } else {
        const plain = bytesBefore(special);
        index += plain;
        at = writeJsonByte(bytes, at + plain, source.bytes[index++]!);
      }
    }
    for (; index < end; index++) at = writeJsonByte(bytes, at, source.bytes[index]!);
    bytes[at++] = QUOTE;
    return at;
  }

  /** As `writeJsonString`, for texts in which escapes stand close together: JSON within JSON. */
  writeDenseJsonString(at: number, source: ReadableBytes, start: number, end: number): number {
    this.reserve(at, 2 + 6 * (end - start));
    return writeJsonString(this.bytes, at, source.bytes, start, end);
  }

  /** Reserves and writes a quoted text that needs no escape. */
  writePlainString(at: number, source: ReadableBytes, start: number, end: number): number {
    this.reserve(at, 2 + end - start);
    this.bytes[at] = QUOTE;
    at = this.writePlain(at + 1, source, start, end);
    this.bytes[at] = QUOTE;
    return at + 1;
  }

  /** Reserves and writes bytes as they are. */
  writePlain(at: number, source: ReadableBytes, start: number, end: number): number {
    this.reserve(at, end - start);
    const { view, bytes } = this;
    const from = source.view;
    const lastWord = end - 3;
    let index = start;
    for (; index < lastWord; index += 4, at += 4) view.setInt32(at, from.getInt32(index, true), true);
    for (; index < end; index++) bytes[at++] = source.bytes[index]!;
    return at;
  }

  /** Writes `count` bytes again that start at `from`; needs `count` bytes reserved. */
  repeat(at: number, from: number, count: number): number {
    const { view } = this;
    for (let done = 0; done < count; done += 4) view.setInt32(at + done, view.getInt32(from + done, true), true);
    return at + count;
  }

  /** Needs 11 bytes reserved. */
  writeInt32(at: number, value: number): number {
    if (value >= 0) return this.writeNatural(at, value);
    // The least integer has no positive twin among 32 bits.
    if (value === -2147483648) return this.writeInt64(at, 0x80000000, 0xffffffff);
    this.bytes[at] = MINUS;
    return this.writeNatural(at + 1, -value | 0);
  }

  /** Needs 20 bytes reserved. @param low, high the two's complement halves */
  writeInt64(at: number, low: number, high: number): number {
    if (high >= 0x80000000) {
      this.bytes[at++] = MINUS;
      low = (~low + 1) >>> 0;
      high = (low === 0 ? ~high + 1 : ~high) >>> 0;
    }
    if (high === 0 && low < 0x80000000) return this.writeNatural(at, low | 0);
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
      at = this.writeNatural(at, tens | 0);
      this.bytes[at++] = ZERO + (billions - tens * 10);
    } else {
      at = this.writeNatural(at, billions | 0);
    }
    const first = (rest / 100_000_000) | 0;
    const eight = (rest - first * 100_000_000) | 0;
    const four = (eight / 10_000) | 0;
    this.bytes[at] = ZERO + first;
    this.view.setInt32(at + 1, FOUR_DIGITS[four]!, true);
    this.view.setInt32(at + 5, FOUR_DIGITS[eight - four * 10_000]!, true);
    return at + 9;
  }

  /** Writes the shortest text of a finite number; needs 32 bytes reserved. */
  writeDouble(at: number, value: number): number {
    if (value === (value | 0) && !Object.is(value, -0)) return this.writeInt32(at, value | 0);
    const text = Object.is(value, -0) ? '-0' : String(value);
    const { bytes } = this;
    const { length } = text;
    for (let index = 0; index < length; index++) bytes[at + index] = text.charCodeAt(index);
    return at + length;
  }

  /** Of a 32-bit integer that is not negative; needs 12 bytes reserved. */
  private writeNatural(at: number, value: number): number {
    const end = at + digitsOf(value);
    let place = end;
    while (value >= 1000) {
      const next = (value / 10_000) | 0;
      place -= 4;
      this.view.setInt32(place, FOUR_DIGITS[value - next * 10_000]!, true);
      value = next;
    }
    while (place > at) {
      const next = (value / 10) | 0;
      this.bytes[--place] = ZERO + (value - next * 10);
      value = next;
    }
    return end;
  }

  private grow(at: number, count: number): void {
    // What stands before the message is not copied: the position is kept, and untouched memory costs nothing.
    const bytes = Buffer.allocUnsafeSlow(2 * (at + count + 16));
    this.bytes.copy(bytes, this.start, this.start, at);
    this.use({ bytes, outstanding: 0 });
  }

  private use(slab: Slab): void {
    this.slab = slab;
    this.bytes = slab.bytes;
    this.view = viewOf(slab.bytes);
    this.slabs.set(slab.bytes.buffer, slab);
  }
}

function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
