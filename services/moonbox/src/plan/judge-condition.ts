/** Decides for each condition whether its source can judge it: exactly, or letting some rows through that must be judged again here, or not. */
import { checkSourceQuery, isStable } from '@rtdp/sql/check-source-query';
import { walk } from '@rtdp/sql/check-stateless';
import type { Statement } from '@rtdp/sql/expression';
import { ordersJson } from '@rtdp/sql/json-order';
import { type MysqlNames, printMysqlCondition } from '@rtdp/sql/print-mysql';
import type { QueryFacts } from '@rtdp/sql/query-context';
import type { Node, RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PlannerContext, PlannerTable } from './contract.ts';
import { ordersByBytes } from './push-whole-query.ts';
import { useOf } from './read-tree.ts';
import { isReplacedTime } from './source-tree.ts';

export type Judgement = 'exact' | 'superset' | null;

export interface JudgeOptions {
  readonly statement: Statement;
  readonly facts: QueryFacts;
  readonly tables: ReadonlyMap<RangeVar, PlannerTable>;
  readonly context: PlannerContext;
  readonly mysqlNames: (store: string) => MysqlNames;
}

/** `around`: the tables of the source that stand beside the condition. */
export function judgeCondition(condition: Node, around: ReadonlySet<RangeVar>, options: JudgeOptions): Judgement {
  const { facts, tables } = options;
  const { tables: named, inner, derived } = useOf(condition, facts);
  if (derived || named.size === 0 || ![...named].every((table) => around.has(table) || inner.has(table))) return null;
  const [first] = around;
  const { store, storeKind } = tables.get(first!)!;
  if (storeKind === 'mysql') {
    if (![...inner].every((table) => tables.get(table)?.store === store)) return null;
    const printed = printMysqlCondition(condition, options.mysqlNames(store));
    if (printed === null) return null;
    return printed.exact ? 'exact' : 'superset';
  }
  if (![...inner].every((table) => tables.get(table)?.store === store)) return null;
  if (!ordersJsonAlike(condition, store, options)) return null;
  return isSentToPostgres(condition, options) && columnsAreExact(condition, options) ? 'exact' : null;
}

/** The engine orders the texts in a jsonb by bytes, and so must a source that orders any of it. */
export function ordersJsonAlike(tree: unknown, store: string, { facts, context }: JudgeOptions): boolean {
  return ordersByBytes(context, store) || !ordersJson(tree, facts);
}

function isSentToPostgres(condition: Node, { statement }: JudgeOptions): boolean {
  const select = { targetList: [{ ResTarget: { val: condition } }] } as SelectStmt;
  return isStable(condition, isReplacedTime) && checkSourceQuery(statement, select).length === 0;
}

/** Each column of a table that it names is compared there as here: none is of a text whose collation takes different ones for one. */
export function readsExactly(tree: SelectStmt, options: JudgeOptions): boolean {
  const { facts, tables } = options;
  let exact = columnsAreExact({ SelectStmt: tree } as Node, options);
  walk({ SelectStmt: tree }, (kind, body) => {
    if (kind !== 'ResTarget') return;
    for (const { origin } of facts.stars.get(body) ?? []) {
      const column = origin.table === null ? undefined : tables.get(origin.table)?.columns[origin.index];
      if (column?.exact === false) exact = false;
    }
  });
  return exact;
}

function columnsAreExact(condition: Node, { facts, tables }: JudgeOptions): boolean {
  let exact = true;
  walk(condition, (kind, body) => {
    const origin = kind === 'ColumnRef' ? facts.columns.get(body) : undefined;
    const column = origin?.table == null ? undefined : tables.get(origin.table)?.columns[origin.index];
    if (column?.exact === false) exact = false;
  });
  return exact;
}
