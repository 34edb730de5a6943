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

/** What is known of a value that may be of either side. */
function eitherOf(a: MysqlValue, b: MysqlValue): Omit<MysqlValue, 'sql' | 'type'> {
  return {
    exact: a.exact && b.exact,
    nullable: a.nullable !== false || b.nullable !== false,
    ...(a.byBytes === undefined ? {} : { byBytes: a.byBytes }),
    ...(a.bounds === undefined || b.bounds === undefined ? {} : { bounds: wider(a.bounds, b.bounds) }),
    ...(a.signed === true && b.signed === true ? { signed: true } : {}),
    ...(a.summed === true || b.summed === true ? { summed: true } : {}),
    ...(a.mayBeZero === true || b.mayBeZero === true ? { mayBeZero: true } : {}),
    ...(a.isLong === true || b.isLong === true ? { isLong: true } : {}),
    ...(a.fallible === true || b.fallible === true ? { fallible: true } : {}),
  };
}

function wider([a, b]: readonly [bigint, bigint], [c, d]: readonly [bigint, bigint]): readonly [bigint, bigint] {
  return [a < c ? a : c, b > d ? b : d];
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
    return { ...eitherOf(a, b), type, sql: '' };
  });
  return { sql: `(${left.sql}) ${word} ${all}(${right.sql})`, columns };
}
