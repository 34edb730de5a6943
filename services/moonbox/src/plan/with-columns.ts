/** Decides what is left of a table or view when only some of its columns are there. */
import type { PlannerRelation } from './contract.ts';

/** The table as if it had these columns alone, in this order: what it has got since does not change what a definition means. */
export function withColumns(relation: PlannerRelation, names: readonly string[]): PlannerRelation {
  const columns = names.flatMap((name) => relation.columns.find((column) => column.name === name) ?? []);
  if ('view' in relation) return { ...relation, columns };
  const { primaryKey } = relation;
  return { ...relation, columns, primaryKey: primaryKey.every((name) => names.includes(name)) ? primaryKey : [] };
}
