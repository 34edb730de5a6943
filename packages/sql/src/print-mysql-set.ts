/** Prints UNION, INTERSECT and EXCEPT for MySQL and MariaDB: of columns that have one form on both sides, and are told apart by their bytes. */
import type { SelectStmt } from 'libpg-query';
import { haveOneForm } from './mysql-form.ts';
import type { PrintedMysql } from './mysql-query-contract.ts';
import { mixesSetOperations } from './mysql-select-shape.ts';
import { comparableMysql, type MysqlValue, NotProven } from './mysql-value.ts';
import type { QueryColumn } from './query-context.ts';

const wordOf = (select: SelectStmt): string => (select.op ?? '').replace('SETOP_', '');

/** Throws NotProven for an operation the server does not have, or has wrong. */
export function requireSetOperation(select: SelectStmt, hasIntersect: boolean): void {
  if (wordOf(select) !== 'UNION' && !hasIntersect) throw new NotProven('it has no INTERSECT and no EXCEPT');
  // MariaDB 10.11 loses rows of (a INTERSECT ALL b) UNION ALL c.
  if (mixesSetOperations(select))
    throw new NotProven('INTERSECT and EXCEPT beside other such operations are not proven there');
}

/** `results`: what Postgres makes of the columns. Throws NotProven. */
export function printMysqlSet(
  select: SelectStmt,
  [left, right]: readonly [PrintedMysql, PrintedMysql],
  results: readonly QueryColumn[],
): PrintedMysql {
  const word = wordOf(select);
  const all = select.all === true ? 'ALL ' : '';
  const compares = word !== 'UNION' || select.all !== true;
  const columns = results.map(({ type }, index): MysqlValue => {
    const [a, b] = [left.columns[index]!, right.columns[index]!];
    if (!haveOneForm(a, b, type)) throw new NotProven('the sides of a union have columns of different forms');
    if (compares) for (const side of [a, b]) comparableMysql(side);
    const nullable = a.nullable !== false || b.nullable !== false;
    const summed = a.summed === true || b.summed === true;
    return { ...a, type, sql: '', nullable, ...(summed ? { summed } : {}), constant: false };
  });
  return { sql: `(${left.sql}) ${word} ${all}(${right.sql})`, columns };
}
