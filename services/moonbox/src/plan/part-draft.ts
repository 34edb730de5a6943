/** What a part is before it is printed: tables of one source that are joined there, with the conditions judged there, or a whole subquery. */
import type { QueryColumn } from '@rtdp/sql/query-context';
import type { Node, RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PlannerTable } from './contract.ts';
import type { WantedRows } from './order-of-columns.ts';

export interface TablesDraft {
  readonly kind: 'tables';
  readonly store: string;
  readonly storeKind: PlannerTable['storeKind'];
  readonly tables: readonly RangeVar[];
  /** All judged at the source, in the order of the statement. */
  readonly conditions: readonly Node[];
  /** Any so many rows of it will do; null: all. */
  readonly limit: number | null;
}

export interface SubqueryDraft {
  readonly kind: 'subquery';
  readonly store: string;
  readonly select: SelectStmt;
  /** null: all that it gives. */
  readonly wanted: WantedRows | null;
  readonly columns: readonly QueryColumn[];
  /** What stands for it in FROM. */
  readonly standIn: RangeVar;
}

/** What a MySQL source computes: a subquery, groups, or the first rows; printed in its dialect already. */
export interface PrintedDraft {
  readonly kind: 'printed';
  readonly store: string;
  readonly sql: string;
  /** Those it reads, for people. */
  readonly tables: readonly RangeVar[];
  readonly columns: readonly QueryColumn[];
  readonly standIn: RangeVar;
}

export type PartDraft = TablesDraft | SubqueryDraft | PrintedDraft;

/** All rows of a part. */
export function allOf(standIn: RangeVar): SelectStmt {
  return {
    targetList: [{ ResTarget: { val: { ColumnRef: { fields: [{ A_Star: {} }] } } } }],
    fromClause: [{ RangeVar: standIn }],
  } as SelectStmt;
}
