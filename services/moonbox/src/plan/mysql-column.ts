/** Decides how a column is named at a MySQL or MariaDB, and by which collation its bytes can be compared there. */
import type { MysqlColumn } from '@rtdp/sql/print-mysql';
import { quoteMysqlName } from '@rtdp/sql/print-mysql-literal';
import type { IntrospectedColumn, ServerFacts } from '@rtdp/stores/scan-contract';
import { byteCollation } from './mysql-version.ts';

export function mysqlColumn(alias: string, column: IntrospectedColumn, facts: ServerFacts | undefined): MysqlColumn {
  const { name, type, exact, collation, nullable } = column;
  const sql = `${quoteMysqlName(alias)}.${quoteMysqlName(name)}`;
  const bytes = byteCollation(facts);
  const isText = (type.name === 'text' || type.name === 'varchar') && collation?.startsWith('utf8mb4_') === true;
  if (!isText || bytes === undefined) return { sql, type, exact, nullable };
  return { sql, type, exact, nullable, byBytes: `${sql} COLLATE ${bytes}` };
}
