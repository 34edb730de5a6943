/** Decides how a column is named at a MySQL or MariaDB, and by which collation its bytes can be compared there. */
import { type MysqlColumn, quoteMysqlName } from '@rtdp/sql/print-mysql';
import type { IntrospectedColumn, ServerFacts } from '@rtdp/stores/scan-contract';

/** Collations that compare the code points and keep trailing blanks: the order of bytes in UTF-8. */
const BYTE_COLLATION: Partial<Record<ServerFacts['product'], string>> = {
  mariadb: 'utf8mb4_nopad_bin',
  mysql: 'utf8mb4_0900_bin',
};

export function mysqlColumn(alias: string, column: IntrospectedColumn, facts: ServerFacts | undefined): MysqlColumn {
  const { name, type, exact, collation } = column;
  const sql = `${quoteMysqlName(alias)}.${quoteMysqlName(name)}`;
  const byteCollation = facts === undefined ? undefined : BYTE_COLLATION[facts.product];
  const isText = (type.name === 'text' || type.name === 'varchar') && collation?.startsWith('utf8mb4_') === true;
  if (exact || !isText || byteCollation === undefined) return { sql, type, exact };
  return { sql, type, exact, byBytes: `${sql} COLLATE ${byteCollation}` };
}
