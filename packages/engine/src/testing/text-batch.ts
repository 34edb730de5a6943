/** Makes a batch from texts and reads one back as texts: for tests and dry runs, an object per row. */
import { type Batch, type Column, type ColumnStorage, UNCHANGED, UNKNOWN } from '@rtdp/ums/batch';
import type { UmsField } from '@rtdp/ums/types';

/** One row: `unchanged` and `unknown` mean not told. */
export interface TextRow {
  readonly op: string;
  readonly values: readonly (string | null)[];
}

/** Rows with the ids 100, 104, … */
export function textBatch(
  fields: readonly UmsField[],
  rows: readonly TextRow[],
  storages: readonly (ColumnStorage | 'skip')[],
): Batch {
  const texts = (values: (string | null)[]): { offsets: Uint32Array; bytes: Uint8Array; nulls: Uint8Array } => {
    const buffers = values.map((value) => Buffer.from(value ?? ''));
    const offsets = new Uint32Array(values.length + 1);
    for (const [index, buffer] of buffers.entries()) offsets[index + 1] = offsets[index]! + buffer.length;
    return {
      offsets,
      bytes: Buffer.concat(buffers),
      nulls: Uint8Array.from(values, (value) => (value === null ? 1 : 0)),
    };
  };
  const columns = fields.map((_, index): Column | undefined => {
    const storage = storages[index]!;
    if (storage === 'skip') return undefined;
    const given = rows.map(({ values }) => values[index]!);
    const marks = given.map((value) => (value === 'unchanged' ? UNCHANGED : value === 'unknown' ? UNKNOWN : 0));
    const told = given.map((value, row) => (marks[row] === 0 ? value : null));
    const untold = marks.some((mark) => mark !== 0) ? { untold: Uint8Array.from(marks) } : {};
    if (storage === 'text') return { storage, ...texts(told), ...untold };
    const nulls = Uint8Array.from(told, (value) => (value === null ? 1 : 0));
    if (storage === 'int64')
      return { storage, nulls, ...untold, values: BigInt64Array.from(told, (value) => BigInt(value ?? 0)) };
    if (storage === 'int32') return { storage, nulls, ...untold, values: Int32Array.from(told, Number) };
    if (storage === 'float64') return { storage, nulls, ...untold, values: Float64Array.from(told, Number) };
    return { storage, nulls, ...untold, values: Uint8Array.from(told, (value) => (value === 'true' ? 1 : 0)) };
  });
  return {
    fields,
    rowCount: rows.length,
    ids: BigInt64Array.from(rows, (_, row) => BigInt(100 + row * 4)),
    timestamps: {
      storage: 'text',
      ...texts(rows.map((_, row) => `2026-01-01 00:00:${String(row % 60).padStart(2, '0')}`)),
    },
    operations: Uint8Array.from(rows, ({ op }) => op.charCodeAt(0)),
    columns,
    namespace: 'postgresql.shop.public.orders.1.0.0',
    kind: 'data_increment_data',
  };
}

/** The rows of a batch, values as texts. */
export function readRows(batch: Batch): { op: string; id: bigint; values: (string | null)[] }[] {
  return Array.from({ length: batch.rowCount }, (_, row) => ({
    op: String.fromCharCode(batch.operations[row]!),
    id: batch.ids[row]!,
    values: batch.columns.map((column) => textOfValue(column!, row)),
  }));
}

function textOfValue(column: Column, row: number): string | null {
  const mark = column.untold?.[row] ?? 0;
  if (mark !== 0) return mark === UNCHANGED ? 'unchanged' : 'unknown';
  if (column.nulls[row] === 1) return null;
  if (column.storage === 'text') {
    return Buffer.from(column.bytes.subarray(column.offsets[row]!, column.offsets[row + 1]!)).toString();
  }
  return column.storage === 'boolean' ? String(column.values[row] === 1) : String(column.values[row]);
}
