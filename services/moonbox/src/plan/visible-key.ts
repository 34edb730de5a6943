/** Decides whether a table's keys and indexes may be counted on: only where the user sees all of them. */
import type { PlannerTable } from './contract.ts';

/** Names of the key's columns; empty where there is none. */
export function visibleKey(table: PlannerTable): readonly string[] {
  return sees(table, table.primaryKey) ? table.primaryKey : [];
}

/** Columns that no two rows have the same values in, where none of them is NULL; one list for each key. */
export function uniqueKeys(table: PlannerTable): (readonly string[])[] {
  const unique = (table.indexes ?? []).filter((index) => index.unique).map(({ columns }) => columns);
  return [table.primaryKey, ...unique].filter((columns) => columns.length > 0 && sees(table, columns));
}

/** The source finds rows by this column without reading all of them. */
export function leadsIndex(table: PlannerTable, column: string): boolean {
  return visibleKey(table)[0] === column || (table.indexes ?? []).some(({ columns }) => columns[0] === column);
}

function sees(table: PlannerTable, columns: readonly string[]): boolean {
  return columns.every((name) => table.columns.some((column) => column.name === name));
}
