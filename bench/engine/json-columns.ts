/** The reference: JSON.parse of each message, and its values put into the same columns that the engine's reader fills. */
import type { Column, ColumnStorage } from '@rtdp/ums/batch';
import { SYSTEM_FIELDS } from '@rtdp/ums/types';

interface Message {
  payload: { tuple: (string | number | boolean | null)[] }[];
}

/** Collects messages into ids, timestamps, operations and the columns asked for. */
export class JsonColumns {
  readonly #storages: readonly (ColumnStorage | 'skip')[];
  readonly #texts = new Map<number, TextBuilder>();
  #longs = new Map<number, BigInt64Array>();
  #ids: BigInt64Array;
  #operations: Uint8Array;
  readonly #timestamps: TextBuilder;
  readonly #capacity: number;
  #rows = 0;

  constructor(storages: readonly (ColumnStorage | 'skip')[], capacity: number) {
    this.#storages = storages;
    this.#capacity = capacity;
    this.#ids = new BigInt64Array(capacity);
    this.#operations = new Uint8Array(capacity);
    this.#timestamps = new TextBuilder(capacity);
    this.#begin();
  }

  get rowCount(): number {
    return this.#rows;
  }

  append(bytes: Buffer): void {
    const { payload } = JSON.parse(bytes.toString('utf8')) as Message;
    const first = SYSTEM_FIELDS.length;
    const storages = this.#storages;
    for (const { tuple } of payload) {
      const row = this.#rows;
      this.#ids[row] = BigInt(tuple[0] as string);
      this.#timestamps.push(tuple[1] as string);
      this.#operations[row] = (tuple[2] as string).charCodeAt(0);
      for (let column = 0; column < storages.length; column += 1) {
        const storage = storages[column];
        if (storage === 'skip') continue;
        const value = tuple[first + column] as string | null;
        if (storage === 'text') this.#texts.get(column)!.push(value);
        else if (storage === 'int64') this.#longs.get(column)![row] = value === null ? 0n : BigInt(value);
        else throw new Error(`the bids have no column of storage ${storage}`);
      }
      this.#rows += 1;
    }
  }

  /** Hands the columns over and begins anew. */
  take(): { rows: number; columns: Column[] } {
    const nulls = new Uint8Array(this.#rows);
    const columns: Column[] = [];
    for (const [column, storage] of this.#storages.entries()) {
      if (storage === 'text') columns.push({ storage, nulls, ...this.#texts.get(column)!.take() });
      else if (storage === 'int64')
        columns.push({ storage, nulls, values: this.#longs.get(column)!.subarray(0, this.#rows) });
    }
    const rows = this.#rows;
    this.#begin();
    return { rows, columns };
  }

  #begin(): void {
    this.#rows = 0;
    this.#ids = new BigInt64Array(this.#capacity);
    this.#operations = new Uint8Array(this.#capacity);
    this.#timestamps.take();
    for (const [column, storage] of this.#storages.entries()) {
      if (storage === 'text') this.#texts.set(column, new TextBuilder(this.#capacity));
      if (storage === 'int64') this.#longs.set(column, new BigInt64Array(this.#capacity));
    }
  }
}

class TextBuilder {
  #offsets: Uint32Array;
  #bytes: Buffer;
  #rows = 0;
  #at = 0;
  readonly #capacity: number;

  constructor(capacity: number) {
    this.#capacity = capacity;
    this.#offsets = new Uint32Array(capacity + 1);
    this.#bytes = Buffer.allocUnsafe(capacity * 32);
  }

  push(value: string | null): void {
    if (value !== null) {
      if (this.#at + value.length * 3 > this.#bytes.length) {
        const grown = Buffer.allocUnsafe(this.#bytes.length * 2);
        this.#bytes.copy(grown);
        this.#bytes = grown;
      }
      this.#at += this.#bytes.write(value, this.#at);
    }
    this.#rows += 1;
    this.#offsets[this.#rows] = this.#at;
  }

  take(): { offsets: Uint32Array; bytes: Uint8Array } {
    const taken = { offsets: this.#offsets.subarray(0, this.#rows + 1), bytes: this.#bytes.subarray(0, this.#at) };
    this.#offsets = new Uint32Array(this.#capacity + 1);
    this.#bytes = Buffer.allocUnsafe(this.#capacity * 32);
    this.#rows = 0;
    this.#at = 0;
    return taken;
  }
}
