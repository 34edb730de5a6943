/** Decides how the few rows of the gateway's own statements become columns. */
import { INT8, TEXT } from '@rtdp/sql/pg-type';
import type { ColumnBatch, ResultColumn } from '@rtdp/stores/scan-contract';
import type { Column } from '@rtdp/ums/batch';

export const textColumn = (name: string): ResultColumn => ({ name, type: TEXT, typeText: 'text' });
export const countColumn = (name: string): ResultColumn => ({ name, type: INT8, typeText: 'bigint' });

/** Each row has a value for each column: a text, or a whole number where the column counts. */
export function batchOf(
  columns: readonly ResultColumn[],
  rows: readonly (readonly (string | number | null)[])[],
): ColumnBatch {
  return {
    rowCount: rows.length,
    columns: columns.map(({ type }, index) => {
      const values = rows.map((row) => row[index] ?? null);
      return type === INT8 ? numbers(values) : texts(values);
    }),
  };
}

function nullsOf(values: readonly unknown[]): Uint8Array {
  return Uint8Array.from(values, (value) => (value === null ? 1 : 0));
}

function numbers(values: readonly (string | number | null)[]): Column {
  return {
    storage: 'int64',
    values: BigInt64Array.from(values, (value) => BigInt(value ?? 0)),
    nulls: nullsOf(values),
  };
}

function texts(values: readonly (string | number | null)[]): Column {
  const parts = values.map((value) => Buffer.from(value === null ? '' : String(value), 'utf8'));
  const offsets = new Uint32Array(values.length + 1);
  for (const [index, part] of parts.entries()) offsets[index + 1] = offsets[index]! + part.length;
  return { storage: 'text', offsets, bytes: Buffer.concat(parts), nulls: nullsOf(values) };
}
