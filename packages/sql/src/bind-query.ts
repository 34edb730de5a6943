/** Binds a whole query to the engine's SQL with Postgres' meaning: the entry for the gateway's planner. */
import type { SelectStmt } from 'libpg-query';
import { bindSelectStatement } from './bind-query-select.ts';
import { tooComplex } from './bind-select.ts';
import { Refusal, type Statement, TooComplex } from './expression.ts';
import { type PgType, UNKNOWN } from './pg-type.ts';
import { SqlError } from './problem.ts';
import { type QueryColumn, QueryContext, type QueryFacts, type QueryOptions } from './query-context.ts';

export interface BoundQuery {
  readonly columns: readonly QueryColumn[];
  /** One column for each of `columns`, held as `engineType(type)`, called c0, c1, … */
  readonly sql: string;
  readonly facts: QueryFacts;
  /** Of `$1…`, `unknown` where nothing decides. */
  readonly parameterTypes: readonly PgType[];
}

/** Throws SqlError: what is not proven to mean the same is refused with its place. */
export function bindQuery(statement: Statement, select: SelectStmt, options: QueryOptions): BoundQuery {
  const context = new QueryContext(statement, options);
  context.bindSelect = (inner, outer, commonTables, keepUnknown) =>
    bindSelectStatement(context, inner, outer, commonTables, keepUnknown);
  try {
    const { columns, sql } = bindSelectStatement(context, select, null, new Map());
    const count = Math.max(0, ...statement.parameterTypes.keys());
    const parameterTypes = Array.from(
      { length: count },
      (_, index) => statement.parameterTypes.get(index + 1) ?? UNKNOWN,
    );
    return { columns, sql, facts: context.facts, parameterTypes };
  } catch (error) {
    if (error instanceof Refusal) throw new SqlError([error.problem]);
    if (error instanceof TooComplex || (error instanceof RangeError && /call stack/.test(error.message))) {
      throw new SqlError([tooComplex(statement, undefined)]);
    }
    throw error;
  }
}
