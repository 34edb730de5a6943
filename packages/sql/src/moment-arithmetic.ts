/** Arithmetic of dates and timestamps: what may be added to them, and that nothing leaves the years both write alike. */
import { cast } from './casts.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { unknownOperator } from './operand.ts';
import { DATE, engineType, INT4, isInteger, isMoment, type PgType, TIMESTAMP } from './pg-type.ts';

/** date ± integer, date - date, timestamp ± interval constant. Null where neither side is a moment. */
export function momentArithmetic(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression | null {
  if (operator !== '+' && operator !== '-') return null;
  if (operator === '+' && isMoment(right.type) && !isMoment(left.type)) {
    return momentArithmetic(statement, operator, right, left, location);
  }
  if (!isMoment(left.type)) return null;
  if (left.type.name === 'date' && isInteger(right.type) && right.type.name !== 'int8') {
    const moved = `(${left.sql} ${operator} CAST(${right.sql} AS INTEGER))`;
    return computed(DATE, guardMoment(DATE, left.sql, moved), [left, right], { fallible: true, location });
  }
  if (left.type.name === 'date' && right.type.name === 'date' && operator === '-') {
    const failed = `CAST(rtdp_fail('cannot subtract infinite dates') AS INTEGER)`;
    const sql = `CASE WHEN isinf(${left.sql}) OR isinf(${right.sql}) THEN ${failed} ELSE CAST(${left.sql} - ${right.sql} AS INTEGER) END`;
    return computed(INT4, sql, [left, right], { fallible: true, location });
  }
  if (right.interval !== undefined) {
    const type = left.type.name === 'date' ? TIMESTAMP : left.type;
    const moment = cast(statement, left, type, 'implicit');
    const { months, days, microseconds } = right.interval;
    const sign = operator === '-' ? -1n : 1n;
    // Postgres adds months, then days, then time.
    const sum = `CAST(${moment.sql} AS TIMESTAMP) + to_months(CAST(${sign * months} AS INTEGER)) + to_days(CAST(${sign * days} AS INTEGER)) + to_microseconds(CAST(${sign * microseconds} AS BIGINT))`;
    return computed(type, guardMoment(type, moment.sql, `(${sum})`), [moment], { fallible: true, location });
  }
  throw unknownOperator(
    statement,
    operator,
    left,
    right,
    location,
    "Proven are date ± integer, date - date, and a moment ± interval '…' written as a constant.",
  );
}

/** Infinite moments do not move; years before 1, which the two write differently, fail the row. */
function guardMoment(type: PgType, moment: string, moved: string): string {
  const held = engineType(type);
  const failed = `CAST(rtdp_fail('a moment before year 1 is not computed with') AS ${held})`;
  return `CAST(CASE WHEN isinf(${moment}) THEN ${moment} WHEN ${moved} < CAST('0001-01-01' AS ${held}) THEN ${failed} ELSE ${moved} END AS ${held})`;
}
