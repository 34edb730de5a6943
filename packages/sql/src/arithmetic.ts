/** Arithmetic of numbers: the type Postgres computes in, its errors instead of the engine's NULLs, and never a rounded digit. */
import { cast, freeNumeric } from './casts.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { numericOf, pairLiterals, unknownOperator } from './operand.ts';
import {
  describeType,
  engineType,
  FLOAT8,
  FREE_NUMERIC,
  fixedNumeric,
  isFixed,
  isFloat,
  isInteger,
  isNumber,
  type PgType,
} from './pg-type.ts';

export const ARITHMETIC: Record<string, string> = {
  '+': 'add',
  '-': 'subtract',
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
};

/** Digits the engine holds in 64 bits. */
const SHORT_PRECISION = 18;

/** Binds `+x` and `-x`. */
export function bindPrefix(
  statement: Statement,
  operator: string,
  operand: Expression,
  location: number | undefined,
): Expression {
  const value = operand.type.name === 'unknown' ? coerceLiteral(statement, operand, FLOAT8) : operand;
  const { type, sql } = value;
  if (operator === '+' && isNumber(type)) return value;
  if (operator === '-' && isNumber(type)) {
    if (type.name === 'numeric' && !isFixed(type)) {
      return computed(type, `rtdp_numeric_negate(${sql})`, [value], { location });
    }
    // The negated value is never wider, but the least integer has no opposite.
    return computed(type, `CAST(-(${sql}) AS ${engineType(type)})`, [value], { fallible: isInteger(type), location });
  }
  throw statement.refuse(
    'SQL_UNKNOWN_OPERATOR',
    `The prefix operator ${operator} for ${describeType(type)} is not proven.`,
    'Compute it another way.',
    location,
  );
}

/** The type Postgres computes in: the wider one, and float8 as soon as float4 meets anything else. */
function arithmeticType(a: PgType, b: PgType): 'int2' | 'int4' | 'int8' | 'numeric' | 'float4' | 'float8' {
  if (isFloat(a) || isFloat(b)) return a.name === 'float4' && b.name === 'float4' ? 'float4' : 'float8';
  if (a.name === 'numeric' || b.name === 'numeric') return 'numeric';
  if (a.name === 'int8' || b.name === 'int8') return 'int8';
  return a.name === 'int4' || b.name === 'int4' ? 'int4' : 'int2';
}

export function arithmetic(
  statement: Statement,
  operator: string,
  leftGiven: Expression,
  rightGiven: Expression,
  location: number | undefined,
): Expression {
  if (!isNumber(leftGiven.type) && !isNumber(rightGiven.type)) {
    throw unknownOperator(statement, operator, leftGiven, rightGiven, location);
  }
  const [left, right] = pairLiterals(statement, leftGiven, rightGiven);
  if (!isNumber(left.type) || !isNumber(right.type)) throw unknownOperator(statement, operator, left, right, location);
  const kind = arithmeticType(left.type, right.type);
  if (kind === 'numeric') {
    return numericArithmetic(operator, numericOf(statement, left), numericOf(statement, right), location);
  }
  const type: PgType = { name: kind };
  const [x, y] = [cast(statement, left, type, 'implicit'), cast(statement, right, type, 'implicit')];
  if (kind === 'float4' || kind === 'float8') {
    if (operator === '%') throw unknownOperator(statement, operator, left, right, location, 'Cast to numeric.');
    return computed(type, `rtdp_${kind}_${ARITHMETIC[operator]}(${x.sql}, ${y.sql})`, [x, y], {
      fallible: true,
      location,
    });
  }
  if (operator === '/' || operator === '%') return divide(type, operator, x, y, location);
  return computed(type, `CAST((${x.sql} ${operator} ${y.sql}) AS ${engineType(type)})`, [x, y], {
    fallible: true,
    location,
  });
}

/** By a positive constant the engine divides as Postgres does; by zero it would give NULL, so any other divisor goes through our own. */
function divide(
  type: PgType,
  operator: '/' | '%',
  x: Expression,
  y: Expression,
  location: number | undefined,
): Expression {
  const held = engineType(type);
  if (typeof y.literal === 'string' && /[1-9]/.test(y.literal) && !y.literal.startsWith('-')) {
    const sql = `CAST((${x.sql} ${operator === '/' ? '//' : '%'} ${y.sql}) AS ${held})`;
    return computed(type, sql, [x, y], { location });
  }
  const name = operator === '/' ? 'rtdp_int8_divide' : 'rtdp_int8_modulo';
  const sql = `CAST(${name}(CAST(${x.sql} AS BIGINT), CAST(${y.sql} AS BIGINT)) AS ${held})`;
  return computed(type, sql, [x, y], { fallible: true, location });
}

function numericArithmetic(
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  const [a, b] = [left.type, right.type];
  if (isFixed(a) && isFixed(b)) {
    if (operator === '*') {
      const type = fixedNumeric(a.precision + b.precision, a.scale + b.scale);
      if (isFixed(type)) {
        // The engine multiplies two short decimals in 64 bits, whatever the result needs: a wide one takes it to 128.
        const wide = type.precision > SHORT_PRECISION && Math.max(a.precision, b.precision) <= SHORT_PRECISION;
        const first = wide ? `CAST(${left.sql} AS DECIMAL(${SHORT_PRECISION + 1},${a.scale}))` : left.sql;
        return computed(type, `CAST((${first} * ${right.sql}) AS ${engineType(type)})`, [left, right], { location });
      }
    }
    if (operator === '+' || operator === '-') {
      const scale = Math.max(a.scale, b.scale);
      const type = fixedNumeric(Math.max(a.precision - a.scale, b.precision - b.scale) + scale + 1, scale);
      if (isFixed(type)) {
        const as = (x: Expression): string => `CAST(${x.sql} AS ${engineType(type)})`;
        return computed(type, `CAST((${as(left)} ${operator} ${as(right)}) AS ${engineType(type)})`, [left, right], {
          location,
        });
      }
    }
  }
  const [x, y] = [freeNumeric(left), freeNumeric(right)];
  return computed(FREE_NUMERIC, `rtdp_numeric_${ARITHMETIC[operator]}(${x.sql}, ${y.sql})`, [x, y], {
    fallible: operator === '/' || operator === '%',
    location,
  });
}
