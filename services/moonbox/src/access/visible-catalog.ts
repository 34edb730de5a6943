/** Decides what the shadow catalog mirrors for a user: the databases and tables it sees, columns it may read, and when to look again. */
import type { VisibleCatalog } from '../session/postgres-wire/contract.ts';
import type { Access, VisibleDatabase, VisibleTable } from './user-catalog.ts';

export function visibleCatalog(access: Access): VisibleCatalog {
  return {
    version: (principal) => access.of(principal).key,
    read: async (principal) =>
      [...access.of(principal).databases].map(([name, database]) => ({ name, tables: shownTables(database) })),
  };
}

/**
 * A table that has a plain name beside `schema.table` goes by that alone: Postgres' clients write a dot between two names, and would have to quote
 * the other one.
 */
function shownTables({ tables, aliases }: VisibleDatabase) {
  const plain = new Map([...aliases].map(([alias, visible]) => [visible, alias]));
  return [...tables.values()].map((visible) => shownTable(plain.get(visible) ?? visible.table.name, visible));
}

function shownTable(name: string, { table, planned }: VisibleTable) {
  const { kind, comment, rowEstimate } = table.definition;
  return {
    name,
    kind,
    columns: planned.columns,
    primaryKey: planned.primaryKey,
    comment: comment ?? null,
    rowEstimate,
  };
}
