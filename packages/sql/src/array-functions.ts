/** Functions and operators of arrays, as a query holds them. */
import { arrayOf, fromItemText, makeArray, requireOneText, searchedItem } from './array-values.ts';
import { castToCommon, commonType } from './casts.ts';
import { computed, constant, type Expression, quote, type Statement } from './expression.ts';
import { type Binder, counted, type FunctionCall, integerArgument, refuseCall, textArgument } from './function-call.ts';
import { coerceLiteral } from './literals.ts';
import { BOOL, describeType, hasOneText, INT4, type PgType, TEXT } from './pg-type.ts';

function arrayArgument(call: FunctionCall, index: number): Expression & { type: PgType & { element: PgType } } {
  const value = call.arguments[index];
  if (value?.type.name !== 'array' || value.type.element === undefined) {
    throw refuseCall(
      call,
      `argument ${index + 1} is ${value === undefined ? 'missing' : describeType(value.type)}, not an array.`,
      'Give it an array.',
    );
  }
  return value as Expression & { type: PgType & { element: PgType } };
}

/** The argument as a value of the array's items. */
function itemArgument(call: FunctionCall, index: number, array: PgType & { element: PgType }): Expression {
  const value = call.arguments[index]!;
  return castToCommon(call.statement, value, array.element);
}

const oneDimension = (call: FunctionCall): void => {
  if (integerArgument(call, 1).literal !== '1')
    throw refuseCall(call, 'a dimension other than the constant 1 is not proven.', 'Write 1.');
};

const sized =
  (print: (sql: string) => string): Binder =>
  (call) => {
    counted(call, 2);
    const array = arrayArgument(call, 0);
    oneDimension(call);
    return computed(INT4, print(array.sql), [array], { location: call.location });
  };

const toText: Binder = (call) => {
  counted(call, 2, 3);
  const array = arrayArgument(call, 0);
  const separator = textArgument(call, 1);
  if (call.arguments.length === 2) {
    const sql = `rtdp_array_join(${array.sql}, ${separator.sql})`;
    return computed(TEXT, sql, [array, separator], { location: call.location });
  }
  const empty = textArgument(call, 2);
  if (typeof empty.literal !== 'string')
    throw refuseCall(call, 'what stands for NULL is not a constant.', 'Write it as a string.');
  const sql = `rtdp_array_join_nulls(${array.sql}, ${separator.sql}, ${quote(empty.literal)})`;
  return computed(TEXT, sql, [array, separator], { location: call.location });
};

const fromText: Binder = (call) => {
  counted(call, 2);
  const [text, separator] = [textArgument(call, 0), textArgument(call, 1)];
  if (separator.literal === null) throw refuseCall(call, 'a separator that is NULL is not proven.', 'Write a text.');
  const sql = `rtdp_array_split(${text.sql}, ${separator.sql})`;
  return computed(arrayOf(TEXT), sql, [text, separator], { location: call.location });
};

/** array || array, array || item, item || array, and the functions of that name. */
export function joinArrays(
  statement: Statement,
  left: Expression,
  right: Expression,
  location: number | undefined,
): Expression | null {
  const given = [left, right].find(({ type }) => type.name === 'array');
  if (given === undefined) return null;
  const element = given.type.element!;
  const asArray = (side: Expression): Expression => {
    if (side.type.name === 'array') return side;
    if (side.type.name === 'unknown') return coerceLiteral(statement, side, given.type);
    return makeArray(statement, [castToCommon(statement, side, element)], element);
  };
  const [a, b] = [asArray(left), asArray(right)];
  if (a.type.element!.name !== b.type.element!.name)
    commonType(
      statement,
      [
        { ...a, type: a.type.element! },
        { ...b, type: TEXT },
      ],
      '||',
    );
  // An array that is NULL adds nothing.
  const sql = `CASE WHEN ${a.sql} IS NULL THEN ${b.sql} WHEN ${b.sql} IS NULL THEN ${a.sql} ELSE rtdp_array_concat(${a.sql}, ${b.sql}) END`;
  return computed(given.type, sql, [a, b], { location });
}

/** `value = any(array)` and `value <> all(array)`. */
export function bindAnyOfArray(
  statement: Statement,
  given: Expression,
  array: Expression,
  negated: boolean,
  location: number | undefined,
): Expression {
  const element = array.type.element!;
  const value = castToCommon(statement, given, element);
  if (!hasOneText(element)) requireOneText(statement, array);
  const found = `rtdp_array_has(${array.sql}, ${searchedItem(statement, value)})`;
  const sql = `CASE WHEN ${array.sql} = '{}' THEN false ELSE ${found} END`;
  return computed(BOOL, negated ? `(NOT (${sql}))` : `(${sql})`, [value, array], { location });
}

/** `array[index]`. */
export function itemOfArray(statement: Statement, array: Expression, index: Expression): Expression {
  const at = castToCommon(statement, index, INT4);
  const item = fromItemText(statement, `rtdp_array_item(${array.sql}, ${at.sql})`, array.type.element!);
  return computed(item.type, item.sql, [array, at], { fallible: item.fallible });
}

export const ARRAY_FUNCTIONS: Record<string, Binder> = {
  cardinality: (call) => {
    counted(call, 1);
    const array = arrayArgument(call, 0);
    return computed(INT4, `rtdp_array_length(${array.sql})`, [array], { location: call.location });
  },
  array_length: sized((sql) => `CASE WHEN ${sql} = '{}' THEN NULL ELSE rtdp_array_length(${sql}) END`),
  array_upper: sized((sql) => `CASE WHEN ${sql} = '{}' THEN NULL ELSE rtdp_array_length(${sql}) END`),
  array_lower: sized((sql) => `CASE WHEN ${sql} = '{}' THEN NULL WHEN ${sql} IS NOT NULL THEN 1 END`),
  array_to_string: toText,
  string_to_array: fromText,
  array_append: (call) => {
    counted(call, 2);
    return joinArrays(call.statement, arrayArgument(call, 0), itemAsArray(call, 1, 0), call.location)!;
  },
  array_prepend: (call) => {
    counted(call, 2);
    return joinArrays(call.statement, itemAsArray(call, 0, 1), arrayArgument(call, 1), call.location)!;
  },
  array_cat: (call) => {
    counted(call, 2);
    return joinArrays(call.statement, arrayArgument(call, 0), arrayArgument(call, 1), call.location)!;
  },
  array_position: (call) => {
    counted(call, 2);
    const array = arrayArgument(call, 0);
    requireOneText(call.statement, array);
    const item = itemArgument(call, 1, array.type);
    const sql = `rtdp_array_position(${array.sql}, ${searched(call, item)})`;
    if (item.literal === null) throw refuseCall(call, 'searching for NULL is not proven.', 'Use unnest.');
    return computed(INT4, sql, [array, item], { location: call.location });
  },
  array_remove: (call) => {
    counted(call, 2);
    const array = arrayArgument(call, 0);
    requireOneText(call.statement, array);
    const item = itemArgument(call, 1, array.type);
    if (item.literal === null) throw refuseCall(call, 'removing NULL is not proven.', 'Use unnest.');
    const sql = `rtdp_array_remove(${array.sql}, ${searched(call, item)})`;
    return computed(array.type, sql, [array, item], { location: call.location });
  },
};

/** NULL is an item that is found as well. */
function searched(call: FunctionCall, item: Expression): string {
  return `coalesce('V' || ${searchedItem(call.statement, item)}, 'N')`;
}

function itemAsArray(call: FunctionCall, index: number, arrayIndex: number): Expression {
  const { element } = arrayArgument(call, arrayIndex).type;
  const given = call.arguments[index]!;
  const item =
    given.literal === null
      ? constant(element, 'NULL', null, call.location)
      : castToCommon(call.statement, given, element);
  return makeArray(call.statement, [item], element);
}
