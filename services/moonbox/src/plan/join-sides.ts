/** Decides which sides of a join a condition may go to, and reads inner joins as the list of tables that they are. */
import { conjunctsOf } from '@rtdp/sql/conjunctions';
import type { JoinExpr, Node, RangeVar } from '@rtdp/sql/syntax-tree';

/** The tables that stand side by side in one FROM, and all that must hold of their rows. */
export interface Level {
  readonly items: Node[];
  readonly conditions: Node[];
}

/** Inner joins say the same as a list of tables with conditions. */
export function flatten(item: Node, level: Level): void {
  if ('JoinExpr' in item) {
    const { jointype, isNatural, usingClause, alias, join_using_alias, larg, rarg, quals } = item.JoinExpr;
    if (
      jointype === 'JOIN_INNER' &&
      isNatural !== true &&
      usingClause === undefined &&
      alias === undefined &&
      join_using_alias === undefined
    ) {
      flatten(larg!, level);
      flatten(rarg!, level);
      level.conditions.push(...conjunctsOf(quals));
      return;
    }
  }
  level.items.push(item);
}

/** Tables of an item of FROM whose rows no outer join fills up with NULLs: a condition on them may be judged before the join. */
export function keptTables(node: Node): RangeVar[] {
  if ('RangeVar' in node) return [node.RangeVar];
  if (!('JoinExpr' in node)) return [];
  const { jointype, larg, rarg } = node.JoinExpr;
  return [
    ...(jointype === 'JOIN_INNER' || jointype === 'JOIN_LEFT' ? keptTables(larg!) : []),
    ...(jointype === 'JOIN_INNER' || jointype === 'JOIN_RIGHT' ? keptTables(rarg!) : []),
  ];
}

/** The sides of a join whose rows its condition leaves out. */
export function decidedSides({ jointype, larg, rarg }: JoinExpr): Node[] {
  switch (jointype) {
    case 'JOIN_INNER':
      return [larg!, rarg!];
    case 'JOIN_LEFT':
      return [rarg!];
    case 'JOIN_RIGHT':
      return [larg!];
    default:
      return [];
  }
}
