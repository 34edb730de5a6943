/** The operators that a query of the gateway may use beside those of a flow. */
import { compareArrays } from './array-comparison.ts';
import { joinArrays } from './array-functions.ts';
import type { Expression, Statement } from './expression.ts';
import { intervalArithmetic } from './interval-values.ts';
import { bindOperator } from './operators.ts';

/** Throws SQL_UNKNOWN_OPERATOR where the meaning is not proven. */
export function bindQueryOperator(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  if (left.type.name === 'array' || right.type.name === 'array') {
    const made =
      operator === '||'
        ? joinArrays(statement, left, right, location)
        : compareArrays(statement, operator, left, right, location);
    if (made !== null) return made;
  }
  const interval = intervalArithmetic(statement, operator, left, right, location);
  return interval ?? bindOperator(statement, operator, left, right, location);
}
