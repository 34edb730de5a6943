/** Decides how rows gather into a batch: all columns grow together, a row that fails is taken back, and a finished batch owns its memory. */
import { type Batch, type ColumnStorage, INSERT, type TextColumn } from './batch.ts';
import { ColumnBuilder, type ColumnMemory, uninitialised } from './column-builder.ts';
import type { UmsField } from './types.ts';

const LEAST_CAPACITY = 64;
/** Memory of batches that came back and wait for use. */
const SPARE_LIMIT = 2;

interface BatchMemory {
  readonly capacity: number;
  readonly operations: Uint8Array;
  readonly columns: readonly ColumnMemory[];
}

export class BatchBuilder {
  rowCount = 0;
  capacity = LEAST_CAPACITY;
  readonly ids: ColumnBuilder;
  readonly timestamps: ColumnBuilder;
  operations: Uint8Array;
  /** Parallel to the plan's fields; null where skipped. */
  readonly columns: readonly (ColumnBuilder | null)[];
  private readonly fields: readonly UmsField[];
  private readonly all: readonly ColumnBuilder[];
  private readonly memories = new WeakMap<Batch, BatchMemory>();
  private readonly spare: BatchMemory[] = [];

  constructor(fields: readonly UmsField[], storages: readonly (ColumnStorage | 'skip')[]) {
    this.fields = fields;
    this.ids = new ColumnBuilder('int64', this.capacity);
    this.timestamps = new ColumnBuilder('text', this.capacity);
    this.operations = new Uint8Array(uninitialised(this.capacity));
    this.columns = storages.map((storage) => (storage === 'skip' ? null : new ColumnBuilder(storage, this.capacity)));
    this.all = [this.ids, this.timestamps, ...this.columns.filter((column) => column !== null)];
  }

  /** Room for one more row, whose operation is `i` until told otherwise. */
  openRow(): number {
    if (this.rowCount === this.capacity) this.grow();
    this.operations[this.rowCount] = INSERT;
    return this.rowCount;
  }

  truncate(rowCount: number): void {
    for (const column of this.all) column.truncate(rowCount);
    this.rowCount = rowCount;
  }

  take(namespace: string, kind: string): Batch {
    const { rowCount } = this;
    const batch: Batch = {
      fields: this.fields,
      rowCount,
      ids: new BigInt64Array(this.ids.words.buffer, 0, rowCount),
      timestamps: this.timestamps.finish(rowCount) as TextColumn,
      operations: this.operations.subarray(0, rowCount),
      columns: this.columns.map((column) => column?.finish(rowCount)),
      namespace,
      kind,
    };
    this.memories.set(batch, {
      capacity: this.capacity,
      operations: this.operations,
      columns: this.all.map((column) => column.memory()),
    });
    this.startAnew(rowCount);
    return batch;
  }

  /** @returns false for a batch that is not from here, or came back before */
  recycle(batch: Batch): boolean {
    const memory = this.memories.get(batch);
    if (memory === undefined) return false;
    this.memories.delete(batch);
    if (this.spare.length < SPARE_LIMIT) this.spare.push(memory);
    return true;
  }

  /** The next batch is likely to be as large as the last: one allocation per array, no copies. */
  private startAnew(lastRowCount: number): void {
    this.rowCount = 0;
    const memory = this.spare.pop();
    if (memory !== undefined) {
      this.capacity = memory.capacity;
      this.operations = memory.operations;
      for (const [index, column] of this.all.entries()) column.startIn(memory.columns[index]!);
      return;
    }
    this.capacity = Math.max(LEAST_CAPACITY, Math.ceil(lastRowCount * 1.1));
    for (const column of this.all) column.start(this.capacity, Math.ceil(column.length * 1.1) + LEAST_CAPACITY);
    this.operations = new Uint8Array(uninitialised(this.capacity));
  }

  private grow(): void {
    this.capacity *= 2;
    for (const column of this.all) column.resize(this.capacity, this.rowCount);
    const operations = new Uint8Array(uninitialised(this.capacity));
    operations.set(this.operations);
    this.operations = operations;
  }
}
