/** Decides whether a subquery can be computed by one Postgres source as it stands: it reads that source alone and nothing around it. */
import { checkSourceQuery, isStable } from '@rtdp/sql/check-source-query';
import { walk } from '@rtdp/sql/check-stateless';
import type { RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { JudgeOptions } from './judge-condition.ts';
import { isReplacedTime } from './source-tree.ts';
import type { SplitOptions } from './split-query.ts';

/** The mount that computes it, or null. */
export function canPushSubquery(select: SelectStmt, options: SplitOptions, { facts }: JudgeOptions): string | null {
  const { statement, tables } = options;
  const own: RangeVar[] = [];
  const commonTables = new Set<unknown>();
  let correlated = facts.correlated.has(select) || !facts.results.has(select);
  walk(select, (kind, body) => {
    if (kind === 'CommonTableExpr') commonTables.add(body);
  });
  walk({ SelectStmt: select }, (kind, body) => {
    if (kind !== 'RangeVar') return;
    const table = body as RangeVar;
    const common = facts.cteUses.get(table);
    if (common === undefined) own.push(table);
    else if (!commonTables.has(common)) correlated = true;
  });
  const [first] = own;
  const table = first === undefined ? undefined : tables.get(first);
  if (correlated || table?.storeKind !== 'postgres') return null;
  if (own.some((one) => tables.get(one)?.store !== table.store)) return null;
  if (!isStable(select, isReplacedTime) || checkSourceQuery(statement, select).length > 0) return null;
  return table.store;
}
