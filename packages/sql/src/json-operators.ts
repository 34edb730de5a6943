/** Operators of json and jsonb: one step or a constant path into a value. */
import { cast } from './casts.ts';
import { computed, type Expression, quote, type Statement } from './expression.ts';
import { unknownOperator } from './operand.ts';
import { INT4, isInteger, JSON_TYPE, JSONB, type PgType, TEXT } from './pg-type.ts';

export function jsonStep(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  const { type, suffix } = resultOf(statement, operator, left, right, location);
  if (isInteger(right.type) && right.type.name !== 'int8') {
    const index = cast(statement, right, INT4, 'implicit');
    return computed(type, `rtdp_${left.type.name}_item${suffix}(${left.sql}, ${index.sql})`, [left, index], {
      location,
    });
  }
  const key = cast(statement, right, TEXT, 'implicit');
  return computed(type, `rtdp_json_member${suffix}(${left.sql}, ${key.sql})`, [left, key], { location });
}

export function jsonPath(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression {
  const { type, suffix } = resultOf(statement, operator, left, right, location);
  const literal = right.literal;
  const parts = typeof literal === 'string' ? /^\{([^{}"\\]*)\}$/.exec(literal)?.[1] : undefined;
  if (
    right.type.name !== 'unknown' ||
    parts === undefined ||
    parts.split(',').some((part) => part.trim() === '' || /^null$/i.test(part.trim()))
  ) {
    throw unknownOperator(statement, operator, left, right, location, "Write the path as a constant, like '{a,0,b}'.");
  }
  const path = JSON.stringify(parts.split(',').map((part) => part.trim()));
  return computed(type, `rtdp_json_path${suffix}(${left.sql}, ${quote(path)})`, [left], { location });
}

/** Of `->>` and `#>>` a text, else json as it is on the left. Throws where that is none. */
function resultOf(
  statement: Statement,
  operator: string,
  left: Expression,
  right: Expression,
  location: number | undefined,
): { type: PgType; suffix: string } {
  if (left.type.name !== 'json' && left.type.name !== 'jsonb')
    throw unknownOperator(statement, operator, left, right, location);
  if (operator.endsWith('>>')) return { type: TEXT, suffix: '_text' };
  return { type: left.type.name === 'json' ? JSON_TYPE : JSONB, suffix: '' };
}
