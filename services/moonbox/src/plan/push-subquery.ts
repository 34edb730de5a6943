/** Decides whether a subquery can be computed by one source as it stands: it reads that source alone and nothing around it. */
import { checkSourceQuery, isStable } from '@rtdp/sql/check-source-query';
import { walk } from '@rtdp/sql/check-stateless';
import type { QueryFacts } from '@rtdp/sql/query-context';
import type { RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PlannerTable } from './contract.ts';
import { type JudgeOptions, ordersJsonAlike } from './judge-condition.ts';
import { isReplacedTime } from './source-tree.ts';
import type { SplitOptions } from './split-query.ts';

/** The Postgres mount that computes it, or null. */
export function canPushSubquery(select: SelectStmt, options: SplitOptions, judge: JudgeOptions): string | null {
  const table = onlyStore(select, options, judge.facts);
  if (table?.storeKind !== 'postgres') return null;
  if (!isStable(select, isReplacedTime) || checkSourceQuery(options.statement, select).length > 0) return null;
  return ordersJsonAlike({ SelectStmt: select }, table.store, judge) ? table.store : null;
}

/** The MySQL mount whose tables are all that the SELECT, or a part of it, reads; or null. */
export function onlyMysqlStore(
  select: SelectStmt,
  options: SplitOptions,
  facts: QueryFacts,
  read: unknown = { SelectStmt: select },
): string | null {
  const table = onlyStore(select, options, facts, read);
  return table?.storeKind === 'mysql' ? table.store : null;
}

/** Any of its tables, where all of them have one store and it reads nothing around it. */
function onlyStore(
  select: SelectStmt,
  { tables }: SplitOptions,
  facts: QueryFacts,
  read: unknown = { SelectStmt: select },
): PlannerTable | null {
  const own: RangeVar[] = [];
  const commonTables = new Set<unknown>();
  let correlated = facts.correlated.has(select) || !facts.results.has(select);
  walk(select, (kind, body) => {
    if (kind === 'CommonTableExpr') commonTables.add(body);
  });
  walk(read, (kind, body) => {
    if (kind !== 'RangeVar') return;
    const table = body as RangeVar;
    const common = facts.cteUses.get(table);
    if (common === undefined) own.push(table);
    else if (!commonTables.has(common)) correlated = true;
  });
  const [first] = own;
  const table = first === undefined ? undefined : tables.get(first);
  if (correlated || table === undefined || own.some((one) => tables.get(one)?.store !== table.store)) return null;
  return table;
}
