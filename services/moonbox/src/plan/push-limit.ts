/** Decides how many rows of a SELECT can be needed where it, or the one around it, has a LIMIT and no order: any so many will do. */
import type { Node, SelectStmt } from '@rtdp/sql/syntax-tree';

/**
 * Of the rows that the SELECT has before its own LIMIT and OFFSET; null where all of them may be.
 * @param wanted of its result, by the one around it
 */
export function rowsNeeded(select: SelectStmt, wanted: number | null): number | null {
  if (select.limitOption === 'LIMIT_OPTION_WITH_TIES') return null;
  const count = select.limitCount === undefined ? null : constantCount(select.limitCount);
  const offset = select.limitOffset === undefined ? 0 : constantCount(select.limitOffset);
  const most = count === null ? wanted : wanted === null ? count : Math.min(count, wanted);
  return most === null || offset === null ? null : most + offset;
}

/** Of each branch of a UNION ALL: any rows of any branch may be among its first. */
export function rowsOfBranch(select: SelectStmt, wanted: number | null): number | null {
  const isUnordered = select.op === 'SETOP_UNION' && select.all === true && select.sortClause === undefined;
  return isUnordered ? rowsNeeded(select, wanted) : null;
}

/** For a statement that gives all rows of the SELECT. */
export function limitOf(select: SelectStmt, wanted: number | null): number | null {
  return select.limitCount === undefined && select.limitOffset === undefined ? wanted : null;
}

export function countNode(count: number): Node {
  return { A_Const: { ival: { ival: count } } } as Node;
}

function constantCount(node: Node): number | null {
  return 'A_Const' in node && node.A_Const.ival !== undefined ? (node.A_Const.ival.ival ?? 0) : null;
}
