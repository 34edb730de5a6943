/** Comparisons of arrays, by the texts of their items. */
import { requireOneText } from './array-values.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { BOOL } from './pg-type.ts';
import { keySql } from './query-keys.ts';

/** `=`, `<>`, `@>`, `<@` and `&&` of two arrays; null for anything else. */
export function compareArrays(
  statement: Statement,
  operator: string,
  leftGiven: Expression,
  rightGiven: Expression,
  location: number | undefined,
): Expression | null {
  const array = [leftGiven, rightGiven].find(({ type }) => type.name === 'array');
  if (array === undefined || !['=', '<>', '<', '<=', '>', '>=', '@>', '<@', '&&'].includes(operator)) return null;
  const [left, right] = [leftGiven, rightGiven].map((side) =>
    side.type.name === 'unknown' ? coerceLiteral(statement, side, array.type) : side,
  ) as [Expression, Expression];
  if (left.type.name !== 'array' || right.type.name !== 'array') return null;
  if (left.type.element!.name !== right.type.element!.name) return null;
  if (/^[<>=]+$/.test(operator)) {
    const what = operator === '=' || operator === '<>' ? 'Comparing' : 'Ordering';
    const keys = [left, right].map((side) => keySql(statement, side, what));
    return computed(BOOL, `(${keys.join(` ${operator} `)})`, [left, right], { location });
  }
  for (const side of [left, right]) requireOneText(statement, side);
  const [a, b] = operator === '<@' ? [right, left] : [left, right];
  const name = operator === '&&' ? 'rtdp_array_overlaps' : 'rtdp_array_contains';
  return computed(BOOL, `${name}(${a.sql}, ${b.sql})`, [left, right], { location });
}
