/** Decides which SELECT stands for a table that is mounted under another name. */

/** @param columns all of now unless set */
export function mountedTableSql(
  source: { database: string | undefined; table: string },
  columns: readonly string[] | undefined,
): string {
  const from =
    source.database === undefined ? quoted(source.table) : `${quoted(source.database)}.${quoted(source.table)}`;
  return `SELECT ${columns === undefined ? '*' : columns.map(quoted).join(', ')} FROM ${from}`;
}

function quoted(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
