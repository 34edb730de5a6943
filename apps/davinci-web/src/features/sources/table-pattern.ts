/** Decides how a table is written as a pattern that names it and nothing else. Pure. */

/** Quoted only where it must be: an unquoted part takes `*` as any characters and ends at a dot, a quote or a space. */
function patternPart(name: string): string {
  return /^[^".*\s]+$/.test(name) ? name : `"${name.replaceAll('"', '""')}"`;
}

export function tablePattern({ schema, table }: { schema: string; table: string }): string {
  return `${patternPart(schema)}.${patternPart(table)}`;
}
