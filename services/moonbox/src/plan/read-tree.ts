/** Reads off a tree which tables its columns belong to, and which tables stand inside it. */

import { walk } from '@rtdp/sql/check-stateless';
import type { QueryFacts } from '@rtdp/sql/query-context';
import type { RangeVar } from '@rtdp/sql/syntax-tree';

export interface TreeUse {
  /** Tables whose columns it names. */
  readonly tables: ReadonlySet<RangeVar>;
  /** Tables in its own subqueries. */
  readonly inner: ReadonlySet<RangeVar>;
  /** It names something that is no column of a table: of a subquery, a CTE, merged by USING, or a whole row. */
  readonly derived: boolean;
}

export function useOf(tree: unknown, facts: QueryFacts): TreeUse {
  const tables = new Set<RangeVar>();
  const inner = new Set<RangeVar>();
  let derived = false;
  walk(tree, (kind, body) => {
    if (kind === 'ColumnRef') {
      if (facts.rows.has(body)) derived = true;
      const origin = facts.columns.get(body);
      if (origin === undefined) return;
      if (origin.table === null || origin.merged) derived = true;
      else tables.add(origin.table);
    } else if (kind === 'RangeVar') {
      if (facts.cteUses.has(body as RangeVar)) derived = true;
      else inner.add(body as RangeVar);
    }
  });
  return { tables, inner, derived };
}

/** Columns of each table that the tree still needs, by index. */
export function neededColumns(tree: unknown, facts: QueryFacts): Map<RangeVar, Set<number>> {
  const needed = new Map<RangeVar, Set<number>>();
  const add = (table: RangeVar, index: number): void => {
    needed.set(table, (needed.get(table) ?? new Set()).add(index));
  };
  walk(tree, (kind, body) => {
    if (kind === 'ColumnRef') {
      const origin = facts.columns.get(body);
      for (const { table, index } of facts.rows.get(body) ?? []) if (table !== null) add(table, index);
      if (origin !== undefined && origin.table !== null) add(origin.table, origin.index);
    } else if (kind === 'ResTarget') {
      for (const { origin } of facts.stars.get(body) ?? []) if (origin.table !== null) add(origin.table, origin.index);
    } else if (kind === 'RangeVar') {
      for (const index of facts.compared.get(body as RangeVar) ?? []) add(body as RangeVar, index);
    }
  });
  return needed;
}
