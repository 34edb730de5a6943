/** Intervals as values: what may be added to them, taken from them and asked of them, and moments that they move. */
import { cast } from './casts.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { type Binder, counted, refuseCall, wordArgument } from './function-call.ts';
import { coerceLiteral } from './literals.ts';
import {
  DATE,
  describeType,
  FLOAT8,
  FREE_NUMERIC,
  INTERVAL,
  isMoment,
  isNumber,
  type PgType,
  TIMESTAMP,
  TIMESTAMPTZ,
} from './pg-type.ts';

const UNIX = (sql: string): string => `epoch_us(${sql})`;

/** `+ - * /` where an interval, or two moments, take part; null for anything else. Constant intervals move moments in the engine's own way. */
export function intervalArithmetic(
  statement: Statement,
  operator: string,
  leftGiven: Expression,
  rightGiven: Expression,
  location: number | undefined,
): Expression | null {
  const isInterval = ({ type }: Expression): boolean => type.name === 'interval';
  const literal = (side: Expression, other: Expression): Expression =>
    side.type.name === 'unknown' && isInterval(other) && (operator === '+' || operator === '-')
      ? coerceLiteral(statement, side, INTERVAL)
      : side;
  const [left, right] = [literal(leftGiven, rightGiven), literal(rightGiven, leftGiven)];
  const made = (type: PgType, sql: string): Expression =>
    computed(type, sql, [left, right], { fallible: true, location });
  if (operator === '-' && isMoment(left.type) && isMoment(right.type)) {
    if (left.type.name === 'date' && right.type.name === 'date') return null;
    const type = [left, right].some((side) => side.type.name === 'timestamptz') ? TIMESTAMPTZ : TIMESTAMP;
    const [a, b] = [left, right].map((side) => cast(statement, side, type, 'implicit').sql);
    return made(INTERVAL, `rtdp_interval_between(${UNIX(a!)}, ${UNIX(b!)})`);
  }
  if (operator === '+' && isInterval(left) && isMoment(right.type))
    return left.interval !== undefined ? null : moved(statement, right, left, operator, location);
  if ((operator === '+' || operator === '-') && isMoment(left.type) && isInterval(right))
    return right.interval !== undefined ? null : moved(statement, left, right, operator, location);
  if (isInterval(left) && isInterval(right) && (operator === '+' || operator === '-'))
    return made(INTERVAL, `rtdp_interval_${operator === '+' ? 'add' : 'subtract'}(${left.sql}, ${right.sql})`);
  const factor = (side: Expression): string => cast(statement, side, FLOAT8, 'implicit').sql;
  if (operator === '*' && isInterval(left) && isNumber(right.type))
    return made(INTERVAL, `rtdp_interval_multiply(${left.sql}, ${factor(right)})`);
  if (operator === '*' && isNumber(left.type) && isInterval(right))
    return made(INTERVAL, `rtdp_interval_multiply(${right.sql}, ${factor(left)})`);
  if (operator === '/' && isInterval(left) && isNumber(right.type))
    return made(INTERVAL, `rtdp_interval_divide(${left.sql}, ${factor(right)})`);
  return null;
}

function moved(
  statement: Statement,
  moment: Expression,
  interval: Expression,
  operator: string,
  location: number | undefined,
): Expression {
  const type = moment.type.name === 'date' ? TIMESTAMP : moment.type;
  const held = cast(statement, moment, type, 'implicit');
  const signed = operator === '-' ? `rtdp_interval_multiply(${interval.sql}, CAST(-1 AS DOUBLE))` : interval.sql;
  const sql = `CASE WHEN isinf(${held.sql}) THEN ${held.sql} ELSE make_timestamp(rtdp_moment_add(${UNIX(held.sql)}, ${signed})) END`;
  return computed(type, sql, [held, interval], { fallible: true, location });
}

const FIELDS = new Set(
  'microseconds milliseconds second minute hour day month quarter year decade century millennium epoch'.split(' '),
);

/** extract and date_part of an interval; null where the second argument is none. */
export const intervalField =
  (asFloat: boolean): ((call: Parameters<Binder>[0]) => Expression | null) =>
  (call) => {
    const value = call.arguments[1];
    if (value?.type.name !== 'interval') return null;
    const field = wordArgument(call, 0).toLowerCase();
    if (!FIELDS.has(field))
      throw refuseCall(
        call,
        `the field ${field} of an interval is not proven.`,
        `Use one of: ${[...FIELDS].join(', ')}.`,
      );
    const numeric = computed(FREE_NUMERIC, `rtdp_interval_field('${field}', ${value.sql})`, [value], {
      location: call.location,
    });
    return asFloat ? cast(call.statement, numeric, FLOAT8, 'explicit') : numeric;
  };

export const INTERVAL_FUNCTIONS: Record<string, Binder> = {
  age: (call) => {
    counted(call, 2);
    const [a, b] = call.arguments.map((argument) => {
      if (!isMoment(argument.type) && argument.type.name !== 'unknown')
        throw refuseCall(call, `${describeType(argument.type)} is not a timestamp.`, 'Cast it.');
      const type = call.arguments.some(({ type: { name } }) => name === 'timestamp') ? TIMESTAMP : TIMESTAMPTZ;
      return cast(call.statement, argument, type, 'implicit');
    });
    return computed(INTERVAL, `rtdp_age(${UNIX(a!.sql)}, ${UNIX(b!.sql)})`, [a!, b!], {
      fallible: true,
      location: call.location,
    });
  },
  make_date: (call) => {
    counted(call, 3);
    const parts = call.arguments.map((argument) => cast(call.statement, argument, { name: 'int4' }, 'implicit'));
    const sql = `CAST(rtdp_make_date(${parts.map((part) => part.sql).join(', ')}) AS DATE)`;
    return computed(DATE, sql, parts, { fallible: true, location: call.location });
  },
};
