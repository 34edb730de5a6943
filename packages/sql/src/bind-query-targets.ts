/** Binds the columns of a result, and decides which of them a name or a position in ORDER BY, DISTINCT ON and GROUP BY means. */
import type { Node } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import type { QueryExpressionBinder } from './bind-query-expression.ts';
import type { Expression } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { TEXT } from './pg-type.ts';
import type { QueryContext } from './query-context.ts';
import type { QueryScope } from './query-scope.ts';
import { resultName } from './result-names.ts';

export interface Target {
  readonly name: string;
  readonly expression: Expression;
  /** Absent for the columns of `*`. */
  readonly node?: Node;
}

function positionOf(node: Node | undefined): number | null {
  if (node === undefined || !('A_Const' in node) || node.A_Const.ival === undefined) return null;
  return node.A_Const.ival.ival ?? 0;
}

/** The column of the result that ORDER BY or DISTINCT ON means: by position, or by its name, which wins over the name of a table's column. */
export function findTarget(
  statement: QueryContext['statement'],
  node: Node | undefined,
  targets: readonly Target[],
): number | null {
  const position = positionOf(node);
  if (position !== null) {
    if (position >= 1 && position <= targets.length) return position - 1;
    throw statement.refuse(
      'SQL_UNKNOWN_COLUMN',
      `There is no result column ${position}.`,
      `The result has ${targets.length} columns.`,
      undefined,
    );
  }
  if (node === undefined || !('ColumnRef' in node)) return null;
  const path = namesOf(node.ColumnRef.fields);
  if (path.length !== 1) return null;
  const found = targets.flatMap((target, index) => (target.name === path[0] ? [index] : []));
  if (found.length > 1) {
    const same = found.every((index) => targets[index]!.expression.sql === targets[found[0]!]!.expression.sql);
    if (!same) {
      throw statement.refuse(
        'SQL_AMBIGUOUS_COLUMN',
        `More than one result column is called ${path[0]}.`,
        'Write alias.column or its position.',
        node.ColumnRef.location,
      );
    }
  }
  return found[0] ?? null;
}

/** GROUP BY takes a position, a column of a table, or else the name of a result column. */
export function groupExpression(context: QueryContext, node: Node, targets: readonly Node[], scope: QueryScope): Node {
  const { statement, facts } = context;
  const expressionOf = (target: Node | undefined): Node | undefined =>
    target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
  const position = positionOf(node);
  if (position !== null) {
    const value = expressionOf(targets[position - 1]);
    if (value !== undefined) return value;
    throw statement.refuse(
      'SQL_UNKNOWN_COLUMN',
      `There is no result column ${position}.`,
      'Use the number of a result column.',
      undefined,
    );
  }
  if (!('ColumnRef' in node)) return node;
  const path = namesOf(node.ColumnRef.fields);
  if (path.length !== 1 || scope.items.some(({ columns }) => columns.some(({ name }) => name === path[0]))) return node;
  const named = targets.find((target) => 'ResTarget' in target && target.ResTarget.name === path[0]);
  const value = expressionOf(named);
  if (value !== undefined) facts.groupNames.set(node.ColumnRef, value);
  return value ?? node;
}

export function bindTarget(
  context: QueryContext,
  binder: QueryExpressionBinder,
  scope: QueryScope,
  node: Node,
): Target[] {
  if (!('ResTarget' in node))
    throw context.statement.refuse(
      'SQL_UNSUPPORTED',
      'This result column is not proven.',
      'Write an expression.',
      undefined,
    );
  const { name, val, location } = node.ResTarget;
  if (val !== undefined && 'ColumnRef' in val && (val.ColumnRef.fields ?? []).some((field) => 'A_Star' in field)) {
    const path = namesOf(val.ColumnRef.fields).slice(0, -1);
    const columns = scope.star(path, location);
    context.facts.stars.set(
      node.ResTarget,
      columns.map((column) => ({ name: column.name, origin: column.expression.origin, alias: column.alias })),
    );
    return columns.map((column) => ({
      name: column.name,
      expression: binder.options.grouping === undefined ? column.expression : groupedStar(binder, column.expression),
    }));
  }
  const expression = binder.bind(val);
  return [{ name: name ?? resultName(val), expression, ...(val === undefined ? {} : { node: val }) }];
}

function groupedStar(binder: QueryExpressionBinder, column: Expression): Expression {
  const { grouping } = binder.options;
  const held = grouping?.findKey(column.sql, column.type) ?? grouping?.findDependent({ ...column });
  if (held !== null && held !== undefined) return held;
  throw binder.statement.refuse(
    'SQL_NOT_GROUPED',
    '* has columns that are not in GROUP BY.',
    'Name the columns.',
    column.location,
  );
}

export function finishTarget(context: QueryContext, target: Target): Target {
  const { expression } = target;
  return expression.type.name === 'unknown'
    ? { ...target, expression: coerceLiteral(context.statement, expression, TEXT) }
    : target;
}
