/** Binds the subqueries of expressions: EXISTS, IN and other comparisons, values, and ARRAY(…). */
import type { Node, SubLink } from 'libpg-query';
import { arrayOf, PACK_SEPARATOR, packItem } from './array-values.ts';
import { type ExpressionBinder, namesOf } from './bind-expression.ts';
import { compareRows, partsOfRow } from './bind-query-rows.ts';
import { castToCommon, commonType } from './casts.ts';
import { compare } from './comparison.ts';
import { computed, type Expression } from './expression.ts';
import { coerceLiteral } from './literals.ts';
import { BOOL, isString, type PgType, TEXT } from './pg-type.ts';
import type { BoundSelect, CommonTables, QueryContext, QueryNames } from './query-context.ts';
import { isCollated, keySql } from './query-keys.ts';

export interface SubqueryLevel {
  /** Binds what is compared with it. */
  readonly binder: ExpressionBinder;
  readonly context: QueryContext;
  readonly commonTables: CommonTables;
  /** What it sees of the level around. */
  readonly outer: QueryNames;
}

/** A subquery of an expression of this level. */
export function bindSubquery(level: SubqueryLevel, link: SubLink): Expression {
  const { binder, context } = level;
  const { statement } = binder;
  const { location } = link;
  const refuse = (what: string): Error =>
    statement.refuse(
      'SQL_UNSUPPORTED',
      `${what} is only computed where one Postgres source holds every table of the query.`,
      'Write it with EXISTS or a join.',
      location,
    );
  if (link.subselect === undefined || !('SelectStmt' in link.subselect)) throw refuse('This subquery');
  const bound = context.bindSelect(link.subselect.SelectStmt, level.outer, level.commonTables);
  const [column, second] = bound.columns;
  if (link.subLinkType === 'EXISTS_SUBLINK') return computed(BOOL, `EXISTS (${bound.sql})`, [], { location });
  const row = partsOfRow(link.testexpr);
  if (row !== null) return rowInSubquery(level, link, row, bound);
  if (second !== undefined || column === undefined) {
    throw statement.refuse(
      'SQL_TYPE_MISMATCH',
      'The subquery gives more than one column.',
      'Select one column.',
      location,
    );
  }
  if (link.subLinkType === 'EXPR_SUBLINK') {
    return computed(column.type, `(${bound.sql})`, [], { fallible: true, location });
  }
  if (link.subLinkType === 'ARRAY_SUBLINK') {
    const item: Expression = {
      ...computed(column.type.name === 'unknown' ? TEXT : column.type, 's.c0', []),
      location,
    };
    const packed = `SELECT ${packItem(statement, item)} FROM (${bound.sql}) AS s`;
    const sql = `coalesce(rtdp_array_make(array_to_string(ARRAY(${packed}), ${PACK_SEPARATOR})), '{}')`;
    return computed(arrayOf(item.type), sql, [], { location });
  }
  if (link.subLinkType !== 'ANY_SUBLINK' && link.subLinkType !== 'ALL_SUBLINK') throw refuse('This kind of subquery');
  if (link.testexpr === undefined) throw refuse('This subquery');
  const operator = namesOf(link.operName).join('.') || '=';
  if (!['=', '<>', '<', '<=', '>', '>='].includes(operator)) throw refuse(`${operator} with ANY or ALL`);
  const value = binder.bind(link.testexpr);
  const inner: Expression = { ...computed(column.type, 's.c0', []), location };
  const typed = value.type.name === 'unknown' ? coerceLiteral(statement, value, column.type) : value;
  // Refuses what may not be compared.
  compare(statement, operator, typed, inner, location);
  if (operator !== '=' && operator !== '<>' && isCollated(typed.type)) context.facts.ordersText = true;
  const type = commonType(statement, [typed, inner], 'The comparison with a subquery');
  const [a, b] = [typed, inner].map((side) => keySql(statement, comparable(binder, side, type), 'Comparing'));
  const subquery = `SELECT ${b} FROM (${bound.sql}) AS s`;
  const all = link.subLinkType === 'ALL_SUBLINK';
  const sql =
    !all && operator === '='
      ? `(${a} IN (${subquery}))`
      : all && operator === '<>'
        ? `(${a} NOT IN (${subquery}))`
        : `(${a} ${operator} ${all ? 'ALL' : 'ANY'} (${subquery}))`;
  return computed(BOOL, sql, [value], { location });
}

/** `(a, b) IN (SELECT …)`: true where a row is equal, else NULL where one may be, else false. */
function rowInSubquery(level: SubqueryLevel, link: SubLink, nodes: readonly Node[], bound: BoundSelect): Expression {
  const { binder, context } = level;
  const { statement } = binder;
  const { location } = link;
  const operator = namesOf(link.operName).join('.') || '=';
  if (link.subLinkType !== 'ANY_SUBLINK' || operator !== '=') {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      'Of comparisons of rows with a subquery, only IN is proven.',
      'Write it with EXISTS.',
      location,
    );
  }
  const row = nodes.map((node) => binder.bind(node));
  const name = context.name('s');
  const columns = bound.columns.map(({ type }, index) => computed(type, `${name}.c${index}`, []));
  const equal = compareRows(statement, '=', row, columns, location);
  const some = (condition: string): string => `EXISTS (SELECT 1 FROM (${bound.sql}) AS ${name} WHERE ${condition})`;
  const sql = `CASE WHEN ${some(equal.sql)} THEN true WHEN ${some(`${equal.sql} IS NULL`)} THEN NULL ELSE false END`;
  return { ...computed(BOOL, sql, row, { location }), holdsWhere: some(equal.sql) };
}

function comparable(binder: ExpressionBinder, value: Expression, type: PgType): Expression {
  return isString(type) && isString(value.type) && type.name === 'bpchar'
    ? value
    : castToCommon(binder.statement, value, type);
}
