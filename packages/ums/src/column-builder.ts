/** Decides how one column of a batch grows: uninitialised typed arrays that double, handed over whole, never an object per row. */
import type { Column, ColumnStorage } from './batch.ts';
import type { UmsValue } from './types.ts';

const NO_BYTES: Buffer = Buffer.alloc(0);
const NO_VIEW: DataView = new DataView(new ArrayBuffer(0));
const NO_UINT8 = new Uint8Array(0);
const NO_UINT32 = new Uint32Array(0);
const NO_INT32 = new Int32Array(0);
const NO_FLOAT64 = new Float64Array(0);

/** Memory that is written before it is read needs no zeroes. */
export function uninitialised(byteLength: number): ArrayBuffer {
  return Buffer.allocUnsafeSlow(byteLength).buffer as ArrayBuffer;
}

/** What a builder writes into; the arrays of its storage hold `capacity` rows. */
export interface ColumnMemory {
  readonly nulls: Uint8Array;
  readonly offsets: Uint32Array;
  readonly bytes: Buffer;
  readonly int32: Int32Array;
  readonly float64: Float64Array;
  readonly words: Uint32Array;
  readonly booleans: Uint8Array;
}

/** The reader's scanner writes the arrays directly; only those of its storage are there. Needs a little-endian machine, as all of Node's are. */
export class ColumnBuilder {
  readonly storage: ColumnStorage;
  nulls: Uint8Array = NO_UINT8;
  untold: Uint8Array | undefined = undefined;
  /** text: `offsets[row + 1]` is set to `length` when a row is done. */
  offsets: Uint32Array = NO_UINT32;
  bytes: Buffer = NO_BYTES;
  /** Over the same memory as `bytes`, for writing several bytes at once. */
  view: DataView = NO_VIEW;
  length = 0;
  int32: Int32Array = NO_INT32;
  float64: Float64Array = NO_FLOAT64;
  /** int64: low and high half of each value. */
  words: Uint32Array = NO_UINT32;
  booleans: Uint8Array = NO_UINT8;

  constructor(storage: ColumnStorage, capacity: number) {
    this.storage = storage;
    this.start(capacity, capacity * 16);
  }

  /** Begins anew in the memory of a column that nobody reads any more. */
  startIn(memory: ColumnMemory): void {
    this.untold = undefined;
    this.length = 0;
    this.nulls = memory.nulls;
    this.offsets = memory.offsets;
    this.setBytes(memory.bytes);
    this.int32 = memory.int32;
    this.float64 = memory.float64;
    this.words = memory.words;
    this.booleans = memory.booleans;
  }

  /** The memory that a finished column lies in, to be used again by `startIn`. */
  memory(): ColumnMemory {
    const { nulls, offsets, bytes, int32, float64, words, booleans } = this;
    return { nulls, offsets, bytes, int32, float64, words, booleans };
  }

  /** Begins anew with memory of its own. */
  start(capacity: number, byteCapacity: number): void {
    this.untold = undefined;
    this.length = 0;
    this.resize(capacity, 0);
    if (this.storage === 'text') this.setBytes(Buffer.allocUnsafeSlow(byteCapacity));
  }

  /** Room for `capacity` rows; the first `rowCount` are kept. */
  resize(capacity: number, rowCount: number): void {
    this.nulls = grown(this.nulls, new Uint8Array(uninitialised(capacity)), rowCount);
    if (this.untold !== undefined) this.untold = grown(this.untold, new Uint8Array(capacity), rowCount);
    switch (this.storage) {
      case 'text':
        this.offsets = grown(this.offsets, new Uint32Array(uninitialised(4 * (capacity + 1))), rowCount + 1);
        this.offsets[0] = 0;
        return;
      case 'int32':
        this.int32 = grown(this.int32, new Int32Array(uninitialised(4 * capacity)), rowCount);
        return;
      case 'float64':
        this.float64 = grown(this.float64, new Float64Array(uninitialised(8 * capacity)), rowCount);
        return;
      case 'int64':
        this.words = grown(this.words, new Uint32Array(uninitialised(8 * capacity)), 2 * rowCount);
        return;
      case 'boolean':
        this.booleans = grown(this.booleans, new Uint8Array(uninitialised(capacity)), rowCount);
    }
  }

  /** Makes `bytes` at least twice as long; what is written so far is kept. */
  growBytes(written: number, atLeast: number): Buffer {
    const bytes = Buffer.allocUnsafeSlow(Math.max(2 * this.bytes.length, written + atLeast, 64));
    this.bytes.copy(bytes, 0, 0, written);
    this.setBytes(bytes);
    return bytes;
  }

  private setBytes(bytes: Buffer): void {
    this.bytes = bytes;
    this.view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  setNull(row: number): void {
    this.nulls[row] = 1;
    switch (this.storage) {
      case 'text':
        this.offsets[row + 1] = this.length;
        return;
      case 'int32':
        this.int32[row] = 0;
        return;
      case 'float64':
        this.float64[row] = 0;
        return;
      case 'int64':
        this.words[2 * row] = 0;
        this.words[2 * row + 1] = 0;
        return;
      case 'boolean':
        this.booleans[row] = 0;
    }
  }

  /** Marks a null as UNCHANGED or UNKNOWN. @returns false if the row has a value or a mark already */
  setUntold(row: number, mark: number): boolean {
    this.untold ??= new Uint8Array(this.nulls.length);
    if (this.nulls[row] !== 1 || this.untold[row] !== 0) return false;
    this.untold[row] = mark;
    return true;
  }

  /** A value as `readMessage` gives it: the plain way. */
  setValue(row: number, value: UmsValue): void {
    if (value === null) {
      this.setNull(row);
      return;
    }
    this.nulls[row] = 0;
    switch (this.storage) {
      case 'text':
        this.appendText(Object.is(value, -0) ? '-0' : String(value));
        this.offsets[row + 1] = this.length;
        return;
      case 'int32':
        this.int32[row] = Number(value);
        return;
      case 'float64':
        this.float64[row] = Number(value);
        return;
      case 'int64': {
        const bits = BigInt.asUintN(64, BigInt(value));
        this.words[2 * row] = Number(bits & 0xffffffffn);
        this.words[2 * row + 1] = Number(bits >> 32n);
        return;
      }
      case 'boolean':
        this.booleans[row] = value === true ? 1 : 0;
    }
  }

  /** Forgets all rows from `rowCount` on. */
  truncate(rowCount: number): void {
    if (this.storage === 'text') this.length = this.offsets[rowCount]!;
    this.untold?.fill(0, rowCount);
  }

  /** The column with exactly `rowCount` rows. It owns the memory: call `start` before writing again. */
  finish(rowCount: number): Column {
    const nulls = this.nulls.subarray(0, rowCount);
    const marks = this.untold === undefined ? { nulls } : { nulls, untold: this.untold.subarray(0, rowCount) };
    switch (this.storage) {
      case 'text': {
        const offsets = this.offsets.subarray(0, rowCount + 1);
        return { storage: 'text', offsets, bytes: this.bytes.subarray(0, this.length), ...marks };
      }
      case 'int32':
        return { storage: 'int32', values: this.int32.subarray(0, rowCount), ...marks };
      case 'float64':
        return { storage: 'float64', values: this.float64.subarray(0, rowCount), ...marks };
      case 'int64':
        return { storage: 'int64', values: new BigInt64Array(this.words.buffer, 0, rowCount), ...marks };
      case 'boolean':
        return { storage: 'boolean', values: this.booleans.subarray(0, rowCount), ...marks };
    }
  }

  private appendText(text: string): void {
    const byteLength = Buffer.byteLength(text);
    if (this.length + byteLength > this.bytes.length) this.growBytes(this.length, byteLength);
    this.bytes.write(text, this.length);
    this.length += byteLength;
  }
}

function grown<T extends Uint8Array | Uint32Array | Int32Array | Float64Array>(old: T, fresh: T, count: number): T {
  if (count > 0) fresh.set(old.subarray(0, count));
  return fresh;
}
