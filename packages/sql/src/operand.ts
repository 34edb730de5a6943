/** What operators share: literals take the type of the other side, and what is not proven is refused in one sentence. */
import { cast } from './casts.ts';
import type { Expression, Statement } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { describeType, FREE_NUMERIC, type PgType, TEXT } from './pg-type.ts';

export function unknownOperator(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
  next = 'Cast the operands to types it is proven for, or compute it another way.',
): Error {
  return statement.refuse(
    'SQL_UNKNOWN_OPERATOR',
    `The operator ${operator} between ${describeType(left.type)} and ${describeType(right.type)} is not proven equal to Postgres'.`,
    next,
    location,
  );
}

/** A literal takes the type of the other side, as in Postgres. */
export function pairLiterals(statement: Statement, left: Expression, right: Expression): [Expression, Expression] {
  if (left.type.name === 'unknown' && right.type.name === 'unknown') {
    return [coerceLiteral(statement, left, TEXT), coerceLiteral(statement, right, TEXT)];
  }
  if (left.type.name === 'unknown') return [coerceLiteral(statement, left, literalType(right.type)), right];
  if (right.type.name === 'unknown') return [left, coerceLiteral(statement, right, literalType(left.type))];
  return [left, right];
}

function literalType(other: PgType): PgType {
  return other.name === 'varchar' ? TEXT : other.name === 'numeric' ? FREE_NUMERIC : other;
}

export function numericOf(statement: Statement, expression: Expression): Expression {
  return expression.type.name === 'numeric' ? expression : cast(statement, expression, FREE_NUMERIC, 'implicit');
}
