/** Decides how arrays are held in a query: as Postgres prints them, and how items go into one and come out of it. */
import { cast, textOf } from './casts.ts';
import { computed, type Expression, type Statement } from './expression.ts';
import { describeType, engineType, hasOneText, type PgType, TEXT } from './pg-type.ts';
import { keySql } from './query-keys.ts';

/**
 * While they are on the way, the items of an array are one text: each is `N` (NULL) or `V` and its text, in which U+001E and U+001F are
 * escaped; U+001F stands between them. The engine has no lists in what our functions take.
 */
export const PACK_SEPARATOR = 'chr(31)';

export function arrayOf(element: PgType): PgType {
  return { name: 'array', element };
}

/** Types whose texts hold neither of the two characters. */
function isPlainText(type: PgType): boolean {
  return !['text', 'varchar', 'bpchar', 'json', 'jsonb', 'opaque', 'array'].includes(type.name);
}

/** The value as an array writes it, before quotes. */
function itemText(statement: Statement, value: Expression): string {
  if (value.type.name === 'bool') return `left(CAST(${value.sql} AS VARCHAR), 1)`;
  // An array keeps the blanks of a char(n).
  return value.type.name === 'bpchar' ? value.sql : textOf(statement, value).sql;
}

/** One item, packed; never NULL. */
export function packItem(statement: Statement, value: Expression): string {
  if (value.type.name === 'array') {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      'An array of arrays is not proven here.',
      'Make an array of single values.',
      value.location,
    );
  }
  const text = itemText(statement, value);
  return `coalesce('V' || ${isPlainText(value.type) ? text : `rtdp_array_escape(${text})`}, 'N')`;
}

/** The value of a packed item. */
export function unpackItem(statement: Statement, packed: string, type: PgType): Expression {
  return fromItemText(statement, `rtdp_array_unpack(${packed})`, type);
}

/** An item as it came out of an array, as a value of its type. */
export function fromItemText(statement: Statement, text: string, type: PgType): Expression {
  if (engineType(type) === 'VARCHAR') return computed(type, text, []);
  if (type.name === 'bool') return computed(type, `(${text} = 't')`, []);
  const { written: _written, ...plain } = type;
  return { ...cast(statement, computed(TEXT, text, []), plain, 'explicit'), type };
}

/** `ARRAY[…]` of values that have the element's type. */
export function makeArray(statement: Statement, items: readonly Expression[], element: PgType): Expression {
  const type = arrayOf(element);
  if (items.length === 0) return computed(type, `'{}'`, []);
  const packed = items.map((item) => packItem(statement, item)).join(` || ${PACK_SEPARATOR} || `);
  return computed(type, `rtdp_array_make(${packed})`, items);
}

/** An array by whose text equality is decided. Throws where equal items may be written in several ways. */
export function requireOneText(statement: Statement, array: Expression): void {
  const { element } = array.type;
  if (element !== undefined && hasOneText(element)) return;
  throw statement.refuse(
    'SQL_UNSUPPORTED',
    `Comparing ${describeType(array.type)} is not proven.`,
    'Take its items out with unnest.',
    array.location,
  );
}

/** A value as an item that is looked for: its text, where that decides. */
export function searchedItem(statement: Statement, value: Expression): string {
  keySql(statement, value, 'Searching');
  return itemText(statement, value);
}
