/** Tells what a source table has that can be compared, and under which names: sinks know a column with a name of ours by another one. */
import { RtdpError } from '@rtdp/ums/error';
import { renameReserved } from '@rtdp/ums/types';
import type { Pool } from 'pg';
import { qualify } from './dialect.ts';
import { toStoreError } from './errors.ts';

export interface SourceColumns {
  /** What stands behind FROM: without the tables that inherit from it, whose rows are their own. */
  readonly from: string;
  /** Name in UMS and in sinks → the source's own. */
  readonly names: ReadonlyMap<string, string>;
  /** Names in UMS of columns that are computed when they are read: no log holds them. */
  readonly virtual: ReadonlySet<string>;
}

/** @throws STORE_NOT_COMPARABLE if the source has no such table */
export async function readSourceColumns(pool: Pool, schema: string, table: string): Promise<SourceColumns> {
  const name = qualify(schema, table);
  const rows = await pool
    .query<{ kind: string; column: string; generated: string }>(
      `SELECT c.relkind AS kind, a.attname AS column, a.attgenerated AS generated
       FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
       WHERE c.oid = to_regclass($1) ORDER BY a.attnum`,
      [name],
    )
    .then((result) => result.rows)
    .catch((error: unknown) => {
      throw toStoreError(error, { table: name });
    });
  if (rows[0] === undefined) {
    throw new RtdpError({
      code: 'STORE_NOT_COMPARABLE',
      message: `the source has no table ${schema}.${table} any more`,
      next: 'The sink keeps what it had; take the sink table away if nobody needs it.',
      facts: { schema, table },
    });
  }
  const renamed = renameReserved(rows.map(({ column }) => column));
  const nameOf = (column: string) => renamed.get(column) ?? column;
  return {
    // The rows of a partitioned table are in its parts.
    from: rows[0].kind === 'r' ? `ONLY ${name}` : name,
    names: new Map(rows.map(({ column }) => [nameOf(column), column])),
    virtual: new Set(rows.filter(({ generated }) => generated === 'v').map(({ column }) => nameOf(column))),
  };
}
