/**
 * Prints what makes a statement fail at MySQL and MariaDB where a zero date (`0000-00-00`, `2024-00-10`) would decide about a row: it is no date, and
 * may be stored at any time. The failure is a number that leaves bigint, which nothing else in our statements adds to.
 */
import type { MysqlColumn } from './print-mysql.ts';

/** The number that the message of the server names; see `STORE_RESULT_TYPE` in the reader's errors. */
const GREATEST = '9223372036854775807';

/** Fails for a zero date, is true for a date, and NULL for NULL. */
function isDate(sql: string): string {
  return `${GREATEST} + (YEAR(${sql}) = 0 OR MONTH(${sql}) = 0 OR DAYOFMONTH(${sql}) = 0)`;
}

/** As the date, but fails for one that is none; no index helps any more. */
export function checkedDate({ sql, mayBeZero }: MysqlColumn): string {
  return mayBeZero === true ? `IF(${isDate(sql)}, ${sql}, NULL)` : sql;
}

/** A condition for rows that are only put in order: an index may still give them in that order. */
export function checkedOrder({ sql, mayBeZero }: MysqlColumn): string[] {
  return mayBeZero === true ? [`(${sql} IS NULL OR ${isDate(sql)})`] : [];
}

/**
 * The same condition, which fails where one of the columns it compares holds a zero date in a row that it would let through, or `0000-00-00` in any
 * row that the conditions beside it let through. An index on the column still helps.
 */
export function checkedCondition(condition: string, columns: readonly MysqlColumn[]): string {
  const asked = columns.filter(({ mayBeZero }) => mayBeZero === true);
  if (asked.length === 0) return condition;
  const zeros = asked.map(({ sql, type }) => `${sql} < ${type.name === 'timestamptz' ? LEAST_TIMESTAMP : LEAST_DATE}`);
  const checks = asked.map(({ sql }) => `(${isDate(sql)})`);
  return `((${condition} OR ${zeros.join(' OR ')}) AND ${checks.join(' AND ')})`;
}

const LEAST_DATE = "'0001-01-01'";
/** Of the type TIMESTAMP, which has no index for an older one. */
const LEAST_TIMESTAMP = "'1970-01-01 00:00:01'";
