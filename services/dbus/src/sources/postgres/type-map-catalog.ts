/** Decides which questions the catalog is asked about types and tables, for stream and snapshot alike. */
import { renameReserved, type UmsField } from '@rtdp/ums/types';
import { type CatalogType, TYPE_QUERY, TypeMap } from './type-map.ts';
import type { CatalogColumn, MappedTable, TableDefinition } from './type-map-contract.ts';

/** The part of a database session that is needed here. */
export interface CatalogSession {
  query<Row extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
}

/** Reads all types of the session's database. */
export async function loadTypeMap(session: CatalogSession): Promise<TypeMap> {
  const [encoding] = await session.query<{ server_encoding: string }>('show server_encoding');
  const types = await session.query<Record<string, unknown> & CatalogType>(TYPE_QUERY);
  return new TypeMap(types, { textIsUtf8: encoding?.server_encoding !== 'SQL_ASCII' });
}

/** Reads the types again, after one was made that the map does not know. */
export async function reloadTypeMap(session: CatalogSession, map: TypeMap): Promise<void> {
  map.replace(await session.query<Record<string, unknown> & CatalogType>(TYPE_QUERY));
}

/**
 * One row per column. A key is the replica identity; under FULL the primary key. A deferrable primary key is none.
 * Generated columns that are not in the log are not here.
 */
const TABLE_QUERY = `
  select c.oid::text as oid, n.nspname as schema, c.relname as "table", c.relreplident::text as identity,
         a.attname as name, a.atttypid::text as "typeOid", a.atttypmod::text as "typeModifier",
         a.attnotnull::text as "notNull",
         exists (
           select from pg_catalog.pg_index i
            where i.indrelid = c.oid and i.indisvalid and a.attnum = any (i.indkey[0:i.indnkeyatts - 1])
              and case c.relreplident
                    when 'i' then i.indisreplident
                    when 'n' then false
                    else i.indisprimary and i.indimmediate
                  end
         )::text as key
    from pg_catalog.pg_class c
    join pg_catalog.pg_namespace n on n.oid = c.relnamespace
    join pg_catalog.pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      -- As publishedColumns in introspect.ts: what a stored generated column holds is in the log from 18 on.
      and (a.attgenerated = '' or (a.attgenerated = 's' and current_setting('server_version_num')::int >= 180000))`;

const IDENTITIES = { d: 'default', f: 'full', i: 'index', n: 'nothing' } as const;

/** The table by name, or by oid; undefined if there is none (any more). */
export async function loadTableDefinition(
  session: CatalogSession,
  which: { schema: string; table: string } | { oid: number },
): Promise<TableDefinition | undefined> {
  const rows =
    'oid' in which
      ? await session.query<Record<string, string>>(`${TABLE_QUERY} where c.oid = $1 order by a.attnum`, [which.oid])
      : await session.query<Record<string, string>>(
          `${TABLE_QUERY} where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p') order by a.attnum`,
          [which.schema, which.table],
        );
  const first = rows[0];
  if (first === undefined) return undefined;
  const columns: CatalogColumn[] = rows.map((row) => ({
    name: row.name!,
    typeOid: Number(row.typeOid),
    typeModifier: Number(row.typeModifier),
    notNull: row.notNull === 'true',
    key: row.key === 'true',
  }));
  return {
    oid: Number(first.oid),
    schema: first.schema!,
    table: first.table!,
    replicaIdentity: IDENTITIES[first.identity as keyof typeof IDENTITIES],
    columns,
  };
}

/** Fields and writers of a table. Reads the types again if one of them is not known yet. */
export async function mapTable(
  session: CatalogSession,
  map: TypeMap,
  columns: readonly CatalogColumn[],
): Promise<MappedTable> {
  if (columns.some((column) => !map.knows(column.typeOid))) await reloadTypeMap(session, map);
  return mapColumns(map, columns);
}

/** Pure part of {@link mapTable}. A column called `ums_*_` is renamed. */
export function mapColumns(map: TypeMap, columns: readonly CatalogColumn[]): MappedTable {
  const renamed = renameReserved(columns.map((column) => column.name));
  const mapped = columns.map((column) => map.resolve(column.typeOid, column.typeModifier));
  const fields = columns.map((column, index): UmsField => {
    const field = {
      name: renamed.get(column.name) ?? column.name,
      type: mapped[index]!.type,
      nullable: !column.notNull && !column.key,
      encoded: false,
      sourceType: mapped[index]!.sourceType,
    };
    return column.key ? { ...field, key: true } : field;
  });
  return { fields, writers: mapped.map((type) => type.write), mapped };
}
