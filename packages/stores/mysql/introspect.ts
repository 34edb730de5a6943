/** Decides what is told of a MySQL or MariaDB database: which tables, and of each column its type and whether the server compares as Postgres. */
import { isRtdpError } from '@rtdp/ums/error';
import type { IntrospectedColumn, IntrospectedIndex, IntrospectedTable, ServerFacts } from '../scan-contract.ts';
import { quoteIdentifier, quoteLiteral } from './dialect.ts';
import { declaredType } from './types.ts';
import { serverVersion } from './version.ts';

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

/** A look for zero dates that takes longer is given up, and conditions on the table's dates stay in the gateway. */
const LONGEST_LOOK_MS = 2_000;

/** What was found in tables that have not changed since: `schema.table`, columns and time of the last change → 1 or 0 for each column with dates. */
export type ZeroDateLooks = Map<string, readonly (string | null)[]>;

export async function introspect(
  ask: AskTexts,
  schemas: readonly string[],
  looks: ZeroDateLooks = new Map(),
): Promise<IntrospectedTable[]> {
  const within = `IN (${schemas.map(quoteLiteral).join(', ')})`;
  const tables = await ask(
    `SELECT table_schema, table_name, table_type, table_rows, table_comment, IF(update_time < NOW() - INTERVAL 10 SECOND, update_time, NULL)
       FROM information_schema.tables
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
  for (const [schema, name, kind, estimate, comment, changedAt] of tables) {
    const key = `${schema}\0${name}`;
    const isView = kind === 'VIEW';
    const tableName = `${quoteIdentifier(schema!)}.${quoteIdentifier(name!)}`;
    const rowEstimate = isView || estimate === null || estimate === undefined ? null : Number(estimate);
    const own = indexesOf(indexes.get(key) ?? []);
    const described = (columns.get(key) ?? []).map(columnOf);
    found.push({
      schema: schema!,
      name: name!,
      kind: isView ? 'view' : 'table',
      columns: isView
        ? described.map((column) => (holdsDates(column) ? { ...column, exact: false } : column))
        : await withoutZeroDates(ask, tableName, described, changedAt ?? null, looks),
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
  return { ...serverVersion(version), collation, encoding, timeZone: 'UTC' };
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

function holdsDates({ type }: IntrospectedColumn): boolean {
  return type.name === 'date' || type.name === 'timestamp' || type.name === 'timestamptz';
}

/**
 * `0000-00-00` and `2024-00-10` are no dates in Postgres: where a column holds one now, the source's conditions on it would mean something else.
 * The look is part of every refresh, but for tables that have not changed; a zero date that comes later is an error when it is read.
 */
async function withoutZeroDates(
  ask: AskTexts,
  table: string,
  columns: readonly IntrospectedColumn[],
  changedAt: string | null,
  looks: ZeroDateLooks,
): Promise<IntrospectedColumn[]> {
  const dates = columns.filter(holdsDates);
  if (dates.length === 0) return [...columns];
  const names = dates.map(({ name }) => quoteIdentifier(name));
  // Without the time of the last change nobody knows whether there was one.
  const key = changedAt === null ? null : `${table} ${names.join()} ${changedAt}`;
  let zeros = key === null ? undefined : looks.get(key);
  if (zeros === undefined) {
    zeros = await lookForZeros(ask, table, names);
    for (const old of looks.keys()) if (old.startsWith(`${table} `)) looks.delete(old);
    if (key !== null) looks.set(key, zeros);
  }
  return columns.map((column) => {
    const at = dates.indexOf(column);
    return at < 0 || zeros[at] === '0' ? column : { ...column, exact: false };
  });
}

async function lookForZeros(ask: AskTexts, table: string, names: readonly string[]): Promise<(string | null)[]> {
  const looks = names.map(
    (name) => `coalesce(max(year(${name}) = 0 OR month(${name}) = 0 OR dayofmonth(${name}) = 0), 0)`,
  );
  // MySQL takes the comment, MariaDB the statement in front; each runs what is written for it.
  const limits = `/*M! SET STATEMENT max_statement_time = ${LONGEST_LOOK_MS / 1000} FOR */ SELECT /*+ MAX_EXECUTION_TIME(${LONGEST_LOOK_MS}) */`;
  try {
    const [zeros] = await ask(`${limits} ${looks.join(', ')} FROM ${table}`);
    return zeros ?? names.map(() => '1');
  } catch (error) {
    if (!isRtdpError(error, 'STORE_TIMEOUT')) throw error;
    return names.map(() => '1');
  }
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
