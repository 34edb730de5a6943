/** Decides what the tables of a mount are called in the gateway, where names have two levels and the store may have three. */
import type { FoundTable } from './contract.ts';

export interface NamedTables {
  /** Logical name → table, sorted by name. */
  readonly tables: ReadonlyMap<string, FoundTable>;
  /** Plain names of tables whose logical name is `schema.table`, where only one table has it. */
  readonly aliases: ReadonlyMap<string, FoundTable>;
}

/** A table of schema `public`, or of the only schema, keeps its name; any other is called `schema.table`, and also plainly where that is unique. */
export function nameTables(found: readonly FoundTable[]): NamedTables {
  const schemas = new Set(found.map(({ definition }) => definition.schema));
  const named: [string, FoundTable][] = [];
  const plain = new Map<string, FoundTable[]>();
  for (const table of found) {
    const { schema, name } = table.definition;
    if (schemas.size === 1 || schema === 'public') named.push([name, table]);
    else {
      named.push([`${schema}.${name}`, table]);
      plain.set(name, [...(plain.get(name) ?? []), table]);
    }
  }
  const tables = new Map(named.sort(([a], [b]) => (a < b ? -1 : 1)));
  const aliases = new Map<string, FoundTable>();
  for (const [name, [only, second]] of plain) {
    if (only !== undefined && second === undefined && !tables.has(name)) aliases.set(name, only);
  }
  return { tables, aliases };
}
