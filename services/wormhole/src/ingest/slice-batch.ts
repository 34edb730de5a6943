/** Decides how a part of a batch is cut out: rows from..to as a batch of its own that shares the bytes. */
import type { Batch, Column, TextColumn } from '@rtdp/ums/batch';

export function sliceBatch(batch: Batch, from: number, to: number): Batch {
  return {
    ...batch,
    rowCount: to - from,
    ids: batch.ids.slice(from, to),
    timestamps: sliceText(batch.timestamps, from, to),
    operations: batch.operations.slice(from, to),
    columns: batch.columns.map((column) => (column === undefined ? undefined : sliceColumn(column, from, to))),
  };
}

function sliceColumn(column: Column, from: number, to: number): Column {
  if (column.storage === 'text') return sliceText(column, from, to);
  const marks = sliceMarks(column, from, to);
  switch (column.storage) {
    case 'int32':
      return { storage: 'int32', values: column.values.slice(from, to), ...marks };
    case 'int64':
      return { storage: 'int64', values: column.values.slice(from, to), ...marks };
    case 'float64':
      return { storage: 'float64', values: column.values.slice(from, to), ...marks };
    case 'boolean':
      return { storage: 'boolean', values: column.values.slice(from, to), ...marks };
  }
}

function sliceText(column: TextColumn, from: number, to: number): TextColumn {
  const first = column.offsets[from] ?? 0;
  const offsets = column.offsets.slice(from, to + 1);
  for (let index = 0; index < offsets.length; index++) offsets[index] = offsets[index]! - first;
  return {
    storage: 'text',
    offsets,
    bytes: column.bytes.subarray(first, first + (offsets[offsets.length - 1] ?? 0)),
    ...sliceMarks(column, from, to),
  };
}

function sliceMarks(column: Column, from: number, to: number): { nulls: Uint8Array; untold?: Uint8Array } {
  const nulls = column.nulls.slice(from, to);
  return column.untold === undefined ? { nulls } : { nulls, untold: column.untold.slice(from, to) };
}

/** The text of one value, or null. Columns of a sink's batch are always text. */
export function textAt(column: Column | undefined, row: number): string | null {
  if (column === undefined || column.nulls[row] === 1) return null;
  if (column.storage !== 'text') return String(column.values[row]);
  return Buffer.from(column.bytes.buffer, column.bytes.byteOffset, column.bytes.byteLength).toString(
    'utf8',
    column.offsets[row],
    column.offsets[row + 1],
  );
}
