/** Decides whether a table's key may be counted on: only where the user sees all of it. */
import type { PlannerTable } from './contract.ts';

/** Names of the key's columns; empty where there is none. */
export function visibleKey(table: PlannerTable): readonly string[] {
  return table.primaryKey.every((name) => table.columns.some((column) => column.name === name)) ? table.primaryKey : [];
}
