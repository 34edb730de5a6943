/** Decides which partition a row's key belongs to, from the source's own text where that is the canonical one. */
import {
  HASH_SEED,
  hashKeyPart,
  hashKeyText,
  hashNull,
  type KeyFold,
  keyFoldOf,
  partitionOf,
} from '@rtdp/ums/partition-hash';
import { type RowText, type TableShape, VALUE } from './message-writer-contract.ts';

export class KeyHasher {
  readonly #shape: TableShape;
  readonly #folds: (KeyFold | null)[];
  #scratch = Buffer.alloc(1024);

  constructor(shape: TableShape) {
    this.#shape = shape;
    this.#folds = shape.keyColumns.map((column) => keyFoldOf(shape.fields[column]!));
  }

  partitionOf(row: RowText): number {
    const { keyColumns, fields, keyText, partitions } = this.#shape;
    let state = HASH_SEED;
    for (let index = 0; index < keyColumns.length; index++) {
      const column = keyColumns[index]!;
      if (row.states[column] !== VALUE) {
        state = hashNull(state);
        continue;
      }
      const fold = this.#folds[index]!;
      const type = fields[column]!.type;
      const start = row.starts[column]!;
      const end = row.ends[column]!;
      if (keyText[column] === 'source') {
        state =
          fold === null
            ? hashKeyPart(state, type, row.buffer, start, end)
            : hashKeyText(state, type, textOf(row.buffer, start, end), fold);
        continue;
      }
      state = this.#hashWritten(state, column, row, start, end);
    }
    return partitionOf(state, partitions);
  }

  /** Hashes what the value's writer writes, without its quotes. */
  #hashWritten(state: number, column: number, row: RowText, start: number, end: number): number {
    const needed = (end - start) * 8 + 16;
    if (needed > this.#scratch.length) this.#scratch = Buffer.alloc(needed);
    const written = this.#shape.writers[column]!(this.#scratch, 0, row.buffer, start, end);
    const quotes = this.#scratch[0] === 0x22 ? 1 : 0;
    return hashKeyPart(state, this.#shape.fields[column]!.type, this.#scratch, quotes, written - quotes);
  }
}

function textOf(buffer: Uint8Array, start: number, end: number): string {
  return Buffer.from(buffer.buffer, buffer.byteOffset + start, end - start).toString('utf8');
}
