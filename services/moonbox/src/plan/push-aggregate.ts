/** Decides whether a MySQL source can group its rows: by columns it compares as Postgres does, with aggregates that are exact there too. */
import { isAggregate } from '@rtdp/sql/bind-aggregate';
import { namesOf } from '@rtdp/sql/bind-expression';
import { comparableMysql, type MysqlValue, NotProven } from '@rtdp/sql/mysql-value';
import { fixedNumeric, isFixed, MAXIMUM_PRECISION, type PgType } from '@rtdp/sql/pg-type';
import { aggregateOf } from '@rtdp/sql/print-mysql-aggregate';
import type { MysqlValues } from '@rtdp/sql/print-mysql-value';
import type { QueryColumn, QueryFacts } from '@rtdp/sql/query-context';
import { resultName } from '@rtdp/sql/result-names';
import {
  columnNode,
  type FuncCall,
  type Node,
  type RangeVar,
  rewrite,
  type SelectStmt,
  type SubLink,
  stringNode,
} from '@rtdp/sql/syntax-tree';

/** The rows of a FROM and WHERE that a MySQL source has all of. */
export interface SourceRows {
  /** FROM and WHERE in its dialect. */
  readonly body: string;
  /** It has a WHERE. */
  readonly isFiltered: boolean;
  readonly values: MysqlValues;
  readonly facts: QueryFacts;
}

/** What a source is sent, and what is left of the SELECT over it. */
export interface PushedRows {
  readonly select: SelectStmt;
  readonly sql: string;
  readonly columns: readonly QueryColumn[];
  readonly standIn: RangeVar;
  /** Averages are divided here. */
  readonly divides: boolean;
}

/** The name of the groups in what is left of the SELECT. */
const GROUPS = 'groups';

/** Throws NotProven with what is not. */
export function pushAggregate(select: SelectStmt, rows: SourceRows): PushedRows {
  if (select.groupDistinct === true || select.windowClause !== undefined)
    throw new NotProven('windows over groups stay here');
  return new AggregatePusher(rows).push(select);
}

/** It reads nothing of the groups around it. */
function isAlone({ testexpr, subselect }: SubLink, facts: QueryFacts): boolean {
  return (
    testexpr === undefined &&
    subselect !== undefined &&
    'SelectStmt' in subselect &&
    !facts.correlated.has(subselect.SelectStmt)
  );
}

class AggregatePusher {
  readonly #rows: SourceRows;
  readonly #keys: { row: string; sql: string; type: PgType }[] = [];
  readonly #aggregates: { sql: string; type: PgType }[] = [];
  #divides = false;

  constructor(rows: SourceRows) {
    this.#rows = rows;
  }

  push(select: SelectStmt): PushedRows {
    for (const node of select.groupClause ?? []) this.#addKey(node, select.targetList ?? []);
    const standIn: RangeVar = { relname: 'grouped part', alias: { aliasname: GROUPS } };
    const { groupClause: _group, havingClause, fromClause: _from, whereClause: _where, ...others } = select;
    const left = Object.fromEntries(
      Object.entries(others).map(([key, value]) => [key, this.#overGroups(value)]),
    ) as SelectStmt;
    const having = havingClause === undefined ? {} : { whereClause: this.#overGroups(havingClause) };
    if (this.#keys.length + this.#aggregates.length === 0) throw new NotProven('it has nothing to group');
    const columns: QueryColumn[] = [
      ...this.#keys.map(({ type }, index) => ({ name: `k${index}`, type })),
      ...this.#aggregates.map(({ type }, index) => ({ name: `a${index}`, type })),
    ];
    const keys = this.#keys.map(({ sql }) => sql);
    const group = keys.length === 0 ? '' : ` GROUP BY ${keys.join(', ')}`;
    return {
      select: { ...left, ...having, fromClause: [{ RangeVar: standIn } as Node] },
      sql: `SELECT ${[...keys, ...this.#aggregates.map(({ sql }) => sql)].join(', ')}${this.#rows.body}${group}`,
      columns,
      standIn,
      divides: this.#divides,
    };
  }

  #addKey(node: Node, targets: readonly Node[]): void {
    let value: Node | undefined = node;
    if ('A_Const' in node) {
      const target = targets[(node.A_Const.ival?.ival ?? 0) - 1];
      value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
    } else if ('ColumnRef' in node) value = this.#rows.facts.groupNames.get(node.ColumnRef) ?? node;
    else if ('GroupingSet' in node) throw new NotProven('grouping sets are not proven there');
    const printed = this.#rows.values.print(value);
    if (printed.constant === true) throw new NotProven('a constant as a key is not proven there');
    if (this.#keys.some((key) => key.row === printed.sql)) return;
    this.#keys.push({ row: printed.sql, sql: comparableMysql(printed), type: printed.type });
  }

  /** The key that the expression is, or null. */
  #keyOf(node: Node): number | null {
    try {
      const { sql } = this.#rows.values.print(node);
      const known = this.#keys.findIndex((key) => key.row === sql);
      return known < 0 ? null : known;
    } catch (error) {
      if (error instanceof NotProven) return null;
      throw error;
    }
  }

  /** The tree with groups in place of rows. */
  #overGroups<T>(tree: T): T {
    const { facts } = this.#rows;
    return rewrite(tree, (node) => {
      if ('SubLink' in node && isAlone(node.SubLink, facts)) return node;
      if ('SubLink' in node || 'GroupingFunc' in node) throw new NotProven('a subquery of each group stays here');
      if (
        'FuncCall' in node &&
        node.FuncCall.over === undefined &&
        isAggregate(namesOf(node.FuncCall.funcname).join('.'))
      ) {
        return this.#aggregate(node.FuncCall, facts.types.get(node));
      }
      if ('FuncCall' in node || 'A_Expr' in node || 'CaseExpr' in node || 'CoalesceExpr' in node) {
        const key = this.#keyOf(node);
        if (key !== null) return columnNode(GROUPS, `k${key}`);
      }
      if ('ColumnRef' in node) {
        // A name that was not looked up means a result column.
        if (!facts.columns.has(node.ColumnRef)) return undefined;
        const key = this.#keyOf(node);
        if (key === null) throw new NotProven('a column that the key determines stays here');
        return columnNode(GROUPS, `k${key}`);
      }
      if ('ResTarget' in node) {
        const { name, val } = node.ResTarget;
        if (facts.stars.has(node.ResTarget) || val === undefined)
          throw new NotProven('all columns of groups stay here');
        return { ResTarget: { name: name ?? resultName(val), val: this.#overGroups(val) } } as Node;
      }
      return undefined;
    });
  }

  #aggregate(call: FuncCall, type: PgType | undefined): Node {
    const { values } = this.#rows;
    const name = namesOf(call.funcname).join('.');
    if (type === undefined) throw new NotProven('the type of an aggregate is not known');
    if (name !== 'avg') return this.#held(aggregateOf(values, call, name, type), type);
    // The source's own average has other digits: the sum is divided here.
    const argument = values.print(call.args?.[0]);
    const total = fixedNumeric(MAXIMUM_PRECISION, isFixed(argument.type) ? argument.type.scale : 0);
    const sum = this.#held(aggregateOf(values, call, 'sum', total), total);
    const count = aggregateOf(values, call, 'count', type);
    this.#divides = true;
    return {
      A_Expr: {
        kind: 'AEXPR_OP',
        name: [stringNode('/')],
        lexpr: sum,
        rexpr: this.#held(count, count.type),
        location: call.location,
      },
    } as Node;
  }

  #held({ sql }: MysqlValue, type: PgType): Node {
    let index = this.#aggregates.findIndex((known) => known.sql === sql && known.type.name === type.name);
    if (index < 0) index = this.#aggregates.push({ sql, type }) - 1;
    return columnNode(GROUPS, `a${index}`);
  }
}
