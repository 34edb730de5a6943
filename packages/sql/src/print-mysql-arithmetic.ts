/** Prints arithmetic of integers and decimals for MySQL and MariaDB: what keeps its type, and fails where it leaves it, as in Postgres; what is not proven throws. */
import type { A_Expr, Node } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { type MysqlValue, NotProven, nullableOf } from './mysql-value.ts';
import { isFixed, isInteger, type PgType } from './pg-type.ts';

const INTEGER_BOUNDS: Record<string, readonly [bigint, bigint]> = {
  int2: [-(2n ** 15n), 2n ** 15n - 1n],
  int4: [-(2n ** 31n), 2n ** 31n - 1n],
  int8: [-(2n ** 63n), 2n ** 63n - 1n],
};
/** MySQL's greatest scale; MariaDB has a few more. */
const MOST_SCALE = 30;

/** Throws NotProven. */
export function printMysqlArithmetic(
  print: (node: Node | undefined) => MysqlValue,
  expression: A_Expr,
  type: PgType,
): MysqlValue {
  const operator = namesOf(expression.name).join('.');
  if (operator === '/' || operator === '%')
    throw new NotProven('division has other digits, and no error at zero, there');
  if (!['+', '-', '*'].includes(operator) || expression.rexpr === undefined)
    throw new NotProven('an operator is not proven to mean the same there');
  const right = print(expression.rexpr);
  if (expression.lexpr === undefined) {
    if (operator !== '-' || !isFixed(type)) {
      if (right.constant === true && isInteger(type) && operator === '-') return integerConstant(`-${right.sql}`, type);
      throw new NotProven('a prefix operator is not proven to mean the same there');
    }
    return { sql: `(-${asDecimal(right)})`, type, exact: true, ...nullableOf([right]) };
  }
  const left = print(expression.lexpr);
  const both = [left, right];
  if (!both.every((one) => isInteger(one.type) || isFixed(one.type)))
    throw new NotProven('arithmetic of other types than integers and decimals is not proven there');
  const fallible = both.some((one) => one.fallible === true);
  if (isFixed(type)) {
    if (type.scale > MOST_SCALE) throw new NotProven('a product has more decimal places than it keeps');
    const sql = `(${both.map(asDecimal).join(` ${operator} `)})`;
    return { sql, type, exact: true, ...nullableOf(both), ...(fallible ? { fallible } : {}) };
  }
  if (!isInteger(type) || !both.every((one) => isInteger(one.type) && one.summed !== true))
    throw new NotProven('arithmetic beyond 38 digits is not proven there');
  const bounds = arithmeticBounds(operator, boundsOf(left), boundsOf(right));
  const fits = fitsIn(bounds, INTEGER_BOUNDS[type.name]!);
  // A bigint that leaves its type fails there too; a smaller one does not.
  if (!fits && type.name !== 'int8') throw new NotProven('an integer that leaves its type does not fail there');
  const sql = `(${both.map(asSigned).join(` ${operator} `)})`;
  const exact = { sql, type, exact: true, signed: true, ...nullableOf(both) };
  return fits && !fallible ? { ...exact, bounds } : { ...exact, fallible: true };
}

export function integerConstant(text: string, type: PgType): MysqlValue {
  const number = BigInt(text);
  return { sql: text, type, exact: true, nullable: false, constant: true, bounds: [number, number], signed: true };
}

/** Whether every value of it is one of the type. */
export function fitsInteger(value: MysqlValue, type: PgType): boolean {
  return fitsIn(boundsOf(value), INTEGER_BOUNDS[type.name]!);
}

function boundsOf(value: MysqlValue): readonly [bigint, bigint] {
  return value.bounds ?? INTEGER_BOUNDS[value.type.name]!;
}

function fitsIn(bounds: readonly [bigint, bigint], [least, greatest]: readonly [bigint, bigint]): boolean {
  return bounds[0] >= least && bounds[1] <= greatest;
}

function arithmeticBounds(
  operator: string,
  [a, b]: readonly [bigint, bigint],
  [c, d]: readonly [bigint, bigint],
): readonly [bigint, bigint] {
  if (operator === '+') return [a + c, b + d];
  if (operator === '-') return [a - d, b - c];
  const products = [a * c, a * d, b * c, b * d].sort((x, y) => (x < y ? -1 : 1));
  return [products[0]!, products[3]!];
}

/** An unsigned integer counts as a larger signed one in Postgres; its own arithmetic fails below zero. */
function asSigned({ sql, signed, constant }: MysqlValue): string {
  return signed === true || constant === true ? sql : `CAST(${sql} AS SIGNED)`;
}

/** An unsigned bigint counts as numeric(20,0) in Postgres; its own arithmetic fails below zero. */
function asDecimal({ sql, type, constant }: MysqlValue): string {
  return isFixed(type) && type.scale === 0 && constant !== true ? `CAST(${sql} AS DECIMAL(${type.precision},0))` : sql;
}
