/** Says how many rows LIMIT and OFFSET leave, by the values that binding found for them. */
import type { Node, SelectStmt } from 'libpg-query';
import type { QueryFacts } from './query-context.ts';

export interface RowLimits {
  /** null: all of them. */
  readonly count: bigint | null;
  readonly offset: bigint;
}

/** null where one of them was not bound, so that nobody knows. */
export function rowLimits({ limitCount, limitOffset }: SelectStmt, facts: QueryFacts): RowLimits | null {
  const [count, offset] = [limitCount, limitOffset].map((node) => (node === undefined ? null : boundTo(node, facts)));
  return count === undefined || offset === undefined ? null : { count, offset: offset ?? 0n };
}

/** What the planner puts into a tree is a number, and was not bound. */
function boundTo(node: Node, facts: QueryFacts): bigint | null | undefined {
  const bound = facts.limits.get(node);
  if (bound !== undefined) return bound;
  return 'A_Const' in node && node.A_Const.ival !== undefined ? BigInt(node.A_Const.ival.ival ?? 0) : undefined;
}
