/** Binds a function in FROM: generate_series and unnest, with or without WITH ORDINALITY, which read the items before them. */
import type { RangeFunction } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { QueryExpressionBinder } from './bind-query-expression.ts';
import { INT8 } from './pg-type.ts';
import { derivedItem, type FromItem, type FromOptions, namesSoFar } from './query-scope.ts';
import { bindList } from './series-lists.ts';

export function bindFunctionItem(options: FromOptions, node: RangeFunction, before: readonly FromItem[]): FromItem {
  const { context, outer, commonTables } = options;
  const { statement } = context;
  const refuse = (what: string, location?: number): Error =>
    statement.refuse(
      'SQL_UNSUPPORTED',
      `${what} is only computed where one Postgres source holds every table of the query.`,
      'Use generate_series(…) or unnest(array).',
      location,
    );
  const [only, second] = node.functions ?? [];
  const parts = only !== undefined && 'List' in only ? (only.List.items ?? []) : [];
  const call = parts[0] !== undefined && 'FuncCall' in parts[0] ? parts[0].FuncCall : undefined;
  if (second !== undefined || node.is_rowsfrom === true) throw refuse('ROWS FROM');
  if (call === undefined || (node.coldeflist ?? []).length > 0) throw refuse('This function in FROM', call?.location);
  const name = namesOf(call.funcname).join('.');
  const binder = new QueryExpressionBinder({
    context,
    names: namesSoFar(context, outer, before),
    commonTables,
    place: 'FROM',
  });
  const list = bindList(statement, binder, call, name, refuse);
  // Who reads nothing of the items before it need not be computed for each of their rows.
  const lateral = list.arguments.some(({ sources, sql }) => sources.size > 0 || /\b[pqw]\d+\./.test(sql))
    ? 'LATERAL '
    : '';
  const ordinality = node.ordinality === true;
  const [inner, engineName] = [context.name('x'), context.name('q')];
  const columns = `SELECT ${list.item(`unnest(${inner}.l)`)} AS c0${ordinality ? `, CAST(generate_subscripts(${inner}.l, 1) AS BIGINT) AS c1` : ''}`;
  const sql = `${lateral}(${columns} FROM (SELECT ${list.sql} AS l) AS ${inner}) AS ${engineName}`;
  // One column of a function is called like its alias.
  const given = [
    { name: node.alias?.aliasname ?? name, type: list.type },
    ...(ordinality ? [{ name: 'ordinality', type: INT8 }] : []),
  ];
  return derivedItem(context, sql, engineName, given, node.alias, name);
}
