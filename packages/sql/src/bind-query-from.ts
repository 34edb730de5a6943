/** Binds the FROM of a query: tables, subqueries, functions, CTEs and joins. */
import type { Node, RangeSubselect, RangeVar } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { locationOf } from './bind-from.ts';
import { bindFunctionItem } from './bind-query-function.ts';
import { bindJoin } from './bind-query-join.ts';
import { constructName } from './construct-name.ts';
import { checkAlias, derivedItem, type FromItem, type FromOptions, namesSoFar, visible } from './query-scope.ts';

/** The engine's SQL of FROM, without the word; empty where there is none. Its names are visible in `scope` afterwards. */
export function bindQueryFrom(options: FromOptions, nodes: readonly Node[]): string {
  const items: FromItem[] = [];
  const joined = new Map<object, string>();
  for (const node of nodes) {
    const item = bindItem(options, node, items, joined);
    for (const table of item.tables) checkAlias(options.context, table, items, locationOf(node));
    items.push(item);
  }
  options.scope.show(items);
  return items
    .map(({ sql }) => sql)
    .filter((sql) => sql !== '')
    .join(', ');
}

function bindItem(
  options: FromOptions,
  node: Node,
  before: readonly FromItem[],
  joined: Map<object, string>,
): FromItem {
  if ('RangeVar' in node) return bindTable(options, node.RangeVar, joined);
  if ('RangeSubselect' in node) return bindSubselect(options, node.RangeSubselect, before);
  if ('JoinExpr' in node) return bindJoin(options, node.JoinExpr, before, joined, bindItem);
  if ('RangeFunction' in node) return bindFunctionItem(options, node.RangeFunction, before);
  throw options.context.statement.refuse(
    'SQL_UNSUPPORTED',
    `${constructName(Object.keys(node)[0]!)} in FROM is only computed where one Postgres source holds every table of the query.`,
    'Read a table, a subquery or a WITH query.',
    locationOf(node),
  );
}

function bindTable(options: FromOptions, node: RangeVar, joined: Map<object, string>): FromItem {
  const { context, commonTables } = options;
  const common = node.schemaname === undefined ? commonTables.get(node.relname!) : undefined;
  if (common !== undefined) {
    context.facts.cteUses.set(node, common.node);
    const name = context.name('q');
    return derivedItem(context, `${common.engineName} AS ${name}`, name, common.columns, node.alias, node.relname!);
  }
  const table = context.options.findTable(node);
  context.facts.tables.set(node, table);
  const known = table.joined === undefined ? undefined : joined.get(table.joined);
  const name = known ?? context.name('q');
  if (table.joined !== undefined) joined.set(table.joined, name);
  const alias = node.alias?.aliasname ?? node.relname!;
  const names = namesOf(node.alias?.colnames);
  const columns = table.columns.map((column, index) =>
    visible(names[index] ?? column.name, alias, column.type, `${name}.${column.held}`, {
      table: node,
      index,
      merged: false,
    }),
  );
  const renamed = new Map(table.columns.map((column, index) => [column.name, names[index] ?? column.name]));
  return {
    sql: known === undefined ? `${table.engineTable} AS ${name}` : '',
    columns,
    tables: [
      {
        alias,
        schema: node.alias === undefined ? node.schemaname : undefined,
        columns,
        primaryKey: table.primaryKey.map((column) => renamed.get(column)!),
      },
    ],
  };
}

function bindSubselect(options: FromOptions, node: RangeSubselect, before: readonly FromItem[]): FromItem {
  const { context, commonTables } = options;
  const { subquery, lateral, alias } = node;
  if (subquery === undefined || !('SelectStmt' in subquery)) {
    throw context.statement.refuse('SQL_UNSUPPORTED', 'This subquery is not a SELECT.', 'Write a SELECT.', undefined);
  }
  // The level of the items so far is not that of the statement: its own depth must not count.
  const outer = lateral === true ? namesSoFar(options.context, options.outer, before) : options.outer;
  const bound = context.bindSelect(subquery.SelectStmt, outer, commonTables);
  const name = context.name('q');
  const sql = `${lateral === true ? 'LATERAL ' : ''}(${bound.sql}) AS ${name}`;
  return derivedItem(context, sql, name, bound.columns, alias, '');
}
