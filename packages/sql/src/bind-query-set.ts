/** Binds UNION, INTERSECT, EXCEPT and VALUES: columns of one type on all sides, told apart as Postgres does. */
import type { SelectStmt } from 'libpg-query';
import { QueryExpressionBinder } from './bind-query-expression.ts';
import { limits } from './bind-query-limits.ts';
import { orderedRows, printOrder, readOrder } from './bind-query-order.ts';
import type { Target } from './bind-query-targets.ts';
import { cast, castToCommon, commonType } from './casts.ts';
import { computed, type Expression } from './expression.ts';
import { describeType, type PgType, sameType, TEXT, UNKNOWN } from './pg-type.ts';
import type { BoundSelect, CommonTables, QueryColumn, QueryContext, QueryNames } from './query-context.ts';
import { isCollated, isPlainKey, keySql } from './query-keys.ts';
import { QueryScope } from './query-scope.ts';

/** A column of a branch as an expression; what had no type comes as text and is read as the common type. */
export function branchColumn(column: QueryColumn, sql: string): Expression {
  return computed(column.type, sql, []);
}

/** The column as the type that all sides have. */
export function toCommon(context: QueryContext, column: Expression, type: PgType): Expression {
  if (column.type.name !== 'unknown') return castToCommon(context.statement, column, type);
  return sameType(type, TEXT)
    ? { ...column, type }
    : cast(context.statement, { ...column, type: TEXT }, type, 'explicit');
}

export function bindSetOperation(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  commonTables: CommonTables,
  keepUnknown: boolean,
): BoundSelect {
  const { statement } = context;
  const word = (select.op ?? '').replace('SETOP_', '');
  const sides = [select.larg!, select.rarg!].map((side) => context.bindSelect(side, outer, commonTables, true));
  const [left, right] = sides as [BoundSelect, BoundSelect];
  if (left.columns.length !== right.columns.length) {
    throw statement.refuse(
      'SQL_TYPE_MISMATCH',
      `The sides of ${word} have ${left.columns.length} and ${right.columns.length} columns.`,
      'Give them the same columns.',
      undefined,
    );
  }
  const names = [context.name('q'), context.name('q')];
  const types = left.columns.map((column, index) => {
    const pair = [column, right.columns[index]!];
    if (pair.every(({ type }) => type.name === 'unknown')) return keepUnknown ? UNKNOWN : TEXT;
    return commonType(
      statement,
      pair.map((one) => branchColumn(one, '')),
      word,
    );
  });
  const keyed = select.all !== true && types.some((one) => one.name !== 'unknown' && !isPlainKey(one));
  if (keyed && word !== 'UNION') {
    throw statement.refuse(
      'SQL_UNSUPPORTED',
      `${word} of ${types.map(describeType).join(', ')} without ALL is not proven.`,
      'Cast to text or numeric(p,s).',
      undefined,
    );
  }
  const printed = sides.map((side, number) => {
    const list = side.columns.map((column, index) => {
      const held = branchColumn(column, `${names[number]}.c${index}`);
      const type = types[index]!;
      return `${type.name === 'unknown' ? held.sql : toCommon(context, held, type).sql} AS c${index}`;
    });
    return `(SELECT ${list.join(', ')} FROM (${side.sql}) AS ${names[number]})`;
  });
  const columns = types.map((type, index) => ({ name: left.columns[index]!.name, type }));
  const isAll = select.all === true || keyed;
  let united = `${printed[0]} ${word}${isAll ? ' ALL' : ''} ${printed[1]}`;
  if (keyed) {
    // Values that are equal in different forms are one: they are told apart by their keys.
    const name = context.name('q');
    const keys = types.map((type, index) =>
      keySql(statement, branchColumn({ name: '', type }, `${name}.c${index}`), word),
    );
    united = `SELECT DISTINCT ON (${keys.join(', ')}) ${name}.* FROM (${united}) AS ${name}`;
  }
  return orderWhole(context, select, outer, commonTables, { columns, sql: united });
}

/** ORDER BY and LIMIT over a set operation or VALUES: only by result columns. */
function orderWhole(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  commonTables: CommonTables,
  whole: BoundSelect,
): BoundSelect {
  const tail = limits(context, select, outer, commonTables);
  if (select.sortClause === undefined && tail === '') return whole;
  const { statement } = context;
  const name = context.name('q');
  const scope = new QueryScope(context, null);
  const targets = whole.columns.map(
    (column, index): Target => ({ name: column.name, expression: computed(column.type, `${name}.c${index}`, []) }),
  );
  const binder = new QueryExpressionBinder({ context, names: scope, commonTables, place: 'ORDER BY' });
  const keys = readOrder(statement, select, targets).map(({ sort, target }) => {
    if (target === null) {
      throw statement.refuse(
        'SQL_UNSUPPORTED',
        'A union can only be ordered by its result columns.',
        'Name a result column, or its position.',
        undefined,
      );
    }
    const { expression } = targets[target]!;
    if (isCollated(expression.type)) context.facts.ordersText = true;
    return binder.sortKey(sort, expression.type.name === 'unknown' ? { ...expression, type: TEXT } : expression);
  });
  return orderedRows(whole, name, printOrder(keys), tail);
}

export function bindValues(
  context: QueryContext,
  select: SelectStmt,
  outer: QueryNames | null,
  commonTables: CommonTables,
): BoundSelect {
  const { statement } = context;
  const binder = new QueryExpressionBinder({
    context,
    names: new QueryScope(context, outer),
    commonTables,
    place: 'VALUES',
  });
  const rows = (select.valuesLists ?? []).map((node) =>
    ('List' in node ? (node.List.items ?? []) : []).map((item) => binder.bind(item)),
  );
  const width = rows[0]?.length ?? 0;
  if (rows.some((row) => row.length !== width)) {
    throw statement.refuse(
      'SQL_TYPE_MISMATCH',
      'The rows of VALUES have different lengths.',
      'Give each row the same columns.',
      undefined,
    );
  }
  const types = Array.from({ length: width }, (_, index) =>
    commonType(
      statement,
      rows.map((row) => row[index]!),
      'VALUES',
    ),
  );
  const sql = rows
    .map(
      (row) =>
        `(SELECT ${row.map((value, index) => `${castToCommon(statement, value, types[index]!).sql} AS c${index}`).join(', ')})`,
    )
    .join(' UNION ALL ');
  const columns = types.map((type, index) => ({ name: `column${index + 1}`, type }));
  return orderWhole(context, select, outer, commonTables, { columns, sql });
}
