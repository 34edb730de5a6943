/** Binds comparisons of rows: column by column, NULL where the first that decides is NULL. */
import type { A_Expr, Node } from 'libpg-query';
import { type ExpressionBinder, namesOf } from './bind-expression.ts';
import { compare } from './comparison.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { BOOL } from './pg-type.ts';
import type { QueryContext } from './query-context.ts';
import { isCollated } from './query-keys.ts';

/** The parts of `(a, b)`; null where the node is no row. */
export function partsOfRow(node: Node | undefined): readonly Node[] | null {
  return node !== undefined && 'RowExpr' in node ? (node.RowExpr.args ?? []) : null;
}

/** `(a, b) operator (c, d)`. */
export function compareRows(
  statement: Statement,
  operator: string,
  left: readonly Expression[],
  right: readonly Expression[],
  location: number | undefined,
): Expression {
  if (left.length !== right.length || left.length === 0) {
    throw statement.refuse(
      'SQL_TYPE_MISMATCH',
      `Rows of ${left.length} and ${right.length} columns are compared.`,
      'Give them the same columns.',
      location,
    );
  }
  const pairs = left.map((value, index) => [value, right[index]!] as const);
  const joined = (word: string, parts: readonly Expression[]): Expression =>
    computed(BOOL, `(${parts.map(({ sql }) => sql).join(` ${word} `)})`, parts, { location });
  const each = (by: string): Expression[] => pairs.map(([a, b]) => compare(statement, by, a, b, location));
  switch (operator) {
    case '=':
      return joined('AND', each('='));
    case '<>':
      return joined('OR', each('<>'));
    case '<':
    case '<=':
    case '>':
    case '>=': {
      const strict = operator[0]!;
      const [equal, decided] = [each('='), each(strict)];
      const last = compare(statement, operator, ...pairs.at(-1)!, location);
      // The first pair that differs decides.
      return pairs
        .slice(0, -1)
        .reduceRight<Expression>(
          (rest, _pair, index) => joined('OR', [decided[index]!, joined('AND', [equal[index]!, rest])]),
          last,
        );
    }
    default:
      throw statement.refuse(
        'SQL_UNSUPPORTED',
        `${operator} between rows is not proven.`,
        'Compare the columns one by one.',
        location,
      );
  }
}

/** `(a, b) IN ((c, d), …)`. */
export function rowInList(
  statement: Statement,
  row: readonly Expression[],
  list: readonly (readonly Expression[])[],
  negated: boolean,
  location: number | undefined,
): Expression {
  const each = list.map((member) => compareRows(statement, '=', row, member, location));
  const any = `(${each.map(({ sql }) => sql).join(' OR ')})`;
  return computed(BOOL, negated ? `(NOT ${any})` : any, each, { location });
}

/** A comparison whose left side is a row. */
export function bindRowComparison(
  binder: ExpressionBinder,
  context: QueryContext,
  { kind, lexpr, rexpr, name, location }: A_Expr,
): Expression {
  const { statement } = binder;
  const operator = namesOf(name).join('.');
  const bindRow = (node: Node | undefined): Expression[] => {
    const parts = partsOfRow(node);
    if (parts !== null) return parts.map((part) => binder.bind(part));
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      'A row is compared with something that is none.',
      'Write (a, b) on both sides.',
      location,
    );
  };
  const row = bindRow(lexpr);
  if (kind === 'AEXPR_IN') {
    const list = rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : [];
    return rowInList(statement, row, list.map(bindRow), operator === '<>', location);
  }
  if (kind !== 'AEXPR_OP') {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      'This comparison of rows is not proven.',
      'Compare the columns one by one.',
      location,
    );
  }
  const other = bindRow(rexpr);
  if (/[<>]=?$/.test(operator) && operator !== '<>')
    context.facts.ordersText ||= [...row, ...other].some(({ type }) => isCollated(type));
  return compareRows(statement, operator === '!=' ? '<>' : operator, row, other, location);
}
