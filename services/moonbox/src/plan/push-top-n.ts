/** Decides whether a MySQL source can give only the first rows: its order is Postgres', and nothing here could leave one of them out. */

import { isAggregate } from '@rtdp/sql/bind-aggregate';
import { namesOf } from '@rtdp/sql/bind-expression';
import { sortDirection } from '@rtdp/sql/bind-query-expression';
import { walk } from '@rtdp/sql/check-stateless';
import { isFixed, isInteger } from '@rtdp/sql/pg-type';
import { exactMysqlColumn } from '@rtdp/sql/print-mysql';
import type { Node, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { TablesDraft } from './part-draft.ts';
import type { AggregateOptions } from './push-aggregate.ts';

/** ORDER BY and LIMIT for the source, or null. `select`'s FROM and WHERE are all in `draft`; ORDER BY and LIMIT stay here too. */
export function pushTopN(
  select: SelectStmt,
  draft: TablesDraft,
  options: AggregateOptions & { readonly parameters?: readonly (string | null)[] },
): string | null {
  const count = constantCount(select.limitCount, options.parameters);
  const offset = select.limitOffset === undefined ? 0 : constantCount(select.limitOffset, options.parameters);
  if (draft.storeKind !== 'mysql' || count === null || offset === null || needsAllRows(select)) return null;
  const keys: string[] = [];
  for (const sort of select.sortClause ?? []) {
    const key = 'SortBy' in sort ? sortKey(sort, select.targetList ?? [], draft, options) : null;
    if (key === null) return null;
    keys.push(...key);
  }
  return `${keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`} LIMIT ${count + offset}`;
}

/** Rows that are not among the first may still change the result. */
function needsAllRows(select: SelectStmt): boolean {
  if (select.distinctClause !== undefined || select.groupClause !== undefined || select.havingClause !== undefined)
    return true;
  let needed = false;
  walk([select.targetList, select.sortClause], (kind, body) => {
    if (kind !== 'FuncCall') return;
    const { over, funcname } = body as { over?: unknown; funcname?: Node[] };
    if (over !== undefined || isAggregate(namesOf(funcname).join('.'))) needed = true;
  });
  return needed;
}

function constantCount(node: Node | undefined, parameters: readonly (string | null)[] | undefined): number | null {
  let text: string | null | undefined;
  if (node !== undefined && 'A_Const' in node && node.A_Const.ival !== undefined)
    text = String(node.A_Const.ival.ival ?? 0);
  if (node !== undefined && 'ParamRef' in node) text = parameters?.[(node.ParamRef.number ?? 0) - 1];
  return typeof text === 'string' && /^\d{1,9}$/.test(text) ? Number(text) : null;
}

function sortKey(
  sort: Node & { SortBy: import('@rtdp/sql/syntax-tree').SortBy },
  targets: readonly Node[],
  draft: TablesDraft,
  { facts, tables, mysqlNames }: AggregateOptions,
): string[] | null {
  const column = columnMeant(sort.SortBy.node, targets);
  const origin = column === null ? undefined : facts.columns.get(column);
  if (column === null || origin?.table == null || origin.merged || !draft.tables.includes(origin.table)) return null;
  const known = mysqlNames.column(column);
  const sql = known === null ? null : exactMysqlColumn(known);
  if (known === null || sql === null) return null;
  if (
    !isInteger(known.type) &&
    !isFixed(known.type) &&
    !['text', 'varchar', 'date', 'timestamp', 'timestamptz'].includes(known.type.name)
  )
    return null;
  const [direction, , place] = sortDirection(sort.SortBy).split(' ');
  const { nullable } = tables.get(origin.table)!.columns[origin.index]!;
  // MySQL counts NULL as the least value; where it should stand is written out, unless there is none.
  const nulls = !nullable ? [] : [`${sql} IS NULL${place === 'FIRST' ? ' DESC' : ''}`];
  return [...nulls, `${sql} ${direction}`];
}

/** The column that ORDER BY means, by its own name, that of a result column, or a position. */
function columnMeant(node: Node | undefined, targets: readonly Node[]): object | null {
  const columnOf = (target: Node | undefined): object | null =>
    target !== undefined &&
    'ResTarget' in target &&
    target.ResTarget.val !== undefined &&
    'ColumnRef' in target.ResTarget.val
      ? target.ResTarget.val.ColumnRef
      : null;
  if (node === undefined) return null;
  if ('A_Const' in node) return columnOf(targets[(node.A_Const.ival?.ival ?? 0) - 1]);
  if (!('ColumnRef' in node)) return null;
  const path = namesOf(node.ColumnRef.fields);
  if (path.length > 1) return node.ColumnRef;
  const named = targets.filter((target) => 'ResTarget' in target && nameOf(target) === path[0]);
  return named.length === 0 ? node.ColumnRef : columnOf(named[0]);
}

function nameOf(target: Node): string | undefined {
  if (!('ResTarget' in target)) return undefined;
  const { name, val } = target.ResTarget;
  if (name !== undefined) return name;
  return val !== undefined && 'ColumnRef' in val ? namesOf(val.ColumnRef.fields).at(-1) : undefined;
}
