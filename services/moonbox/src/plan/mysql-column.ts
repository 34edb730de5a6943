/** Decides how a column is named at a MySQL or MariaDB, and by which collation its bytes can be compared there. */
import type { MysqlColumn } from '@rtdp/sql/print-mysql';
import { quoteMysqlName } from '@rtdp/sql/print-mysql-literal';
import { byteCollation, type ServerVersion } from '@rtdp/stores/mysql/version';
import type { IntrospectedColumn, ServerFacts } from '@rtdp/stores/scan-contract';

export function mysqlColumn(alias: string, column: IntrospectedColumn, facts: ServerFacts | undefined): MysqlColumn {
  const { name, type, exact, collation, nullable } = column;
  const sql = `${quoteMysqlName(alias)}.${quoteMysqlName(name)}`;
  const bytes = mysqlCollation(facts);
  const isText = (type.name === 'text' || type.name === 'varchar') && collation?.startsWith('utf8mb4_') === true;
  const isDate = type.name === 'date' || type.name === 'timestamp' || type.name === 'timestamptz';
  if (isDate) return { sql, type, exact, nullable, mayBeZero: true };
  // Up to TEXT, the sessions order the whole of a text.
  const isLong = /^(medium|long)text|^json/i.test(column.typeText);
  if (!isText || bytes === undefined) return { sql, type, exact, nullable, isLong };
  return { sql, type, exact, nullable, isLong, byBytes: `${sql} COLLATE ${bytes}` };
}

/** An equality of the column, as it is sent, is found by an index: a text under another collation and a date that is checked are not. */
export function keepsIndex({ type, exact }: IntrospectedColumn): boolean {
  return exact && type.name !== 'date' && type.name !== 'timestamp' && type.name !== 'timestamptz';
}

/** The facts of a MySQL or MariaDB; undefined where they are not known. */
export function mysqlVersion(facts: ServerFacts | undefined): ServerVersion | undefined {
  if (facts === undefined || facts.product === 'postgres') return undefined;
  return { product: facts.product, version: facts.version };
}

export function mysqlCollation(facts: ServerFacts | undefined): string | undefined {
  const server = mysqlVersion(facts);
  return server === undefined ? undefined : byteCollation(server);
}
