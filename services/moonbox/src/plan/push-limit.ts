/** Decides how many rows of a SELECT can be needed where it, or the one around it, has a LIMIT and no order: any so many will do. */
import type { QueryFacts } from '@rtdp/sql/query-context';
import { rowLimits } from '@rtdp/sql/row-limits';
import type { Node, SelectStmt } from '@rtdp/sql/syntax-tree';

const GREATEST_LIMIT = 2_147_483_647;

/**
 * Of the rows that the SELECT has before its own LIMIT and OFFSET; null where all of them may be.
 * @param wanted of its result, by the one around it
 */
export function rowsNeeded(select: SelectStmt, wanted: number | null, facts: QueryFacts): number | null {
  const limits = rowLimits(select, facts);
  if (limits === null || select.limitOption === 'LIMIT_OPTION_WITH_TIES') return null;
  const most = Math.min(
    limits.count === null ? Number.POSITIVE_INFINITY : Number(limits.count),
    wanted ?? Number.POSITIVE_INFINITY,
  );
  const needed = most + Number(limits.offset);
  // More is no limit to any table, and no integer of the syntax tree.
  return needed > GREATEST_LIMIT ? null : needed;
}

/** Of each branch of a UNION ALL: any rows of any branch may be among its first. */
export function rowsOfBranch(select: SelectStmt, wanted: number | null, facts: QueryFacts): number | null {
  const isUnordered = select.op === 'SETOP_UNION' && select.all === true && select.sortClause === undefined;
  return isUnordered ? rowsNeeded(select, wanted, facts) : null;
}

/** For a statement that gives all rows of the SELECT. */
export function limitOf(select: SelectStmt, wanted: number | null, facts: QueryFacts): number | null {
  return rowLimits(select, facts)?.count === null && select.limitOffset === undefined ? wanted : null;
}

export function countNode(count: number): Node {
  // The parser leaves a zero out.
  return { A_Const: { ival: count === 0 ? {} : { ival: count } } } as Node;
}
