/** Decides how rows gather into a batch: all columns grow together, a row that fails is taken back, and a finished batch owns its memory. */
import { type Batch, type ColumnStorage, INSERT, type TextColumn } from './batch.ts';
import { ColumnBuilder, uninitialised } from './column-builder.ts';
import type { UmsField } from './types.ts';

const LEAST_CAPACITY = 64;

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
    this.startAnew(rowCount);
    return batch;
  }

  /** The next batch is likely to be as large as the last: one allocation per array, no copies. */
  private startAnew(lastRowCount: number): void {
    this.capacity = Math.max(LEAST_CAPACITY, Math.ceil(lastRowCount * 1.1));
    for (const column of this.all) column.start(this.capacity, Math.ceil(column.length * 1.1) + LEAST_CAPACITY);
    this.operations = new Uint8Array(uninitialised(this.capacity));
    this.rowCount = 0;
  }

  private grow(): void {
    this.capacity *= 2;
    for (const column of this.all) column.resize(this.capacity, this.rowCount);
    const operations = new Uint8Array(uninitialised(this.capacity));
    operations.set(this.operations);
    this.operations = operations;
  }
}
