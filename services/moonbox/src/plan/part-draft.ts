/** What a part is before it is printed: tables of one source that are joined there, with the conditions judged there, or a whole subquery. */
import type { QueryColumn } from '@rtdp/sql/query-context';
import type { Node, RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PlannerTable } from './contract.ts';

export interface TablesDraft {
  readonly kind: 'tables';
  readonly store: string;
  readonly storeKind: PlannerTable['storeKind'];
  readonly tables: readonly RangeVar[];
  /** All judged at the source, in the order of the statement. */
  readonly conditions: readonly Node[];
  /** ORDER BY and LIMIT of a MySQL source. */
  readonly tail?: string;
}

export interface SubqueryDraft {
  readonly kind: 'subquery';
  readonly store: string;
  readonly select: SelectStmt;
  readonly columns: readonly QueryColumn[];
  /** What stands for it in FROM. */
  readonly standIn: RangeVar;
}

/** Groups of the rows of a MySQL source; keys and aggregates are printed in its dialect. */
export interface AggregateDraft {
  readonly kind: 'aggregate';
  readonly store: string;
  readonly tables: readonly RangeVar[];
  readonly conditions: readonly Node[];
  readonly keys: readonly string[];
  readonly aggregates: readonly string[];
  readonly columns: readonly QueryColumn[];
  readonly standIn: RangeVar;
}

export type PartDraft = TablesDraft | SubqueryDraft | AggregateDraft;
