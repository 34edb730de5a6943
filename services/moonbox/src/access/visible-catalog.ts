/** Decides what the shadow catalog mirrors for a user: the databases and tables it sees, columns it may read, and when to look again. */
import type { VisibleCatalog } from '../session/postgres-wire/contract.ts';
import type { Access, VisibleTable } from './user-catalog.ts';

export function visibleCatalog(access: Access): VisibleCatalog {
  return {
    version: (principal) => access.of(principal).key,
    read: async (principal) =>
      [...access.of(principal).databases].map(([name, { tables }]) => ({
        name,
        tables: [...tables.values()].map(shownTable),
      })),
  };
}

function shownTable({ table, planned }: VisibleTable) {
  const { kind, comment, rowEstimate } = table.definition;
  return {
    name: table.name,
    kind,
    columns: planned.columns,
    primaryKey: planned.primaryKey,
    comment: comment ?? null,
    rowEstimate,
  };
}
