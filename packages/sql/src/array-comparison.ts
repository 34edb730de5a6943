/** Comparisons of arrays, by the texts of their items. */
import { requireOneText } from './array-values.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { BOOL } from './pg-type.ts';

/** `=`, `<>`, `@>`, `<@` and `&&` of two arrays; null for anything else. */
export function compareArrays(
  statement: Statement,
  operator: string,
  leftGiven: Expression,
  rightGiven: Expression,
  location: number | undefined,
): Expression | null {
  const array = [leftGiven, rightGiven].find(({ type }) => type.name === 'array');
  if (array === undefined || !['=', '<>', '@>', '<@', '&&'].includes(operator)) return null;
  const [left, right] = [leftGiven, rightGiven].map((side) =>
    side.type.name === 'unknown' ? coerceLiteral(statement, side, array.type) : side,
  ) as [Expression, Expression];
  for (const side of [left, right]) {
    if (side.type.name !== 'array') return null;
    requireOneText(statement, side);
  }
  if (left.type.element!.name !== right.type.element!.name) return null;
  if (operator === '=' || operator === '<>')
    return computed(BOOL, `(${left.sql} ${operator} ${right.sql})`, [left, right], { location });
  const [a, b] = operator === '<@' ? [right, left] : [left, right];
  const name = operator === '&&' ? 'rtdp_array_overlaps' : 'rtdp_array_contains';
  return computed(BOOL, `${name}(${a.sql}, ${b.sql})`, [left, right], { location });
}
