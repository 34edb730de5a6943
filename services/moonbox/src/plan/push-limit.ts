/** Decides how many rows of a SELECT can be needed where it, or the one around it, has a LIMIT: any so many, or the first ones in an order. */
import type { QueryFacts } from '@rtdp/sql/query-context';
import { type RowLimits, rowLimits } from '@rtdp/sql/row-limits';
import type { Node, SelectStmt } from '@rtdp/sql/syntax-tree';
import { ofColumnsBelow, orderOf, type WantedRows } from './order-of-columns.ts';

const GREATEST_LIMIT = 2_147_483_647;

/**
 * Of the rows that the SELECT has before its own LIMIT and OFFSET, in an order of what is its result (a set operation), or of what its only subquery
 * in FROM gives; null where all of them may be.
 * @param wanted of its result, by the one around it
 */
export function rowsNeeded(select: SelectStmt, wanted: WantedRows | null, facts: QueryFacts): WantedRows | null {
  const limits = rowLimits(select, facts);
  if (limits === null || select.limitOption === 'LIMIT_OPTION_WITH_TIES') return null;
  const { count, offset } = limits;
  if (count === null && offset === 0n) {
    if (wanted === null) return null;
    if (wanted.order.length > 0 || wanted.distinct === true || select.sortClause === undefined)
      return ofColumnsBelow(select, wanted, facts);
    // Any would do for SQL; whoever limits what is ordered inside means the first ones, as every store gives them.
    const order = orderOf(select, facts);
    return order === null ? null : { count: wanted.count, order };
  }
  return rowsOfLimits(select, limits, wanted?.distinct === true ? null : wanted, facts);
}

/** With a LIMIT or OFFSET of its own. Where alike rows count once around it, any number of its rows may be needed: `wanted` is null then. */
function rowsOfLimits(
  select: SelectStmt,
  { count, offset }: RowLimits,
  wanted: WantedRows | null,
  facts: QueryFacts,
): WantedRows | null {
  const isAny = wanted === null || wanted.order.length === 0;
  if (count === null && (!isAny || select.sortClause !== undefined)) return null;
  const most = Math.min(
    count === null ? Number.POSITIVE_INFINITY : Number(count),
    wanted !== null && isAny ? wanted.count : Number.POSITIVE_INFINITY,
  );
  const needed = most + Number(offset);
  const order = orderOf(select, facts);
  // More is no limit to any table, and no integer of the syntax tree.
  return needed > GREATEST_LIMIT || order === null ? null : { count: needed, order };
}

/**
 * Of each branch of a UNION: its first rows are among the first of the branches. Without ALL, alike rows count once: so many different ones of each
 * branch come before any other row of it.
 */
export function rowsOfBranch(select: SelectStmt, wanted: WantedRows | null, facts: QueryFacts): WantedRows | null {
  const needed = select.op === 'SETOP_UNION' ? rowsNeeded(select, wanted, facts) : null;
  return needed === null || select.all === true ? needed : { ...needed, distinct: true };
}

/** For a statement that gives all rows of the SELECT. */
export function limitOf(select: SelectStmt, wanted: WantedRows | null, facts: QueryFacts): WantedRows | null {
  return rowLimits(select, facts)?.count === null && select.limitOffset === undefined ? wanted : null;
}

/** How many rows will do, whichever they are; null where not any will. */
export function anyRows(wanted: WantedRows | null): number | null {
  return wanted !== null && wanted.order.length === 0 && wanted.distinct !== true ? wanted.count : null;
}

export function countNode(count: number): Node {
  // The parser leaves a zero out.
  return { A_Const: { ival: count === 0 ? {} : { ival: count } } } as Node;
}
