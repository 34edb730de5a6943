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
  /** The most bytes of a text that was computed. */
  readonly bytes?: number;
  /** May fail a row, as it may in Postgres; but when, is not proven. */
  readonly fallible?: boolean;
}

/** The bytes that a server puts in order, and the most that a TEXT has; see `sessionSettings`. */
const ORDERED_BYTES = 65_535;
const CHARACTER_BYTES = 4;

/** The most bytes a text may have; undefined where that is not known. */
export function mostBytes({ type, bytes, isLong }: MysqlValue): number | undefined {
  if (bytes !== undefined) return bytes;
  if (isLong === true) return undefined;
  return Math.min(ORDERED_BYTES, CHARACTER_BYTES * (type.length ?? ORDERED_BYTES));
}

/** The text, with what follows from the most bytes, or characters, it may have. */
export function ofLength(text: MysqlValue, bytes: number, characters = Number.POSITIVE_INFINITY): MysqlValue {
  const most = Math.min(bytes, CHARACTER_BYTES * characters);
  return { ...text, bytes: most, isLong: most > ORDERED_BYTES };
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

export function nullableOf(values: readonly MysqlValue[]): { nullable: boolean } {
  return { nullable: values.some(({ nullable }) => nullable !== false) };
}
