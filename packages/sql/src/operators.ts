/** The allow-list of operators: which exist, and who binds them. */
import { ARITHMETIC, arithmetic } from './arithmetic.ts';
import { cast } from './casts.ts';
import { compare } from './comparison.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { jsonPath, jsonStep } from './json-operators.ts';
import { momentArithmetic } from './moment-arithmetic.ts';
import { unknownOperator } from './operand.ts';
import { BOOL, TEXT } from './pg-type.ts';
import { concatenate, matchRegex } from './text-operators.ts';

const COMPARISONS = new Set(['=', '<>', '!=', '<', '<=', '>', '>=']);

/** Binds `left operator right`. Throws SQL_UNKNOWN_OPERATOR where the meaning is not proven. */
export function bindOperator(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  if (COMPARISONS.has(operator)) return compare(statement, operator === '!=' ? '<>' : operator, left, right, location);
  if (operator === '||') return concatenate(statement, left, right, location);
  if (operator === '->' || operator === '->>') return jsonStep(statement, operator, left, right, location);
  if (operator === '#>' || operator === '#>>') return jsonPath(statement, operator, left, right, location);
  if (operator === '?' && left.type.name === 'jsonb') {
    const key = cast(statement, right, TEXT, 'implicit');
    return computed(BOOL, `rtdp_json_has_member(${left.sql}, ${key.sql})`, [left, key], { location });
  }
  if (operator === '~' || operator === '!~') return matchRegex(statement, operator, left, right, location);
  if (operator in ARITHMETIC) {
    const moment = momentArithmetic(statement, operator, left, right, location);
    if (moment !== null) return moment;
    return arithmetic(statement, operator, left, right, location);
  }
  throw unknownOperator(statement, operator, left, right, location);
}
