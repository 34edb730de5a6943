/**
 * Decides how Kafka's primitive types look in bytes: big-endian integers, strings with a length, zig-zag varints.
 * Only the requests of the two hot paths (produce, fetch) are written here; all others are the client library's.
 */

/** Values of at least this many bytes are passed on by reference: one system call writes all parts. */
const BY_REFERENCE = 16 * 1024;
const CHUNK = 64 * 1024;

/** Appends primitives to a list of buffers; big values are referenced, not copied. */
export class WireWriter {
  readonly parts: Buffer[] = [];
  #chunk: Buffer;
  #start = 0;
  #at = 0;
  #flushed = 0;

  constructor(sizeHint = 512) {
    this.#chunk = Buffer.allocUnsafe(sizeHint);
  }

  get length(): number {
    return this.#flushed + this.#at - this.#start;
  }

  /** Ends the current part; the parts then hold everything written. */
  finish(): Buffer[] {
    if (this.#at > this.#start) {
      this.parts.push(this.#chunk.subarray(this.#start, this.#at));
      this.#flushed += this.#at - this.#start;
      this.#start = this.#at;
    }
    return this.parts;
  }

  #room(bytes: number): number {
    if (this.#at + bytes > this.#chunk.length) {
      this.finish();
      this.#chunk = Buffer.allocUnsafe(Math.max(CHUNK, bytes));
      this.#start = 0;
      this.#at = 0;
    }
    const at = this.#at;
    this.#at += bytes;
    return at;
  }

  int8(value: number): this {
    const at = this.#room(1);
    this.#chunk[at] = value & 0xff;
    return this;
  }

  int16(value: number): this {
    const at = this.#room(2);
    this.#chunk.writeInt16BE(value, at);
    return this;
  }

  int32(value: number): this {
    const at = this.#room(4);
    this.#chunk.writeInt32BE(value, at);
    return this;
  }

  int64(value: bigint): this {
    const at = this.#room(8);
    this.#chunk.writeBigInt64BE(value, at);
    return this;
  }

  /** int16 length and UTF-8; null is length −1. */
  string(value: string | null): this {
    if (value === null) return this.int16(-1);
    const bytes = Buffer.byteLength(value);
    this.int16(bytes);
    const at = this.#room(bytes);
    this.#chunk.write(value, at, bytes, 'utf8');
    return this;
  }

  varint(value: number): this {
    let rest = ((value << 1) ^ (value >> 31)) >>> 0;
    while (rest > 0x7f) {
      this.int8((rest & 0x7f) | 0x80);
      rest >>>= 7;
    }
    return this.int8(rest);
  }

  varlong(value: number): this {
    if (value >= -0x40000000 && value < 0x40000000) return this.varint(value);
    let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
    while (rest > 0x7fn) {
      this.int8(Number(rest & 0x7fn) | 0x80);
      rest >>= 7n;
    }
    return this.int8(Number(rest));
  }

  bytes(value: Uint8Array): this {
    if (value.length >= BY_REFERENCE) {
      this.finish();
      this.parts.push(Buffer.from(value.buffer, value.byteOffset, value.byteLength));
      this.#flushed += value.length;
      return this;
    }
    const at = this.#room(value.length);
    this.#chunk.set(value, at);
    return this;
  }
}

/** Bytes of a zig-zag varint of this 32-bit value. */
export function varintSize(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  if (zigzag < 0x80) return 1;
  if (zigzag < 0x4000) return 2;
  if (zigzag < 0x200000) return 3;
  return zigzag < 0x10000000 ? 4 : 5;
}

/** Bytes of a zig-zag varlong of this integer (up to 2^53). */
export function varlongSize(value: number): number {
  if (value >= -0x40000000 && value < 0x40000000) return varintSize(value);
  let rest = BigInt.asUintN(64, (BigInt(value) << 1n) ^ (BigInt(value) >> 63n));
  let size = 1;
  while (rest > 0x7fn) {
    rest >>= 7n;
    size++;
  }
  return size;
}

/** Reads primitives one after the other; reading past the end throws RangeError. */
export class WireReader {
  readonly buffer: Buffer;
  at: number;

  constructor(buffer: Buffer, at = 0) {
    this.buffer = buffer;
    this.at = at;
  }

  int8(): number {
    const value = this.buffer.readInt8(this.at);
    this.at += 1;
    return value;
  }

  int16(): number {
    const value = this.buffer.readInt16BE(this.at);
    this.at += 2;
    return value;
  }

  int32(): number {
    const value = this.buffer.readInt32BE(this.at);
    this.at += 4;
    return value;
  }

  int64(): bigint {
    const value = this.buffer.readBigInt64BE(this.at);
    this.at += 8;
    return value;
  }

  string(): string {
    const length = this.int16();
    if (length < 0) return '';
    const value = this.buffer.toString('utf8', this.at, this.at + length);
    this.at += length;
    return value;
  }

  varint(): number {
    const buffer = this.buffer;
    let byte = buffer[this.at++];
    if (byte === undefined) throw new RangeError('varint beyond the end');
    if (byte < 0x80) return (byte >>> 1) ^ -(byte & 1);
    let value = byte & 0x7f;
    for (let shift = 7; shift < 35; shift += 7) {
      byte = buffer[this.at++];
      if (byte === undefined) throw new RangeError('varint beyond the end');
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return (value >>> 1) ^ -(value & 1);
    }
    throw new RangeError('varint longer than 32 bits');
  }

  /** As a number: exact up to 2^53, which a timestamp difference never leaves. */
  varlong(): number {
    const buffer = this.buffer;
    const first = buffer[this.at];
    if (first !== undefined && first < 0x80) {
      this.at++;
      return (first >>> 1) ^ -(first & 1);
    }
    let value = 0n;
    for (let shift = 0n; shift < 70n; shift += 7n) {
      const byte = buffer[this.at++];
      if (byte === undefined) throw new RangeError('varlong beyond the end');
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return Number((value >> 1n) ^ -(value & 1n));
    }
    throw new RangeError('varlong longer than 64 bits');
  }
}
