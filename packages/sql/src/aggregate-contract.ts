/** What the files that bind aggregates share: the binder they are given, how a call is printed, and how one is refused. */
import type { FuncCall, Node, SortBy } from 'libpg-query';
import type { Expression, Statement } from './expression.ts';
import type { QueryContext } from './query-context.ts';

/** What aggregates need of a binder of expressions; the binder itself imports this file. */
export interface AggregateArguments {
  readonly statement: Statement;
  readonly context: QueryContext;
  bind(node: Node | undefined): Expression;
  bindCondition(node: Node, what: string): Expression;
  sortKey(sort: SortBy, expression: Expression): string;
  /** The json of a whole row; null where the node names none. */
  rowJson(node: Node | undefined): Expression | null;
}

/** How an aggregate is printed: alone, or over a window. `order` (with its words) is put in place of the one that was written. */
export type PrintCall = (name: string, argumentSql: string, order?: string) => string;

export interface AggregateCall {
  readonly rows: AggregateArguments;
  readonly call: FuncCall;
  readonly name: string;
  readonly print: PrintCall;
  readonly distinct: boolean;
  /** Over a window nothing can be ordered within the call. */
  readonly isWindow: boolean;
}

export type BindAggregate = (given: AggregateCall) => Expression;

export function refuseAggregate({ rows, name, call }: AggregateCall, why: string, next: string): Error {
  return rows.statement.refuse('SQL_UNKNOWN_FUNCTION', `${name}: ${why}`, next, call.location);
}

/** The bound arguments, exactly so many. */
export function argumentsOf(given: AggregateCall, count: number): Expression[] {
  const nodes = given.call.args ?? [];
  if (nodes.length !== count)
    throw refuseAggregate(
      given,
      `takes ${count} argument${count === 1 ? '' : 's'}, not ${nodes.length}.`,
      'Give it those.',
    );
  return nodes.map((node) => given.rows.bind(node));
}
