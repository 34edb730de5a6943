/** Says what ORDER BY means of a SELECT or a set operation, and puts finished rows in order. */
import type { SelectStmt, SortBy } from 'libpg-query';
import { findTarget, type Target } from './bind-query-targets.ts';
import type { Statement } from './expression.ts';
import type { BoundSelect } from './query-context.ts';

export interface Sorting {
  readonly sort: SortBy;
  /** The place of the result column that is meant; null for an expression over the rows. */
  readonly target: number | null;
}

export function readOrder(statement: Statement, select: SelectStmt, targets: readonly Target[]): Sorting[] {
  return (select.sortClause ?? []).map((node) => {
    if (!('SortBy' in node))
      throw statement.refuse('SQL_UNSUPPORTED', 'This order is not proven.', 'Use ASC or DESC.', undefined);
    return { sort: node.SortBy, target: findTarget(statement, node.SortBy.node, targets) };
  });
}

/** ORDER BY with a blank in front; empty where there is none. */
export function printOrder(keys: readonly string[]): string {
  return keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`;
}

/** The rows, called `name`, in an order of their own columns; `tail`: LIMIT and OFFSET. */
export function orderedRows({ columns, sql }: BoundSelect, name: string, order: string, tail: string): BoundSelect {
  if (order === '' && tail === '') return { columns, sql };
  return { columns, sql: `SELECT ${name}.* FROM (${sql}) AS ${name}${order}${tail}` };
}
