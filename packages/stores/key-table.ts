/** Decides which rows of a batch have the same key, without an object per row: an open hash over the key columns' bytes. */
import type { TextColumn } from '@rtdp/ums/batch';
import { canonicalKeyText, HASH_SEED, hashKeyPart, hashNull } from '@rtdp/ums/partition-hash';
import type { UmsField, UmsType } from '@rtdp/ums/types';

export interface KeyColumn {
  readonly field: UmsField;
  readonly column: TextColumn;
}

/** Types of which one value may have several texts. */
const SEVERAL_TEXTS: ReadonlySet<UmsType> = new Set(['decimal', 'float', 'double', 'datetime']);

export class KeyTable {
  readonly #keys: readonly KeyColumn[];
  readonly #slots: Int32Array;
  readonly #hashes: Int32Array;
  readonly #mask: number;

  constructor(keys: readonly KeyColumn[], rowCount: number) {
    let size = 16;
    while (size < rowCount * 2) size *= 2;
    this.#keys = keys;
    this.#slots = new Int32Array(size).fill(-1);
    this.#hashes = new Int32Array(rowCount);
    this.#mask = size - 1;
  }

  /** The row that stands for this row's key so far, or -1; from now on `row` stands for it. */
  replace(row: number): number {
    const hash = this.#hash(row);
    this.#hashes[row] = hash;
    let slot = (hash ^ (hash >>> 15)) & this.#mask;
    for (;;) {
      const other = this.#slots[slot]!;
      if (other === -1 || (this.#hashes[other] === hash && this.#equal(row, other))) {
        this.#slots[slot] = row;
        return other;
      }
      slot = (slot + 1) & this.#mask;
    }
  }

  /** Puts back what `replace` took away: `row` stands for its key again. */
  restore(row: number): void {
    this.replace(row);
  }

  #hash(row: number): number {
    let state = HASH_SEED;
    for (const { field, column } of this.#keys) {
      state =
        column.nulls[row] === 1
          ? hashNull(state)
          : hashKeyPart(state, field.type, column.bytes, column.offsets[row]!, column.offsets[row + 1]!);
    }
    return state;
  }

  #equal(left: number, right: number): boolean {
    for (const { field, column } of this.#keys) {
      if (column.nulls[left] !== column.nulls[right]) return false;
      if (sameBytes(column, left, right)) continue;
      if (!SEVERAL_TEXTS.has(field.type)) return false;
      if (canonicalKeyText(field.type, text(column, left)) !== canonicalKeyText(field.type, text(column, right)))
        return false;
    }
    return true;
  }
}

function sameBytes({ bytes, offsets }: TextColumn, left: number, right: number): boolean {
  let leftAt = offsets[left]!;
  let rightAt = offsets[right]!;
  const end = offsets[left + 1]!;
  if (end - leftAt !== offsets[right + 1]! - rightAt) return false;
  while (leftAt < end) if (bytes[leftAt++] !== bytes[rightAt++]) return false;
  return true;
}

function text({ bytes, offsets }: TextColumn, row: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + offsets[row]!, offsets[row + 1]! - offsets[row]!).toString(
    'utf8',
  );
}
