/** Comparisons that are proven equal to Postgres': numbers in their common type, texts by equality or by bytes, moments in UTC. */
import { compareArrays } from './array-comparison.ts';
import { cast, castToCommon, commonType, freeNumeric, textOf } from './casts.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { numericOf, pairLiterals, unknownOperator } from './operand.ts';
import {
  BOOL,
  BYTEA,
  engineType,
  FLOAT8,
  fixedNumeric,
  INT8,
  isFixed,
  isFloat,
  isInteger,
  isMoment,
  isNumber,
  isString,
  TEXT,
} from './pg-type.ts';

export function compare(
  statement: Statement,
  operator: string,
  leftGiven: Expression,
  rightGiven: Expression,
  location: number | undefined,
): Expression {
  const [left, right] = pairLiterals(statement, leftGiven, rightGiven);
  const [a, b] = [left.type, right.type];
  const infix = (x: Expression, y: Expression): Expression =>
    computed(BOOL, `(${x.sql} ${operator} ${y.sql})`, [x, y], { location });
  if (isNumber(a) && isNumber(b)) {
    if (isFloat(a) || isFloat(b)) {
      const type = a.name === 'float4' && b.name === 'float4' ? a : FLOAT8;
      return infix(cast(statement, left, type, 'implicit'), cast(statement, right, type, 'implicit'));
    }
    if (isInteger(a) && isInteger(b)) {
      const type = commonType(statement, [left, right], operator);
      return infix(cast(statement, left, type, 'implicit'), cast(statement, right, type, 'implicit'));
    }
    return compareNumeric(operator, numericOf(statement, left), numericOf(statement, right), location);
  }
  if (isString(a) && isString(b)) {
    const equality = operator === '=' || operator === '<>';
    if (!equality && !statement.ordersTextByBytes && left.byteOrder !== true && right.byteOrder !== true) {
      throw unknownOperator(
        statement,
        operator,
        left,
        right,
        location,
        'The order of texts depends on the collation of the database: write COLLATE "C" to compare by bytes.',
      );
    }
    // With text the blanks of a char(n) are cut by the cast; with varchar both are compared as char(n).
    if (a.name === 'bpchar' ? b.name !== 'text' : b.name === 'bpchar' && a.name !== 'text') {
      const trimmed = (x: Expression): Expression => computed(TEXT, `rtrim(${x.sql}, ' ')`, [x]);
      return infix(trimmed(left), trimmed(right));
    }
    return infix(textOf(statement, left), textOf(statement, right));
  }
  if (isMoment(a) && isMoment(b)) {
    const type = commonType(statement, [left, right], operator);
    return infix(cast(statement, left, type, 'implicit'), cast(statement, right, type, 'implicit'));
  }
  if (a.name === b.name && (a.name === 'bool' || a.name === 'uuid')) return infix(left, right);
  if (a.name === 'interval' && b.name === 'interval') {
    const keys = [left, right].map((side) => computed(INT8, `rtdp_interval_key(${side.sql})`, [side]));
    return { ...infix(keys[0]!, keys[1]!), fallible: true };
  }
  if (statement.ordersTextByBytes && a.name === 'array' && b.name === 'array') {
    const arrays = compareArrays(statement, operator, left, right, location);
    if (arrays !== null) return arrays;
  }
  if (statement.ordersTextByBytes && a.name === 'jsonb' && b.name === 'jsonb') {
    const keys = [left, right].map((side) => computed(TEXT, `rtdp_jsonb_key(${side.sql})`, [side]));
    return infix(keys[0]!, keys[1]!);
  }
  if (a.name === BYTEA.name && b.name === BYTEA.name && (operator === '=' || operator === '<>'))
    return infix(left, right);
  throw unknownOperator(statement, operator, left, right, location);
}

function compareNumeric(
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  const [a, b] = [left.type, right.type];
  if (isFixed(a) && isFixed(b)) {
    const scale = Math.max(a.scale, b.scale);
    const common = fixedNumeric(Math.max(a.precision - a.scale, b.precision - b.scale) + scale, scale);
    if (isFixed(common)) {
      const as = (x: Expression): string => `CAST(${x.sql} AS ${engineType(common)})`;
      return computed(BOOL, `(${as(left)} ${operator} ${as(right)})`, [left, right], { location });
    }
  }
  const [x, y] = [freeNumeric(left), freeNumeric(right)];
  return computed(BOOL, `(rtdp_numeric_compare(${x.sql}, ${y.sql}) ${operator} 0)`, [x, y], { location });
}

/** The list form of `=`: all members and the value share one type. */
export function bindIn(
  statement: Statement,
  value: Expression,
  members: readonly Expression[],
  negated: boolean,
  location: number | undefined,
): Expression {
  const common = commonType(statement, [value, ...members], 'IN');
  const comparable = (): Expression[] => [value, ...members].map((part) => castToCommon(statement, part, common));
  if (
    (isNumber(common) && !(common.name === 'numeric' && !isFixed(common))) ||
    ['bool', 'text', 'varchar', 'uuid', 'date', 'timestamp', 'timestamptz'].includes(common.name)
  ) {
    const [first, ...rest] = comparable();
    const sql = `(${first!.sql} ${negated ? 'NOT IN' : 'IN'} (${rest.map((part) => part.sql).join(', ')}))`;
    return computed(BOOL, sql, [first!, ...rest], { location });
  }
  const each = members.map((member) => compare(statement, '=', value, member, location));
  const any = `(${each.map((part) => part.sql).join(' OR ')})`;
  return computed(BOOL, negated ? `(NOT ${any})` : any, each, { location });
}

/** IS [NOT] DISTINCT FROM. */
export function bindDistinct(
  statement: Statement,
  left: Expression,
  right: Expression,
  negated: boolean,
  location: number | undefined,
): Expression {
  const [a, b] = pairLiterals(statement, left, right);
  const equal = compare(statement, '=', a, b, location);
  const sql = `CASE WHEN ${a.sql} IS NULL OR ${b.sql} IS NULL THEN ${a.sql} IS NOT NULL OR ${b.sql} IS NOT NULL ELSE NOT ${equal.sql} END`;
  return computed(BOOL, negated ? `(NOT (${sql}))` : `(${sql})`, [equal], { location });
}
