/** Decides whether a MySQL source can give only the first rows: its order is Postgres', and nothing here could leave one of them out. */
import { isAggregate } from '@rtdp/sql/bind-aggregate';
import { namesOf } from '@rtdp/sql/bind-expression';
import { isSeries } from '@rtdp/sql/bind-query-series';
import { walk } from '@rtdp/sql/check-stateless';
import { type MysqlValue, NotProven } from '@rtdp/sql/mysql-value';
import type { PgType } from '@rtdp/sql/pg-type';
import type { MysqlValues } from '@rtdp/sql/print-mysql-value';
import { mysqlSortKeys } from '@rtdp/sql/print-mysql-window';
import { checkedOrder } from '@rtdp/sql/print-mysql-zero-date';
import { resultName } from '@rtdp/sql/result-names';
import { rowLimits } from '@rtdp/sql/row-limits';
import { sortDirection } from '@rtdp/sql/sort-direction';
import { type ColumnRef, columnNode, type Node, type RangeVar, rewrite, type SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PushedRows, SourceRows } from './push-aggregate.ts';

/** The name of the rows in what is left of the SELECT. */
const ROWS = 'first rows';

/** ORDER BY and LIMIT stay here too. Throws NotProven with what is not. */
export function pushTopN(
  select: SelectStmt,
  rows: SourceRows,
  star: (alias: string | undefined) => readonly { name: string; value: MysqlValue }[],
  ownColumn: (reference: object) => { sql: string; type: PgType } | undefined,
): PushedRows {
  const { facts, values } = rows;
  const limits = rowLimits(select, facts);
  if (limits === null || limits.count === null || needsAllRows(select)) throw new NotProven('all rows are needed here');
  const checks: string[] = [];
  const targets = (select.targetList ?? []).flatMap((target): Target[] => {
    if (!('ResTarget' in target)) return [];
    const { name, val } = target.ResTarget;
    if (facts.stars.has(target.ResTarget) && val !== undefined && 'ColumnRef' in val)
      return star(tableOf(val.ColumnRef)).map((column) => ({ name: column.name, print: () => column.value }));
    return [{ name: name ?? (val === undefined ? undefined : resultName(val)), print: () => values.print(val) }];
  });
  const keys = (select.sortClause ?? []).flatMap((node) => {
    if (!('SortBy' in node) || node.SortBy.sortby_dir === 'SORTBY_USING')
      throw new NotProven('an order is not proven there');
    const value = keyMeant(node.SortBy.node, targets, values);
    checks.push(...checkedOrder(value));
    return mysqlSortKeys(value, sortDirection(node.SortBy));
  });
  const columns: { sql: string; type: PgType }[] = [];
  const held = (sql: string, type: PgType): Node => {
    let index = columns.findIndex((column) => column.sql === sql);
    if (index < 0) index = columns.push({ sql, type }) - 1;
    return columnNode(ROWS, `r${index}`);
  };
  const isOfTables = (select.fromClause ?? []).every((node) => 'RangeVar' in node && !facts.cteUses.has(node.RangeVar));
  /** In a subquery, names may mean something else: only columns of tables are told apart from its own. */
  const inside = <T>(tree: T): T =>
    rewrite(tree, (node) => {
      const own = 'ColumnRef' in node ? ownColumn(node.ColumnRef) : undefined;
      return own === undefined ? undefined : held(own.sql, own.type);
    });
  const over = <T>(tree: T): T =>
    rewrite(tree, (node) => {
      if ('SubLink' in node) {
        if (!isOfTables) throw new NotProven('a subquery beside the first rows stays here');
        return inside(node);
      }
      if ('ColumnRef' in node) {
        if (facts.rows.has(node.ColumnRef)) throw new NotProven('a whole row stays here');
        if (!facts.columns.has(node.ColumnRef)) return undefined;
        const { sql, type } = values.print(node);
        return held(sql, type);
      }
      if (!('ResTarget' in node)) return undefined;
      const { name, val } = node.ResTarget;
      if (val === undefined) throw new NotProven('a result column is not known');
      if (facts.stars.has(node.ResTarget) && 'ColumnRef' in val) {
        return star(tableOf(val.ColumnRef)).map(
          (column): Node =>
            ({ ResTarget: { name: column.name, val: held(column.value.sql, column.value.type) } }) as Node,
        );
      }
      return { ResTarget: { name: name ?? resultName(val), val: over(val) } } as Node;
    });
  const standIn: RangeVar = { relname: 'first part', alias: { aliasname: ROWS } };
  const { fromClause: _from, whereClause: _where, ...others } = select;
  const left = Object.fromEntries(Object.entries(others).map(([key, value]) => [key, over(value)])) as SelectStmt;
  const list = columns.length === 0 ? '1' : columns.map(({ sql }) => sql).join(', ');
  const checked = checks.length === 0 ? '' : `${rows.isFiltered ? ' AND ' : ' WHERE '}${checks.join(' AND ')}`;
  const order = keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`;
  return {
    select: { ...left, fromClause: [{ RangeVar: standIn } as Node] },
    sql: `SELECT ${list}${rows.body}${checked}${order} LIMIT ${limits.count + limits.offset}`,
    columns:
      columns.length === 0
        ? [{ name: 'r0', type: { name: 'int4' } }]
        : columns.map(({ type }, index) => ({ name: `r${index}`, type })),
    standIn,
    divides: false,
  };
}

/** Rows that are not among the first may still change the result. */
export function needsAllRows(select: SelectStmt): boolean {
  if (select.distinctClause !== undefined || select.groupClause !== undefined || select.havingClause !== undefined)
    return true;
  let needed = false;
  walk([select.targetList, select.sortClause], (kind, body) => {
    if (kind !== 'FuncCall') return;
    const { over, funcname } = body as { over?: unknown; funcname?: Node[] };
    const name = namesOf(funcname).join('.');
    if (over !== undefined || isAggregate(name) || isSeries(name)) needed = true;
  });
  return needed;
}

/** A column of the result; what `*` stands for is told apart. */
interface Target {
  readonly name: string | undefined;
  print(): MysqlValue;
}

/** The table that `table.*` names. */
function tableOf(star: ColumnRef): string | undefined {
  return namesOf(star.fields).slice(0, -1).at(-1);
}

/** What ORDER BY means: an expression, or a result column by its name or position. Throws NotProven. */
function keyMeant(node: Node | undefined, targets: readonly Target[], values: MysqlValues): MysqlValue {
  if (node !== undefined && 'A_Const' in node) {
    const meant = targets[(node.A_Const.ival?.ival ?? 0) - 1];
    if (meant === undefined) throw new NotProven('an order by a constant is not proven there');
    return meant.print();
  }
  const path = node !== undefined && 'ColumnRef' in node ? namesOf(node.ColumnRef.fields) : [];
  const named = path.length === 1 ? targets.find(({ name }) => name === path[0]) : undefined;
  return named === undefined ? values.print(node) : named.print();
}
