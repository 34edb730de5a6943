/** Decides what is told of a Postgres database: which tables, and of each column its type and whether Postgres itself may compare it. */
import { type PgType, parseTypeText } from '@rtdp/sql/pg-type';
import type { IntrospectedColumn, IntrospectedIndex, IntrospectedTable, ServerFacts } from '../scan-contract.ts';

/** Runs one statement; rows as texts. */
export type AskTexts = (sql: string, parameters?: readonly (string | null)[]) => Promise<(string | null)[][]>;

/** Tables, views, materialised views, partitioned and foreign tables that the user may read; partitions are their parent's. */
const TABLES = `
  SELECT c.oid::text, n.nspname, c.relname, CASE WHEN c.relkind IN ('v', 'm') THEN 'view' ELSE 'table' END,
         CASE WHEN c.relkind = 'v' OR c.reltuples < 0 THEN NULL ELSE c.reltuples::numeric::text END, obj_description(c.oid, 'pg_class')
    FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace
   WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f') AND NOT c.relispartition
     AND n.nspname !~ '^pg_' AND n.nspname <> 'information_schema'
     AND ($1::text IS NULL OR n.nspname = ANY ($1::text[]))
     AND has_schema_privilege(n.oid, 'USAGE') AND has_any_column_privilege(c.oid, 'SELECT')
   ORDER BY n.nspname, c.relname`;

/** What orders texts that name no collation of their own. Of a database under ICU, `datcollate` orders nothing; which columns tell it depends on the version. */
const DATABASE_COLLATION = `(
  SELECT CASE to_jsonb(d) ->> 'datlocprovider'
              WHEN 'i' THEN coalesce(to_jsonb(d) ->> 'datlocale', to_jsonb(d) ->> 'daticulocale') || '-x-icu'
              WHEN 'b' THEN to_jsonb(d) ->> 'datlocale'
              ELSE d.datcollate END
    FROM pg_catalog.pg_database d WHERE d.datname = current_database())`;

const COLUMNS = `
  SELECT a.attrelid::text, a.attname, format_type(a.atttypid, a.atttypmod),
         CASE WHEN t.typtype = 'd' THEN format_type(t.typbasetype, t.typtypmod) END,
         (a.attnotnull OR t.typnotnull)::text, col_description(a.attrelid, a.attnum),
         CASE WHEN a.attcollation = 0 THEN NULL
              WHEN l.collprovider = 'd' THEN ${DATABASE_COLLATION}
              ELSE l.collname END,
         coalesce(l.collisdeterministic, true)::text
    FROM pg_catalog.pg_attribute a
    JOIN pg_catalog.pg_type t ON t.oid = a.atttypid
    LEFT JOIN pg_catalog.pg_collation l ON l.oid = a.attcollation
   WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
     AND has_column_privilege(a.attrelid, a.attnum, 'SELECT')
   ORDER BY a.attrelid, a.attnum`;

const INDEXES = `
  SELECT i.indrelid::text, c.relname, i.indisunique::text, i.indisprimary::text,
         (SELECT json_agg(a.attname ORDER BY k.place)::text
            FROM unnest(i.indkey[0:i.indnkeyatts - 1]) WITH ORDINALITY k(number, place)
            JOIN pg_catalog.pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number)
    FROM pg_catalog.pg_index i JOIN pg_catalog.pg_class c ON c.oid = i.indexrelid
   WHERE i.indrelid = ANY ($1::oid[]) AND i.indisvalid AND i.indpred IS NULL AND i.indexprs IS NULL
   ORDER BY i.indrelid, c.relname`;

export async function introspect(ask: AskTexts, schemas?: readonly string[]): Promise<IntrospectedTable[]> {
  const tables = await ask(TABLES, [schemas === undefined ? null : arrayText(schemas)]);
  const ids = arrayText(tables.map(([id]) => id!));
  const columns = grouped(await ask(COLUMNS, [ids]));
  const indexes = grouped(await ask(INDEXES, [ids]));
  return tables.map(([id, schema, name, kind, estimate, comment]) => {
    const found = (indexes.get(id!) ?? []).map(
      ([, index, unique, primary, names]): IntrospectedIndex & { primary: boolean } => ({
        name: index!,
        columns: JSON.parse(names ?? '[]') as string[],
        unique: unique === 'true',
        primary: primary === 'true',
      }),
    );
    return {
      schema: schema!,
      name: name!,
      kind: kind as 'table' | 'view',
      columns: (columns.get(id!) ?? []).map(columnOf),
      primaryKey: found.find(({ primary }) => primary)?.columns ?? [],
      indexes: found.map(({ primary: _, ...index }) => index),
      rowEstimate: estimate === null || estimate === undefined ? null : Number(estimate),
      comment: comment ?? null,
    };
  });
}

export async function serverFacts(ask: AskTexts): Promise<ServerFacts> {
  const [row] = await ask(
    `SELECT current_setting('server_version'), ${DATABASE_COLLATION}, current_setting('server_encoding'), current_setting('TimeZone')`,
  );
  const [version, collation, encoding, timeZone] = row as [string, string, string, string];
  return { version: version.split(' ')[0]!, product: 'postgres', collation, encoding, timeZone };
}

function columnOf(row: (string | null)[]): IntrospectedColumn {
  const [, name, typeText, baseType, notNull, comment, collation, deterministic] = row;
  const type: PgType = parseTypeText(baseType ?? typeText!);
  return {
    name: name!,
    type,
    typeText: typeText!,
    nullable: notNull !== 'true',
    collation: collation ?? null,
    comment: comment ?? null,
    exact: deterministic === 'true' && type.name !== 'opaque' && type.name !== 'json',
  };
}

function grouped(rows: readonly (string | null)[][]): Map<string, (string | null)[][]> {
  const groups = new Map<string, (string | null)[][]>();
  for (const row of rows) {
    const group = groups.get(row[0]!);
    if (group === undefined) groups.set(row[0]!, [row]);
    else group.push(row);
  }
  return groups;
}

function arrayText(values: readonly string[]): string {
  return `{${values.map((value) => `"${value.replace(/["\\]/g, '\\$&')}"`).join(',')}}`;
}
