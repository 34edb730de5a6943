/** Reads off a SELECT whether it groups, what may be left out of it, whether it gives one row, and which result column ORDER BY means. */
import type { Node, SelectStmt } from 'libpg-query';
import { isAggregate } from './bind-aggregate.ts';
import { namesOf } from './bind-expression.ts';
import { isSeries } from './bind-query-series.ts';
import { NotProven } from './mysql-value.ts';
import type { QueryFacts } from './query-context.ts';
import { rowLimits } from './row-limits.ts';

/** It has groups of rows in place of rows. */
export function isGroupedSelect({ groupClause, havingClause, targetList, sortClause }: SelectStmt): boolean {
  if (groupClause !== undefined || havingClause !== undefined) return true;
  return hasCall([targetList, sortClause], ({ over, name }) => !over && isAggregate(name));
}

export function hasCall(tree: unknown, test: (call: { over: boolean; name: string }) => boolean): boolean {
  let found = false;
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) for (const item of value) visit(item);
    else if (typeof value === 'object' && value !== null) {
      for (const [key, item] of Object.entries(value)) {
        if (key === 'FuncCall') {
          const { over, funcname } = item as { over?: unknown; funcname?: Node[] };
          if (test({ over: over !== undefined, name: namesOf(funcname).join('.') })) found = true;
        }
        // Aggregates of a subquery are its own.
        if (key === 'subselect') continue;
        visit(item);
      }
    }
  };
  visit(tree);
  return found;
}

/** FROM and WHERE alone decide whether it has rows. */
export function isPlain(select: SelectStmt): boolean {
  const { groupClause, havingClause, limitCount, limitOffset, withClause, larg, valuesLists } = select;
  const computed = [select.targetList, select.sortClause];
  const decides = [groupClause, havingClause, limitCount, limitOffset, withClause, larg, valuesLists];
  return (
    decides.every((clause) => clause === undefined) &&
    !hasCall(computed, ({ name, over }) => !over && (isAggregate(name) || isSeries(name)))
  );
}

/** INTERSECT or EXCEPT is one of several set operations. */
export function mixesSetOperations(select: SelectStmt): boolean {
  const inside = [select.larg, select.rarg].filter((side) => side?.larg !== undefined);
  if (inside.length === 0) return false;
  return select.op !== 'SETOP_UNION' || inside.some((side) => side!.op !== 'SETOP_UNION' || mixesSetOperations(side!));
}

export function givesOneRow(select: SelectStmt, facts: QueryFacts): boolean {
  const count = rowLimits(select, facts)?.count;
  if (count === 1n || count === 0n) return true;
  return (
    select.larg === undefined &&
    select.groupClause === undefined &&
    hasCall([select.targetList, select.sortClause], ({ over, name }) => !over && isAggregate(name)) &&
    !hasCall(select.targetList, ({ over }) => over)
  );
}

/** The result column that ORDER BY means, by position or name. */
export function targetMeant(node: Node | undefined, names: readonly string[]): number | null {
  if (node === undefined) return null;
  if ('A_Const' in node) {
    const position = node.A_Const.ival?.ival ?? 0;
    if (position >= 1 && position <= names.length) return position - 1;
    throw new NotProven('an order by a constant is not proven there');
  }
  const path = 'ColumnRef' in node ? namesOf(node.ColumnRef.fields) : [];
  const found = path.length === 1 ? names.indexOf(path[0]!) : -1;
  return found < 0 ? null : found;
}
