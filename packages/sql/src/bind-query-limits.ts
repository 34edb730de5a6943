/** Binds LIMIT and OFFSET: constants or parameters that are whole numbers. */
import type { Node, SelectStmt } from 'libpg-query';
import { QueryExpressionBinder } from './bind-query-expression.ts';
import { coerceLiteral } from './literals.ts';
import { INT8, isInteger } from './pg-type.ts';
import type { CommonTables, QueryContext, QueryNames } from './query-context.ts';
import { QueryScope } from './query-scope.ts';

/** ` LIMIT n OFFSET n`, or what of it is there. */
export function limits(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  commonTables: CommonTables,
): string {
  const { statement } = context;
  const count = (node: Node | undefined, word: 'LIMIT' | 'OFFSET'): string => {
    if (node === undefined) return '';
    context.facts.limits.set(node, null);
    if ('A_Const' in node && node.A_Const.isnull === true) return '';
    const names: QueryNames = outer ?? new QueryScope(context, null);
    const value = new QueryExpressionBinder({ context, names, commonTables, place: word }).bind(node);
    const whole = value.type.name === 'unknown' ? coerceLiteral(statement, value, INT8) : value;
    if (whole.literal === null) return '';
    if (!isInteger(whole.type) || typeof whole.literal !== 'string') {
      throw statement.refuse(
        'SQL_UNSUPPORTED',
        `${word} is not a constant number.`,
        'Write a number or a parameter.',
        value.location,
      );
    }
    if (whole.literal.startsWith('-')) {
      throw statement.refuse(
        `SQL_NEGATIVE_${word}`,
        `${word} must not be negative.`,
        'Write a number from 0.',
        value.location,
      );
    }
    context.facts.limits.set(node, BigInt(whole.literal));
    return ` ${word} ${whole.literal}`;
  };
  return count(select.limitCount, 'LIMIT') + count(select.limitOffset, 'OFFSET');
}
