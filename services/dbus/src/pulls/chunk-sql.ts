/** Decides the statement that reads a chunk: after a key in the key's order, or exactly these keys, or everything. Pure. */

import type { TableName } from '../pipeline/contract.ts';
import { quoteLiteral, quoteName, quoteTable } from '../sources/postgres/connection.ts';

/** Which rows of the table a chunk holds; key values are the source's own text. */
export type ChunkRange =
  | { kind: 'after'; key: readonly string[] | null; limit: number }
  | { kind: 'keys'; keys: readonly (readonly string[])[] }
  | { kind: 'all' };

export interface ChunkTable extends TableName {
  /** A partitioned root is read with its partitions; any other table without the tables that inherit from it. */
  partitioned: boolean;
  columns: readonly string[];
  /** In the order of the index that identifies rows; empty for a table without a key. */
  keyColumns: readonly string[];
}

export function chunkSql(table: ChunkTable, range: ChunkRange): string {
  const columns = table.columns.map(quoteName).join(', ');
  const from = `${table.partitioned ? '' : 'ONLY '}${quoteTable(table)}`;
  return `COPY (SELECT ${columns} FROM ${from}${rowsOf(table, range)}) TO STDOUT`;
}

function rowsOf(table: ChunkTable, range: ChunkRange): string {
  if (range.kind === 'all') return '';
  const key = table.keyColumns.map(quoteName).join(', ');
  if (range.kind === 'keys') {
    const values = range.keys.map((values) => `(${values.map(quoteLiteral).join(', ')})`).join(', ');
    return ` WHERE (${key}) IN (${values})`;
  }
  const after = range.key === null ? '' : ` WHERE (${key}) > (${range.key.map(quoteLiteral).join(', ')})`;
  return `${after} ORDER BY ${key} LIMIT ${range.limit}`;
}
