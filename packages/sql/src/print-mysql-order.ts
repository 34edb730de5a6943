/** Prints ORDER BY and LIMIT for MySQL and MariaDB, and finds the result columns that they mean. */
import type { Node, SelectStmt } from 'libpg-query';
import { targetMeant } from './mysql-select-shape.ts';
import { type MysqlValue, NotProven } from './mysql-value.ts';
import type { MysqlValues } from './print-mysql-value.ts';
import { mysqlSortKeys } from './print-mysql-window.ts';
import type { QueryFacts } from './query-context.ts';
import { rowLimits } from './row-limits.ts';
import { sortDirection } from './sort-direction.ts';

/** A column of the result. */
export interface Output {
  readonly name: string;
  readonly value: MysqlValue;
  readonly node?: Node;
}

/** LIMIT and OFFSET with a blank in front; empty where there is none. Throws NotProven. */
export function mysqlLimit(select: SelectStmt, facts: QueryFacts): string {
  if (select.limitCount === undefined && select.limitOffset === undefined) return '';
  const limits = rowLimits(select, facts);
  if (limits === null) throw new NotProven('a LIMIT that is no number is not proven there');
  const { count, offset } = limits;
  return ` LIMIT ${count ?? '18446744073709551615'}${offset === 0n ? '' : ` OFFSET ${offset}`}`;
}

/** The keys of ORDER BY over rows that are not told apart. Throws NotProven. */
export function mysqlOrder(
  select: SelectStmt,
  values: MysqlValues,
  outputs: readonly Output[],
): { value: MysqlValue; keys: readonly string[] }[] {
  const names = outputs.map(({ name }) => name);
  return (select.sortClause ?? []).flatMap((node) => {
    if (!('SortBy' in node) || node.SortBy.sortby_dir === 'SORTBY_USING')
      throw new NotProven('an order is not proven there');
    const target = targetMeant(node.SortBy.node, names);
    const value = target === null ? values.print(node.SortBy.node) : outputs[target]!.value;
    // The same value in every row orders nothing.
    return value.constant === true ? [] : [{ value, keys: mysqlSortKeys(value, sortDirection(node.SortBy)) }];
  });
}

/** ORDER BY of distinct rows names result columns, or is written like one of them. */
export function sortedByNames(select: SelectStmt, values: MysqlValues, outputs: readonly Output[]): SelectStmt {
  if (select.sortClause === undefined) return select;
  const names = outputs.map(({ name }) => name);
  const sortClause = select.sortClause.map((node) => {
    if (!('SortBy' in node) || targetMeant(node.SortBy.node, names) !== null) return node;
    const { sql } = values.print(node.SortBy.node);
    const same = outputs.findIndex(({ value }) => value.sql === sql);
    if (same < 0) throw new NotProven('an order by what is not in the result is not proven there');
    return { SortBy: { ...node.SortBy, node: { A_Const: { ival: { ival: same + 1 } } } } } as Node;
  });
  return { ...select, sortClause };
}
