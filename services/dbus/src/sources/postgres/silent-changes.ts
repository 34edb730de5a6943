/** Decides whether a new schema version may have changed stored values without a row in the log: such a table must be pulled. */
import type { SchemaDiff } from '@rtdp/ums/schema-diff';
import type { TableName } from '../../pipeline/contract.ts';
import { quoteTable, type SourceSession } from './connection.ts';

/** Why a pull must follow, or null. A nullable column without a default leaves every stored value as it was. */
export async function silentChange(session: SourceSession, table: TableName, diff: SchemaDiff): Promise<string | null> {
  const retyped = diff.changes.filter((change) => change.change === 'retyped').map((change) => change.column);
  if (retyped.length > 0) return `the type of ${retyped.join(', ')} changed, which may have rewritten every row`;
  const added = diff.changes.filter((change) => change.change === 'added').map((change) => change.column);
  // Without a column that came or went, names were exchanged, or a column was dropped and made again under its name.
  if (diff.changes.some((change) => change.change === 'reordered')) return 'its columns changed their places';
  if (added.length === 0) return null;
  const dropped = diff.changes.filter((change) => change.change === 'dropped').map((change) => change.column);
  // The catalog does not tell a rename from a drop and an add; a renamed column holds a value in every row that was there.
  if (dropped.length > 0) return `${dropped.join(', ')} may have been renamed to ${added.join(', ')}`;
  const rows = await session.query<{ name: string }>(
    `SELECT attname AS name FROM pg_attribute
      WHERE attrelid = to_regclass($1) AND attname = ANY($2) AND (atthasdef OR atthasmissing OR attidentity <> '' OR attnotnull)`,
    [quoteTable(table), added],
  );
  if (rows.length === 0) return null;
  return `${rows.map((row) => row.name).join(', ')} came with a value for the rows that were there`;
}
