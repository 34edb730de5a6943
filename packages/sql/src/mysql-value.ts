/** Says what is known of a value in MySQL's or MariaDB's SQL, and throws where nothing is proven. */
import { describeType, isFixed, isInteger, isMoment } from './pg-type.ts';
import { exactMysqlColumn, type MysqlColumn } from './print-mysql.ts';
import { isMysqlText } from './print-mysql-literal.ts';
import { checkedDate } from './print-mysql-zero-date.ts';

/** Thrown where the source is not proven to compute the same; the message says what, for EXPLAIN. */
export class NotProven extends Error {}

export interface MysqlValue extends MysqlColumn {
  /** Printed as a constant: a bare number in GROUP BY or ORDER BY would mean a position. */
  readonly constant?: boolean;
  /** An integer that cannot leave these bounds. */
  readonly bounds?: readonly [bigint, bigint];
  /** Its sign is that of a signed integer there: what comes from a column may be unsigned, and then fails below zero. */
  readonly signed?: boolean;
  /** An integer in Postgres that is a decimal there. */
  readonly summed?: boolean;
  /** May fail a row, as it may in Postgres; but when, is not proven. */
  readonly fallible?: boolean;
}

/** The value as it may be compared, grouped and ordered. Throws NotProven. */
export function comparableMysql(value: MysqlColumn): string {
  const { type } = value;
  const known = isInteger(type) || isFixed(type) || isMysqlText(type) || isMoment(type) || type.name === 'bool';
  if (value.isLong === true) throw new NotProven('it orders only the beginning of texts that may be so long');
  const sql = known ? exactMysqlColumn(value) : null;
  if (sql === null) throw new NotProven(`it does not compare this ${describeType(type)} as Postgres does`);
  return isMoment(type) ? checkedDate(value) : sql;
}
