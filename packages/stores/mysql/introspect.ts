/** Decides what is told of a MySQL or MariaDB database: which tables, and of each column its type and whether the server compares as Postgres. */
import type { IntrospectedColumn, IntrospectedIndex, IntrospectedTable, ServerFacts } from '../scan-contract.ts';
import { quoteIdentifier, quoteLiteral } from './dialect.ts';
import { declaredType } from './types.ts';

/** Runs one statement; rows as texts. */
export type AskTexts = (sql: string) => Promise<(string | null)[][]>;

/** Compare the bytes of UTF-8 and keep trailing blanks: what equality and order of texts mean in the gateway. */
const EXACT_COLLATIONS = new Set([
  'utf8mb4_nopad_bin',
  'utf8mb3_nopad_bin',
  'utf8_nopad_bin',
  'ascii_nopad_bin',
  'utf8mb4_0900_bin',
]);

/** Above so many rows nobody looks whether a table has zero dates, and conditions on its dates stay in the gateway. */
const MOST_ROWS_TO_LOOK = 20_000_000;

export async function introspect(ask: AskTexts, schemas: readonly string[]): Promise<IntrospectedTable[]> {
  const within = `IN (${schemas.map(quoteLiteral).join(', ')})`;
  const tables = await ask(
    `SELECT table_schema, table_name, table_type, table_rows, table_comment FROM information_schema.tables
      WHERE table_schema ${within} AND table_type IN ('BASE TABLE', 'VIEW', 'SYSTEM VERSIONED') ORDER BY 1, 2`,
  );
  const columns = grouped(
    await ask(
      `SELECT table_schema, table_name, column_name, column_type, is_nullable, collation_name, column_comment FROM information_schema.columns
        WHERE table_schema ${within} ORDER BY table_schema, table_name, ordinal_position`,
    ),
  );
  // A part of a column, or an expression, makes an index that says nothing of the column's values.
  const indexes = grouped(
    await ask(
      `SELECT table_schema, table_name, index_name, non_unique, column_name, sub_part FROM information_schema.statistics
        WHERE table_schema ${within} ORDER BY table_schema, table_name, index_name, seq_in_index`,
    ),
  );
  const found: IntrospectedTable[] = [];
  for (const [schema, name, kind, estimate, comment] of tables) {
    const key = `${schema}\0${name}`;
    const isView = kind === 'VIEW';
    const rowEstimate = isView || estimate === null || estimate === undefined ? null : Number(estimate);
    const own = indexesOf(indexes.get(key) ?? []);
    const described = (columns.get(key) ?? []).map(columnOf);
    found.push({
      schema: schema!,
      name: name!,
      kind: isView ? 'view' : 'table',
      columns: await withoutZeroDates(
        ask,
        `${quoteIdentifier(schema!)}.${quoteIdentifier(name!)}`,
        described,
        rowEstimate,
      ),
      primaryKey: own.find((index) => index.name === 'PRIMARY')?.columns ?? [],
      indexes: own,
      rowEstimate,
      comment: isView || comment === '' ? null : (comment ?? null),
    });
  }
  return found;
}

export async function serverFacts(ask: AskTexts): Promise<ServerFacts> {
  const [row] = await ask('SELECT VERSION(), @@collation_database, @@character_set_database, @@session.time_zone');
  const [version, collation, encoding] = row as [string, string, string, string];
  const product = /mariadb/i.test(version) ? 'mariadb' : 'mysql';
  return { version, product, collation, encoding, timeZone: 'UTC' };
}

function columnOf(row: (string | null)[]): IntrospectedColumn {
  const [, , name, columnType, nullable, collation, comment] = row;
  const { type, comparable } = declaredType(columnType!);
  return {
    name: name!,
    type,
    typeText: columnType!,
    nullable: nullable === 'YES',
    collation: collation ?? null,
    comment: comment === '' ? null : (comment ?? null),
    exact: comparable && (collation === null || collation === undefined || EXACT_COLLATIONS.has(collation)),
  };
}

/**
 * `0000-00-00` and `2024-00-10` are no dates in Postgres: where a column holds one now, the source's conditions on it would mean something else.
 * The look is part of every refresh; a zero date that comes later is an error when it is read.
 */
async function withoutZeroDates(
  ask: AskTexts,
  table: string,
  columns: readonly IntrospectedColumn[],
  rowEstimate: number | null,
): Promise<IntrospectedColumn[]> {
  const dates = columns.filter(({ type }) => ['date', 'timestamp', 'timestamptz'].includes(type.name));
  if (dates.length === 0) return [...columns];
  let zeros: (string | null)[] = dates.map(() => '1');
  if (rowEstimate !== null && rowEstimate <= MOST_ROWS_TO_LOOK) {
    const looks = dates.map(({ name }) => {
      const column = quoteIdentifier(name);
      return `coalesce(max(month(${column}) = 0 OR dayofmonth(${column}) = 0), 0)`;
    });
    zeros = (await ask(`SELECT ${looks.join(', ')} FROM ${table}`))[0] ?? zeros;
  }
  return columns.map((column) => {
    const at = dates.indexOf(column);
    return at < 0 || zeros[at] === '0' ? column : { ...column, exact: false };
  });
}

function indexesOf(rows: readonly (string | null)[][]): IntrospectedIndex[] {
  const byName = new Map<string, { unique: boolean; columns: (string | null)[] }>();
  for (const [, , index, nonUnique, column, part] of rows) {
    const one = byName.get(index!) ?? { unique: nonUnique === '0', columns: [] };
    one.columns.push(part === null ? (column ?? null) : null);
    byName.set(index!, one);
  }
  return [...byName].flatMap(([name, { unique, columns }]) =>
    columns.every((column) => column !== null) ? [{ name, unique, columns: columns as string[] }] : [],
  );
}

function grouped(rows: readonly (string | null)[][]): Map<string, (string | null)[][]> {
  const groups = new Map<string, (string | null)[][]>();
  for (const row of rows) {
    const key = `${row[0]}\0${row[1]}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [row]);
    else group.push(row);
  }
  return groups;
}
