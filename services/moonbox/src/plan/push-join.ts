/** Decides which tables of one source are joined there: over a key, and only where that gives fewer rows than sending both. */
import { namesOf } from '@rtdp/sql/bind-expression';
import type { Node, RangeVar } from '@rtdp/sql/syntax-tree';
import { type JudgeOptions, judgeCondition } from './judge-condition.ts';
import { keepsIndex } from './mysql-column.ts';
import { uniqueKeys } from './visible-key.ts';

interface Edge {
  readonly a: { table: RangeVar; column: string };
  readonly b: { table: RangeVar; column: string };
}

/** `together`: the tables of one source in one FROM. Returns them in groups; each group becomes one statement. */
export function chooseJoins(
  together: readonly RangeVar[],
  conditions: readonly Node[],
  options: JudgeOptions,
): RangeVar[][] {
  const groups = together.map((table) => [table]);
  if (together.length === 1) return groups;
  const edges = conditions.flatMap((condition) => edgeOf(condition, together, options));
  const narrowed = new Set(
    together.filter((table) =>
      conditions.some((condition) => judgeCondition(condition, new Set([table]), options) !== null),
    ),
  );
  for (let merged = true; merged; ) {
    merged = false;
    for (const one of groups) {
      const other = groups.find((group) => group !== one && shrinks(one, group, edges, narrowed, options));
      if (other === undefined) continue;
      one.push(...other);
      groups.splice(groups.indexOf(other), 1);
      merged = true;
      break;
    }
  }
  // The order of the statement, so that its conditions read naturally.
  return groups.map((group) => together.filter((table) => group.includes(table)));
}

/** An equality of columns of two tables, which the source judges exactly. */
function edgeOf(condition: Node, together: readonly RangeVar[], options: JudgeOptions): Edge[] {
  if (!('A_Expr' in condition) || condition.A_Expr.kind !== 'AEXPR_OP' || namesOf(condition.A_Expr.name).join() !== '=')
    return [];
  const [a, b] = [condition.A_Expr.lexpr, condition.A_Expr.rexpr].map((node) => {
    const origin = node !== undefined && 'ColumnRef' in node ? options.facts.columns.get(node.ColumnRef) : undefined;
    if (origin?.table == null || origin.merged || !together.includes(origin.table)) return null;
    return { table: origin.table, column: options.tables.get(origin.table)!.columns[origin.index]!.name };
  });
  if (a == null || b == null || a.table === b.table) return [];
  const isFound = [a, b].every(({ table, column }) => {
    const { storeKind, columns } = options.tables.get(table)!;
    return storeKind !== 'mysql' || columns.some((one) => one.name === column && keepsIndex(one));
  });
  if (!isFound) return [];
  return judgeCondition(condition, new Set([a.table, b.table]), options) === 'exact' ? [{ a, b }] : [];
}

/**
 * Each row of `one` finds at most one row of a table in `other` (its key is compared), so joining gives no more rows than `one` has; and that
 * table lets only some of its rows through, so it gives fewer.
 */
function shrinks(
  one: readonly RangeVar[],
  other: readonly RangeVar[],
  edges: readonly Edge[],
  narrowed: ReadonlySet<RangeVar>,
  options: JudgeOptions,
): boolean {
  if (!other.some((table) => narrowed.has(table))) return false;
  return other.some((table) => {
    const keys = uniqueKeys(options.tables.get(table)!);
    if (keys.length === 0) return false;
    const compared = edges.flatMap(({ a, b }) => {
      if (a.table === table && one.includes(b.table)) return [a.column];
      return b.table === table && one.includes(a.table) ? [b.column] : [];
    });
    return keys.some((key) => key.every((column) => compared.includes(column)));
  });
}
