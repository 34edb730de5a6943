/** Finds what an OR over several tables says about one of them alone, so that its source can leave out rows that no arm lets through. */
import { conjunction, conjunctsOf } from '@rtdp/sql/conjunctions';
import type { Node, RangeVar } from '@rtdp/sql/syntax-tree';
import { type JudgeOptions, judgeCondition } from './judge-condition.ts';

/** A condition that holds wherever the OR holds; null where some arm says nothing about these tables. */
export function impliedCondition(condition: Node, around: ReadonlySet<RangeVar>, options: JudgeOptions): Node | null {
  if (!('BoolExpr' in condition) || condition.BoolExpr.boolop !== 'OR_EXPR') return null;
  const arms: Node[] = [];
  for (const arm of condition.BoolExpr.args ?? []) {
    const said = conjunctsOf(arm).filter((part) => judgeCondition(part, around, options) !== null);
    if (said.length === 0) return null;
    arms.push(conjunction(said)!);
  }
  return { BoolExpr: { boolop: 'OR_EXPR', args: arms } } as Node;
}
