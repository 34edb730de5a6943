/**
 * Decides which tables of a mounted store are written by flows, and under which namespace their commit notices travel.
 *
 * A Postgres sink keeps its books in schema `rtdp` of the database it writes. Where the mount's user may read them they decide; where it may
 * not, or the store keeps no such books, a table with the column `ums_id_` is taken for one.
 */
import type { IntrospectedTable, StoreReader } from '@rtdp/stores/scan-contract';
import { tableIdentity } from '@rtdp/ums/namespace';
import type { FoundTable } from './contract.ts';

/** Where sinks keep their books; not shown as tables. */
const BOOKKEEPING_SCHEMA = 'rtdp';
const ID_COLUMN = 'ums_id_';

export interface NamespacePrefix {
  system: string;
  instance: string;
}

/** @param prefix how flows name this database: `{postgresql, <database>}` for a Postgres sink */
export async function withSinkNamespaces(
  reader: StoreReader,
  tables: readonly IntrospectedTable[],
  prefix: NamespacePrefix,
): Promise<FoundTable[]> {
  const written = reader.kind === 'postgres' ? await readBooks(reader) : undefined;
  return tables
    .filter(({ schema }) => reader.kind !== 'postgres' || schema !== BOOKKEEPING_SCHEMA)
    .map((definition) => ({
      definition,
      sinkNamespace: isSink(definition, written) ? nameOf(definition, prefix) : null,
    }));
}

function isSink({ schema, name, columns }: IntrospectedTable, written: Set<string> | undefined): boolean {
  return written?.has(JSON.stringify([schema, name])) ?? columns.some((column) => column.name === ID_COLUMN);
}

function nameOf({ schema, name }: IntrospectedTable, { system, instance }: NamespacePrefix): string {
  return tableIdentity({
    system,
    instance,
    database: schema,
    table: name,
    version: '0',
    dbPartition: '0',
    tablePartition: '0',
  });
}

/** undefined where there are no books, or none that may be read. */
async function readBooks(reader: StoreReader): Promise<Set<string> | undefined> {
  const [readable] = await readTexts(
    reader,
    `SELECT CASE WHEN has_schema_privilege(n.oid, 'USAGE') AND has_table_privilege(c.oid, 'SELECT') THEN 'yes' ELSE 'no' END
       FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = '${BOOKKEEPING_SCHEMA}' AND c.relname = 'sink_tables'`,
  );
  if (readable !== 'yes') return undefined;
  const names = await readTexts(
    reader,
    `SELECT json_build_array(schema_name, table_name)::text FROM ${BOOKKEEPING_SCHEMA}.sink_tables`,
  );
  return new Set(names.map((name) => JSON.stringify(JSON.parse(name))));
}

/** Rows of one text column. */
async function readTexts(reader: StoreReader, sql: string): Promise<string[]> {
  const texts: string[] = [];
  const { batches } = await reader.scan({ sql });
  for await (const { rowCount, columns } of batches) {
    const column = columns[0];
    if (column?.storage !== 'text') throw new TypeError('the statement was to give one text');
    const bytes = Buffer.from(column.bytes.buffer, column.bytes.byteOffset, column.bytes.byteLength);
    for (let row = 0; row < rowCount; row++) {
      texts.push(bytes.toString('utf8', column.offsets[row], column.offsets[row + 1]));
    }
  }
  return texts;
}
