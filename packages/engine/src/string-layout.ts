/** Knows how the pinned engine lays strings out in a vector, so that a column of texts crosses the border in a few copies. */
import duckdb, { type DataChunk, type Vector } from '@duckdb/node-bindings';

/*
 * A string is 16 bytes: its length in 4, then either up to 12 bytes in place, or 4 bytes of prefix and an 8-byte pointer. The bindings have no call
 * for a whole column: writing hands all bytes over as one string and points the others into it; reading copies runs of adjacent strings at once.
 * `string-layout.test.ts` proves the layout of the version that is pinned.
 */
const SLOT = 16;
const IN_PLACE = 12;
/** Strings that lie this close are read in one copy; the bytes between belong to the engine's own heap block. */
const GAP = 8n;

const TYPE_VARCHAR = 17;
const varcharType = duckdb.create_logical_type(TYPE_VARCHAR);

/** Scratch space of one writer: grows, is never shared between calls that overlap. */
export class StringWriter {
  #slots = new ArrayBuffer(2048 * SLOT);

  /** Writes `count` strings given by the offsets of one run of bytes. NULLs must have an empty range or be masked by the validity. */
  write(vector: Vector, bytes: Uint8Array, offsets: Uint32Array, first: number, count: number): void {
    const start = offsets[first]!;
    const end = offsets[first + count]!;
    if (this.#slots.byteLength < count * SLOT) this.#slots = new ArrayBuffer(count * SLOT);
    const slots = new Uint8Array(this.#slots);
    const numbers = new Uint32Array(this.#slots);
    let heap = 0n;
    // Anything up to 12 bytes would be kept in place and has no heap; then no single string is longer either.
    if (end - start > IN_PLACE) {
      duckdb.vector_assign_string_element_len(vector, 0, bytes.subarray(start, end));
      const header = duckdb.vector_get_data(vector, SLOT);
      heap = new DataView(header.buffer, header.byteOffset, SLOT).getBigUint64(8, true);
    }
    const low = Number(heap & 0xffff_ffffn);
    const high = Number(heap >> 32n);
    let slot = 0;
    for (let row = first; row < first + count; row += 1, slot += SLOT) {
      const from = offsets[row]!;
      const length = offsets[row + 1]! - from;
      const word = slot >> 2;
      numbers[word] = length;
      if (length <= IN_PLACE) {
        numbers[word + 1] = 0;
        numbers[word + 2] = 0;
        numbers[word + 3] = 0;
        for (let index = 0; index < length; index += 1) slots[slot + 4 + index] = bytes[from + index]!;
      } else {
        slots[slot + 4] = bytes[from]!;
        slots[slot + 5] = bytes[from + 1]!;
        slots[slot + 6] = bytes[from + 2]!;
        slots[slot + 7] = bytes[from + 3]!;
        const address = low + (from - start);
        numbers[word + 2] = address;
        numbers[word + 3] = address > 0xffff_ffff ? high + 1 : high;
      }
    }
    duckdb.copy_data_to_vector(vector, 0, this.#slots, 0, count * SLOT);
  }

  /** Writes strings made in JavaScript; null where NULL. */
  writeTexts(vector: Vector, texts: readonly (string | null)[]): void {
    const collector = new TextCollector();
    collector.begin(texts.length);
    for (const text of texts) collector.push(text);
    this.write(vector, collector.bytes, collector.offsets, 0, texts.length);
  }
}

/** Puts texts one after the other into one run of bytes, which it uses again for the next. */
export class TextCollector {
  bytes = Buffer.allocUnsafe(16_384);
  offsets = new Uint32Array(1);
  #rows = 0;

  begin(count: number): void {
    this.#rows = 0;
    if (this.offsets.length < count + 1) this.offsets = new Uint32Array(count + 1);
  }

  /** An empty range where NULL. */
  push(text: string | null): void {
    let at = this.offsets[this.#rows]!;
    if (text !== null) {
      const needed = at + text.length * 3;
      if (needed > this.bytes.length) {
        const grown = Buffer.allocUnsafe(Math.max(needed, this.bytes.length * 2));
        this.bytes.copy(grown, 0, 0, at);
        this.bytes = grown;
      }
      at += this.bytes.write(text, at);
    }
    this.#rows += 1;
    this.offsets[this.#rows] = at;
  }
}

/** Collects the bytes of string vectors, one vector after the other. */
export class StringReader {
  bytes = Buffer.allocUnsafe(65_536);
  offsets = new Uint32Array(2049);
  #rows = 0;
  readonly #pointer = new BigUint64Array(1);

  /** Begins anew with the same memory. */
  clear(): void {
    this.#rows = 0;
  }

  /** The text of a row. */
  text(row: number): string {
    return this.bytes.toString('utf8', this.offsets[row]!, this.offsets[row + 1]!);
  }

  /** Appends the first `count` strings of a vector; rows that are not valid become empty. */
  append(vector: Vector, count: number, validity: Uint8Array | null): void {
    if (this.offsets.length < this.#rows + count + 1) {
      const grown = new Uint32Array((this.#rows + count + 1) * 2);
      grown.set(this.offsets);
      this.offsets = grown;
    }
    const data = duckdb.vector_get_data(vector, count * SLOT);
    const numbers = new Uint32Array(data.buffer, data.byteOffset, count * 4);
    const addresses = new BigUint64Array(data.buffer, data.byteOffset, count * 2);
    const { offsets } = this;
    let at = offsets[this.#rows]!;
    let total = 0;
    for (let row = 0; row < count; row += 1) {
      if (isValid(validity, row)) total += numbers[row * 4]!;
    }
    this.#reserve(at + total);
    const { bytes } = this;
    let run: Uint8Array = EMPTY;
    let runStart = 0n;
    let runEnd = 0n;
    for (let row = 0; row < count; row += 1) {
      if (isValid(validity, row)) {
        const length = numbers[row * 4]!;
        if (length <= IN_PLACE) {
          const slot = row * SLOT + 4;
          for (let index = 0; index < length; index += 1) bytes[at + index] = data[slot + index]!;
        } else {
          const address = addresses[row * 2 + 1]!;
          if (address < runStart || address + BigInt(length) > runEnd) {
            runStart = address;
            runEnd = this.#endOfRun(numbers, addresses, validity, row, count);
            run = this.#copyOf(runStart, Number(runEnd - runStart));
          }
          const from = Number(address - runStart);
          bytes.set(run.subarray(from, from + length), at);
        }
        at += length;
      }
      offsets[this.#rows + row + 1] = at;
    }
    this.#rows += count;
  }

  /** The end of the stretch of memory that holds this string and those that follow it without a gap. */
  #endOfRun(
    numbers: Uint32Array,
    addresses: BigUint64Array,
    validity: Uint8Array | null,
    first: number,
    count: number,
  ): bigint {
    let end = addresses[first * 2 + 1]! + BigInt(numbers[first * 4]!);
    for (let row = first + 1; row < count; row += 1) {
      const length = numbers[row * 4]!;
      if (length <= IN_PLACE || !isValid(validity, row)) continue;
      const address = addresses[row * 2 + 1]!;
      if (address < end || address - end > GAP) break;
      end = address + BigInt(length);
    }
    return end;
  }

  #copyOf(address: bigint, length: number): Uint8Array {
    this.#pointer[0] = address;
    return duckdb.get_data_from_pointer(this.#pointer.buffer, 0, length);
  }

  #reserve(size: number): void {
    if (this.bytes.length >= size) return;
    const grown = Buffer.allocUnsafe(Math.max(size, this.bytes.length * 2));
    this.bytes.copy(grown);
    this.bytes = grown;
  }
}

const EMPTY = new Uint8Array(0);

/** Whether a row of a vector is not NULL; no mask means that all are valid. */
export function isValid(validity: Uint8Array | null, row: number): boolean {
  return validity === null || (validity[row >> 3]! & (1 << (row & 7))) !== 0;
}

/** The validity mask of the first `count` rows, or null where no row is NULL. */
export function readValidity(vector: Vector, count: number): Uint8Array | null {
  return duckdb.vector_get_validity(vector, Math.ceil(count / 64) * 8) as Uint8Array | null;
}

/** Marks the rows whose flag is 1 as NULL. */
export function writeNulls(vector: Vector, nulls: Uint8Array, first: number, count: number): void {
  let any = false;
  for (let row = first; row < first + count && !any; row += 1) any = nulls[row] === 1;
  if (!any) return;
  const mask = new Uint8Array(Math.ceil(count / 64) * 8).fill(255);
  for (let row = 0; row < count; row += 1) {
    if (nulls[first + row] === 1) mask[row >> 3]! &= ~(1 << (row & 7));
  }
  duckdb.vector_ensure_validity_writable(vector);
  duckdb.copy_data_to_vector_validity(vector, 0, mask.buffer, 0, mask.byteLength);
}

/** A chunk with one text column, for proving the layout. */
export function textChunk(rows: number): DataChunk {
  const chunk = duckdb.create_data_chunk([varcharType]);
  duckdb.data_chunk_set_size(chunk, rows);
  return chunk;
}

/** The strings of a vector as JavaScript texts; null where NULL. */
export function readTexts(vector: Vector, count: number): (string | null)[] {
  const validity = readValidity(vector, count);
  const reader = new StringReader();
  reader.append(vector, count, validity);
  const texts: (string | null)[] = new Array(count);
  for (let row = 0; row < count; row += 1) {
    texts[row] = isValid(validity, row) ? reader.text(row) : null;
  }
  return texts;
}
