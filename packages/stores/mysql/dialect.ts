/** Decides how names and texts are written in MySQL's SQL, under the sql_mode of our sessions. */

export function quoteIdentifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}

/** A backslash means itself, so the quote is the only special character. */
export function quoteLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}
