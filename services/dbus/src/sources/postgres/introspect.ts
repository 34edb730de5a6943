/** Decides what a table of a source is to us: its columns, what identifies a row, and by which publication it may be captured. */
import type { TableName } from '../../pipeline/contract.ts';
import type { SourceSession } from './connection.ts';

export interface SourceColumn {
  name: string;
  /** Position in pg_attribute. */
  number: number;
  typeName: string;
  notNull: boolean;
  /** '' for an ordinary column, 's' stored, 'v' virtual. */
  generated: '' | 's' | 'v';
}

export interface SourceTable {
  oid: number;
  schema: string;
  table: string;
  partitioned: boolean;
  unlogged: boolean;
  /** default, full, nothing or index: how the source identifies the old row. */
  replicaIdentity: 'd' | 'f' | 'n' | 'i';
  owner: string;
  /** Or is one, and so could every member of it. */
  ownerMayBecomeSuperuser: boolean;
  /** Whether our role may add the table to a publication. */
  owned: boolean;
  selectable: boolean;
  /** Whether it would hide rows from our role even if it owned the table, as it must. */
  rowSecurity: boolean;
  columns: SourceColumn[];
  /** Columns of the primary key, in its order. */
  primaryKey: string[];
  primaryKeyName: string | null;
  primaryKeyDeferrable: boolean;
  /** Columns of the index that REPLICA IDENTITY USING INDEX names. */
  identityIndex: string[];
  /** Partitions (of any depth) whose own replica identity lets no update through. */
  partitionsWithoutIdentity: string[];
  /** The planner's estimate; -1 when never analysed. */
  estimatedRows: number;
  bytes: number;
}

interface TableRow {
  [name: string]: unknown;
  oid: number;
  schema: string;
  table: string;
  partitioned: boolean;
  unlogged: boolean;
  replica_identity: SourceTable['replicaIdentity'];
  owner: string;
  owner_may_become_superuser: boolean;
  owned: boolean;
  selectable: boolean;
  row_security: boolean;
  columns: string;
  primary_key: string;
  primary_key_name: string | null;
  primary_key_deferrable: boolean;
  identity_index: string;
  partitions_without_identity: string;
  estimated_rows: string;
  bytes: string;
}

/** Key columns of an index as JSON, in index order, without its INCLUDE columns. */
const INDEX_COLUMNS = (index: string): string => `
  (select coalesce(json_agg(a.attname order by k.place), '[]')::text
     from unnest(${index}.indkey::int2[]) with ordinality k(number, place)
     join pg_attribute a on a.attrelid = ${index}.indrelid and a.attnum = k.number
    where k.place <= ${index}.indnkeyatts)`;

const TABLES_SQL = `
select c.oid, n.nspname as schema, c.relname as "table", c.relkind = 'p' as partitioned,
  c.relpersistence = 'u' as unlogged, c.relreplident::text as replica_identity,
  pg_get_userbyid(c.relowner) as owner,
  exists (select 1 from pg_roles r where r.rolsuper and pg_has_role(c.relowner, r.oid, 'MEMBER')) as owner_may_become_superuser,
  pg_has_role(c.relowner, 'USAGE') as owned,
  has_schema_privilege(n.oid, 'USAGE') and has_table_privilege(c.oid, 'SELECT') as selectable,
  c.relrowsecurity and c.relforcerowsecurity
    and not (select rolsuper or rolbypassrls from pg_roles where rolname = current_user) as row_security,
  (select coalesce(json_agg(json_build_object('name', a.attname, 'number', a.attnum, 'typeName',
      format_type(a.atttypid, a.atttypmod), 'notNull', a.attnotnull, 'generated', a.attgenerated::text) order by a.attnum), '[]')::text
     from pg_attribute a where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped) as columns,
  coalesce(${INDEX_COLUMNS('p')}, '[]') as primary_key,
  pc.conname as primary_key_name,
  coalesce(not p.indimmediate, false) as primary_key_deferrable,
  coalesce(${INDEX_COLUMNS('i')}, '[]') as identity_index,
  case when c.relkind = 'p' then
    (select coalesce(json_agg(leaf.oid::regclass::text order by leaf.oid::regclass::text), '[]')::text
       from pg_partition_tree(c.oid) t join pg_class leaf on leaf.oid = t.relid
      where t.isleaf and leaf.relkind = 'r' and (leaf.relreplident = 'n'
         or (leaf.relreplident = 'd' and not exists (select 1 from pg_index x where x.indrelid = leaf.oid and x.indisprimary and x.indimmediate))
         or (leaf.relreplident = 'i' and not exists (select 1 from pg_index x where x.indrelid = leaf.oid and x.indisreplident))))
    else '[]' end as partitions_without_identity,
  case when c.relkind = 'p' then
    (select coalesce(sum(greatest(leaf.reltuples, 0)), 0)::text from pg_partition_tree(c.oid) t join pg_class leaf on leaf.oid = t.relid where t.isleaf)
    else c.reltuples::text end as estimated_rows,
  case when c.relkind = 'p' then
    (select coalesce(sum(pg_table_size(t.relid)), 0)::text from pg_partition_tree(c.oid) t where t.isleaf)
    else pg_table_size(c.oid)::text end as bytes
from pg_class c
join pg_namespace n on n.oid = c.relnamespace
left join pg_index p on p.indrelid = c.oid and p.indisprimary
left join pg_constraint pc on pc.conindid = p.indexrelid and pc.contype = 'p'
left join pg_index i on i.indrelid = c.oid and i.indisreplident
where c.relkind in ('r', 'p') and c.relpersistence <> 't' and not c.relispartition
  and n.nspname <> 'information_schema' and n.nspname !~ '^pg_'`;

/** Every table of the database that could be captured, but for partitions (they belong to their root). */
export async function loadTables(session: SourceSession): Promise<SourceTable[]> {
  return (await session.query<TableRow>(`${TABLES_SQL} order by n.nspname, c.relname`)).map(toTable);
}

/** One table as it is in the session's snapshot; undefined when it is gone, or has become a partition. */
export async function loadTable(session: SourceSession, table: TableName): Promise<SourceTable | undefined> {
  const sql = `${TABLES_SQL} and n.nspname = $1 and c.relname = $2`;
  const [row] = await session.query<TableRow>(sql, [table.schema, table.table]);
  return row === undefined ? undefined : toTable(row);
}

function toTable(row: TableRow): SourceTable {
  return {
    oid: row.oid,
    schema: row.schema,
    table: row.table,
    partitioned: row.partitioned,
    unlogged: row.unlogged,
    replicaIdentity: row.replica_identity,
    owner: row.owner,
    ownerMayBecomeSuperuser: row.owner_may_become_superuser,
    owned: row.owned,
    selectable: row.selectable,
    rowSecurity: row.row_security,
    columns: JSON.parse(row.columns) as SourceColumn[],
    primaryKey: JSON.parse(row.primary_key) as string[],
    primaryKeyName: row.primary_key_name,
    primaryKeyDeferrable: row.primary_key_deferrable,
    identityIndex: JSON.parse(row.identity_index) as string[],
    partitionsWithoutIdentity: JSON.parse(row.partitions_without_identity) as string[],
    estimatedRows: Number(row.estimated_rows),
    bytes: Number(row.bytes),
  };
}

/** Whether the log of such a server can hold stored generated columns. */
export function canPublishGenerated(serverVersion: number): boolean {
  return serverVersion >= 180000;
}

/** Columns that our publications tell of. A virtual generated column is nowhere stored, hence never in the log. */
export function publishedColumns(table: SourceTable, serverVersion: number): SourceColumn[] {
  return table.columns.filter(
    ({ generated }) => generated === '' || (generated === 's' && canPublishGenerated(serverVersion)),
  );
}

export type TableKey =
  | { columns: readonly string[] }
  /** Why the table has no key for us, so that it is captured for inserts and truncates only. */
  | { columns: readonly []; reason: KeylessReason };

export type KeylessReason =
  | 'no-primary-key'
  | 'identity-nothing'
  | 'identity-index-gone'
  | 'deferrable-primary-key'
  | 'partition-without-identity'
  | 'full-with-generated-column'
  | 'key-not-published';

/**
 * The columns that identify a row: the replica identity, or under FULL the primary key (a deferrable one is none).
 * A table without them must never be published for updates: Postgres would refuse the application's own writes.
 */
export function keyOf(table: SourceTable, serverVersion: number): TableKey {
  const keyless = (reason: KeylessReason): TableKey => ({ columns: [], reason });
  if (table.replicaIdentity === 'n') return keyless('identity-nothing');
  if (table.replicaIdentity === 'i' && table.identityIndex.length === 0) return keyless('identity-index-gone');
  const columns = table.replicaIdentity === 'i' ? table.identityIndex : table.primaryKey;
  if (columns.length === 0) return keyless('no-primary-key');
  if (table.replicaIdentity !== 'i' && table.primaryKeyDeferrable) return keyless('deferrable-primary-key');
  if (table.partitionsWithoutIdentity.length > 0) return keyless('partition-without-identity');
  const published = new Set(publishedColumns(table, serverVersion).map((column) => column.name));
  // From 18 on the server refuses updates of a FULL table while one of its generated columns is not published.
  const unpublished = table.columns.some((column) => !published.has(column.name));
  if (table.replicaIdentity === 'f' && unpublished && canPublishGenerated(serverVersion))
    return keyless('full-with-generated-column');
  if (columns.some((column) => !published.has(column))) return keyless('key-not-published');
  return { columns };
}
