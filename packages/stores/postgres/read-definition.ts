/** Tells what flow writes a sink table and in which layout, as the sink's own bookkeeping remembers it. */
import type { Pool } from 'pg';
import type { DeletePolicy, SinkDefinition } from '../contract.ts';
import { toStoreError } from './errors.ts';
import type { StoredField } from './table-shape.ts';

interface SinkRow {
  flow: string;
  deletes: DeletePolicy;
  source_in_key: boolean;
  ordinal_column: string | null;
  source_system: string;
  fields: StoredField[];
}

/** undefined if no flow has made the table. Columns that the source has no more are left out. */
export async function readSinkDefinition(
  pool: Pool,
  schema: string,
  table: string,
): Promise<SinkDefinition | undefined> {
  try {
    const known = await pool.query<{ present: boolean }>(
      `SELECT to_regclass('rtdp.sink_tables') IS NOT NULL AS present`,
    );
    if (!known.rows[0]?.present) return undefined;
    const { rows } = await pool.query<SinkRow>(
      `SELECT flow, deletes, source_in_key, ordinal_column, source_system, fields FROM rtdp.sink_tables WHERE schema_name = $1 AND table_name = $2`,
      [schema, table],
    );
    const row = rows[0];
    if (!row) return undefined;
    return {
      flow: row.flow,
      schema,
      table,
      fields: row.fields.filter((field) => !field.dropped),
      deletes: row.deletes,
      sourceNamespaceInKey: row.source_in_key,
      sourceSystem: row.source_system,
      ...(row.ordinal_column === null ? {} : { explode: { ordinalColumn: row.ordinal_column } }),
    };
  } catch (error) {
    throw toStoreError(error, { schema, table });
  }
}

/** The server's clock in UTC, `yyyy-MM-dd HH:mm:ss.ffffff`: no transaction that was committed before the call has a later commit time. */
export async function readClock(pool: Pool): Promise<string> {
  try {
    const { rows } = await pool.query<{ now: string }>(
      `SELECT to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD HH24:MI:SS.US') AS now`,
    );
    return rows[0]!.now;
  } catch (error) {
    throw toStoreError(error, {});
  }
}
