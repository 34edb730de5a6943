/** Binds the syntax of arrays in a query: ARRAY[…], casts to arrays, items by their index, and ANY and ALL of an array. */
import type { A_Expr, A_Indirection, Node, TypeCast } from 'libpg-query';
import { bindAnyOfArray, itemOfArray } from './array-functions.ts';
import { arrayOf, makeArray } from './array-values.ts';
import { type ExpressionBinder, namesOf } from './bind-expression.ts';
import { cast, castToCommon, commonType } from './casts.ts';
import { compare } from './comparison.ts';
import { computed, constant, type Expression } from './expression.ts';
import { coerceLiteral, readArrayText } from './literals.ts';
import { BOOL, type PgType, sameType, UNKNOWN } from './pg-type.ts';

/** `x = any($1)` or `any('{…}')`: the array is a constant, and becomes a list; else it is asked whether it has the value. */
export function bindAnyOf(binder: ExpressionBinder, { lexpr, rexpr, name, kind, location }: A_Expr): Expression {
  const { statement } = binder;
  const operator = namesOf(name).join('.');
  const negated = kind === 'AEXPR_OP_ALL';
  const refuse = (): Error =>
    statement.refuse(
      'SQL_UNSUPPORTED',
      `${operator} ${negated ? 'ALL' : 'ANY'} of this is not proven.`,
      'Write x = ANY(array), or NOT x = ANY(array).',
      location,
    );
  if (operator !== (negated ? '<>' : '=')) throw refuse();
  let inner = rexpr!;
  while ('TypeCast' in inner && inner.TypeCast.arg !== undefined) inner = inner.TypeCast.arg;
  const array = binder.bind(inner);
  const value = binder.bind(lexpr);
  if (array.literal === undefined || array.type.name !== 'unknown') {
    const typed = inner === rexpr ? array : binder.bind(rexpr);
    if (typed.type.name !== 'array') throw refuse();
    return bindAnyOfArray(statement, value, typed, negated, location);
  }
  if (array.parameter !== undefined)
    statement.parameterTypes.set(array.parameter, { name: 'array', element: value.type });
  if (array.literal === null) return constant(BOOL, 'CAST(NULL AS BOOLEAN)', null, location);
  const items = readArrayText(array.literal);
  if (items === null) {
    throw statement.refuse(
      'SQL_INVALID_VALUE',
      'The array is not of the form {a,b}.',
      'Write ARRAY[…] or IN (…).',
      location,
    );
  }
  if (items.length === 0)
    return computed(BOOL, `CASE WHEN ${value.sql} IS NULL THEN ${negated} ELSE ${negated} END`, [value]);
  const each = items.map((item) =>
    compare(statement, operator, value, constant(UNKNOWN, 'NULL', item, location), location),
  );
  const sql = each.map((part) => part.sql).join(negated ? ' AND ' : ' OR ');
  return computed(BOOL, `(${sql})`, each, { location });
}

/** ARRAY[…]; `element` null where the items decide. */
export function bindArray(binder: ExpressionBinder, nodes: readonly Node[], element: PgType | null): Expression {
  const { statement } = binder;
  const items = nodes.map((node) => binder.bind(node));
  if (element === null && items.length === 0) {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      'An empty array without a type.',
      'Cast it, like ARRAY[]::int[].',
      undefined,
    );
  }
  const type = element ?? commonType(statement, items, 'ARRAY');
  const typed = items.map((item) =>
    element === null ? castToCommon(statement, item, type) : cast(statement, item, type, 'explicit'),
  );
  return makeArray(statement, typed, type);
}

export function castToArray(binder: ExpressionBinder, { arg, typeName, location }: TypeCast): Expression {
  const { statement } = binder;
  const { arrayBounds: _bounds, ...plain } = typeName!;
  const element = binder.typeOf(plain);
  if (arg !== undefined && 'A_ArrayExpr' in arg) return bindArray(binder, arg.A_ArrayExpr.elements ?? [], element);
  const value = binder.bind(arg);
  const type = arrayOf(element);
  if (value.type.name === 'unknown') return coerceLiteral(statement, value, type);
  const isText = ({ name }: PgType): boolean => name === 'text' || name === 'varchar';
  const from = value.type.element;
  if (
    from !== undefined &&
    (sameType(from, element) || (isText(from) && isText(element) && element.length === undefined))
  )
    return { ...value, type };
  throw statement.refuse(
    'SQL_UNKNOWN_CAST',
    'This cast to an array is not proven.',
    'Cast the items before they are put into it.',
    location,
  );
}

export function bindItem(binder: ExpressionBinder, { arg, indirection }: A_Indirection): Expression {
  const { statement } = binder;
  const [only, more] = indirection ?? [];
  const array = binder.bind(arg);
  if (
    more !== undefined ||
    only === undefined ||
    !('A_Indices' in only) ||
    only.A_Indices.is_slice === true ||
    array.type.name !== 'array'
  ) {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      'Only array[index] is proven.',
      'Use unnest, or a function.',
      array.location,
    );
  }
  return itemOfArray(statement, array, binder.bind(only.A_Indices.uidx));
}
