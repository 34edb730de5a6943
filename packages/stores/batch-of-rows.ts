/** Builds a Batch from plain row objects: for tests and for tools that handle a few rows; the hot path never comes here. */
import type { Batch, Column, TextColumn } from '@rtdp/ums/batch';
import { TOLD, UNCHANGED } from '@rtdp/ums/batch';
import type { UmsField } from '@rtdp/ums/types';

/** A column that is left out of `values` is untold. */
export interface PlainRow {
  readonly id: bigint;
  readonly operation: 'i' | 'u' | 'd' | 'b';
  readonly values: Readonly<Record<string, string | null | undefined>>;
  /** Default 2026-01-01 00:00:00. */
  readonly timestamp?: string;
}

export function batchOfRows(namespace: string, fields: readonly UmsField[], rows: readonly PlainRow[]): Batch {
  const columns: Column[] = fields.map((field) => textColumn(rows.map((row) => row.values[field.name])));
  return {
    fields,
    rowCount: rows.length,
    ids: BigInt64Array.from(rows, (row) => row.id),
    timestamps: textColumn(rows.map((row) => row.timestamp ?? '2026-01-01 00:00:00')),
    operations: Uint8Array.from(rows, (row) => row.operation.charCodeAt(0)),
    columns,
    namespace,
    kind: 'data_increment_data',
  };
}

function textColumn(values: readonly (string | null | undefined)[]): TextColumn {
  const offsets = new Uint32Array(values.length + 1);
  const chunks: Buffer[] = [];
  let at = 0;
  for (const [row, value] of values.entries()) {
    const bytes = Buffer.from(value ?? '', 'utf8');
    chunks.push(bytes);
    at += bytes.length;
    offsets[row + 1] = at;
  }
  const column: TextColumn = {
    storage: 'text',
    offsets,
    bytes: Buffer.concat(chunks),
    nulls: Uint8Array.from(values, (value) => (value === null || value === undefined ? 1 : 0)),
  };
  if (!values.includes(undefined)) return column;
  return { ...column, untold: Uint8Array.from(values, (value) => (value === undefined ? UNCHANGED : TOLD)) };
}
