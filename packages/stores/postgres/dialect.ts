/** Decides how names and texts are written in Postgres' SQL. */

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** `schema.table`, both quoted. */
export function qualify(schema: string, table: string): string {
  return `${quoteIdentifier(schema)}.${quoteIdentifier(table)}`;
}

export function listColumns(columns: readonly string[], prefix = ''): string {
  return columns.map((column) => `${prefix}${quoteIdentifier(column)}`).join(', ');
}
