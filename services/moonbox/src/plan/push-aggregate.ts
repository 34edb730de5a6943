/** Decides whether a MySQL source can group its rows: by columns it compares as Postgres does, with aggregates that are exact there too. */
import { isAggregate } from '@rtdp/sql/bind-aggregate';
import { namesOf } from '@rtdp/sql/bind-expression';
import { fixedNumeric, INT8, isFixed, isInteger, MAXIMUM_PRECISION, type PgType } from '@rtdp/sql/pg-type';
import type { MysqlNames } from '@rtdp/sql/print-mysql';
import { printMysqlExpression } from '@rtdp/sql/print-mysql-expression';
import type { QueryColumn, QueryFacts } from '@rtdp/sql/query-context';
import { resultName } from '@rtdp/sql/result-names';
import {
  columnNode,
  type FuncCall,
  type Node,
  type RangeVar,
  rewrite,
  type SelectStmt,
  stringNode,
} from '@rtdp/sql/syntax-tree';
import type { PlannerTable } from './contract.ts';
import type { AggregateDraft, TablesDraft } from './part-draft.ts';

export interface AggregateOptions {
  readonly facts: QueryFacts;
  readonly tables: ReadonlyMap<RangeVar, PlannerTable>;
  readonly mysqlNames: MysqlNames;
}

/** The name of the groups in what is left of the SELECT. */
const GROUPS = 'groups';

/** Thrown inside, where something is not proven. */
class NotPushed extends Error {}

/** `select`'s FROM and WHERE are all in `draft`. Returns the part and what is left of the SELECT, or null. */
export function pushAggregate(
  select: SelectStmt,
  draft: TablesDraft,
  options: AggregateOptions,
): { select: SelectStmt; draft: AggregateDraft } | null {
  if (draft.storeKind !== 'mysql' || select.groupDistinct === true || select.windowClause !== undefined) return null;
  try {
    return new AggregatePusher(draft, options).push(select);
  } catch (error) {
    if (error instanceof NotPushed) return null;
    throw error;
  }
}

class AggregatePusher {
  readonly #draft: TablesDraft;
  readonly #options: AggregateOptions;
  readonly #keys: { sql: string; type: PgType }[] = [];
  readonly #aggregates: { sql: string; type: PgType }[] = [];

  constructor(draft: TablesDraft, options: AggregateOptions) {
    this.#draft = draft;
    this.#options = options;
  }

  push(select: SelectStmt): { select: SelectStmt; draft: AggregateDraft } {
    for (const node of select.groupClause ?? []) this.#key(node, select.targetList ?? []);
    const standIn: RangeVar = { relname: 'grouped part', alias: { aliasname: GROUPS } };
    const { groupClause: _group, havingClause, fromClause: _from, whereClause: _where, ...others } = select;
    const left = Object.fromEntries(
      Object.entries(others).map(([key, value]) => [key, this.#overGroups(value)]),
    ) as SelectStmt;
    const having = havingClause === undefined ? {} : { whereClause: this.#overGroups(havingClause) };
    if (this.#keys.length + this.#aggregates.length === 0) throw new NotPushed();
    const columns: QueryColumn[] = [
      ...this.#keys.map(({ type }, index) => ({ name: `k${index}`, type })),
      ...this.#aggregates.map(({ type }, index) => ({ name: `a${index}`, type })),
    ];
    const { store, tables, conditions } = this.#draft;
    const [keys, aggregates] = [this.#keys, this.#aggregates].map((list) => list.map(({ sql }) => sql));
    return {
      select: { ...left, ...having, fromClause: [{ RangeVar: standIn } as Node] },
      draft: { kind: 'aggregate', store, tables, conditions, keys: keys!, aggregates: aggregates!, columns, standIn },
    };
  }

  #key(node: Node, targets: readonly Node[]): void {
    let value: Node | undefined = node;
    if ('A_Const' in node) {
      const target = targets[(node.A_Const.ival?.ival ?? 0) - 1];
      value = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
    } else if ('ColumnRef' in node) value = this.#options.facts.groupNames.get(node.ColumnRef) ?? node;
    this.#keyIndex(value, true);
  }

  #keyIndex(node: Node | undefined, add: boolean): number {
    const { sql, type } = this.#expression(node);
    const known = this.#keys.findIndex((key) => key.sql === sql);
    if (known >= 0) return known;
    if (!add) throw new NotPushed();
    this.#keys.push({ sql, type });
    return this.#keys.length - 1;
  }

  /** An expression over columns of the tables that has the same value at the source, and may be compared there. */
  #expression(node: Node | undefined): { sql: string; type: PgType } {
    const { facts, mysqlNames } = this.#options;
    const names: MysqlNames = {
      ...mysqlNames,
      column: (reference) => {
        const origin = facts.columns.get(reference);
        const isOwn = origin?.table != null && !origin.merged && this.#draft.tables.includes(origin.table);
        return isOwn ? mysqlNames.column(reference) : null;
      },
    };
    const printed =
      node !== undefined && 'A_Const' in node
        ? null
        : printMysqlExpression(node, names, (part) => facts.types.get(part));
    if (printed === null) throw new NotPushed();
    return printed;
  }

  /** The key that the expression is, or null. */
  #keyOf(node: Node): number | null {
    try {
      const { sql } = this.#expression(node);
      const known = this.#keys.findIndex((key) => key.sql === sql);
      return known < 0 ? null : known;
    } catch (error) {
      if (error instanceof NotPushed) return null;
      throw error;
    }
  }

  /** The tree with groups in place of rows. */
  #overGroups<T>(tree: T): T {
    const { facts } = this.#options;
    return rewrite(tree, (node) => {
      if ('SubLink' in node || 'GroupingFunc' in node) throw new NotPushed();
      if (
        'FuncCall' in node &&
        node.FuncCall.over === undefined &&
        isAggregate(namesOf(node.FuncCall.funcname).join('.'))
      ) {
        return this.#aggregate(node.FuncCall, facts.types.get(node));
      }
      if ('FuncCall' in node || 'A_Expr' in node) {
        const key = this.#keyOf(node);
        if (key !== null) return columnNode(GROUPS, `k${key}`);
      }
      if ('ColumnRef' in node) {
        // A name that was not looked up means a result column.
        return facts.columns.has(node.ColumnRef) ? columnNode(GROUPS, `k${this.#keyIndex(node, false)}`) : undefined;
      }
      if ('ResTarget' in node) {
        const { name, val } = node.ResTarget;
        if (facts.stars.has(node.ResTarget) || val === undefined) throw new NotPushed();
        return { ResTarget: { name: name ?? resultName(val), val: this.#overGroups(val) } } as Node;
      }
      return undefined;
    });
  }

  #aggregate(call: FuncCall, type: PgType | undefined): Node {
    const name = namesOf(call.funcname).join('.');
    if (type === undefined || call.agg_filter !== undefined || call.agg_order !== undefined) throw new NotPushed();
    const distinct = call.agg_distinct === true ? 'DISTINCT ' : '';
    if (call.agg_star === true) return this.#held('COUNT(*)', INT8);
    const [argument] = call.args ?? [];
    if (name === 'count') return this.#held(`COUNT(${distinct}${this.#counted(argument, distinct !== '')})`, INT8);
    const column = this.#expression(argument);
    const isNumber = isInteger(column.type) || isFixed(column.type);
    if (name === 'min' || name === 'max') return this.#held(`${name.toUpperCase()}(${column.sql})`, type);
    if (!isNumber) throw new NotPushed();
    if (name === 'sum') return this.#held(`SUM(${distinct}${column.sql})`, type);
    if (name !== 'avg') throw new NotPushed();
    // The source's own average has other digits: the sum is divided here.
    const total = fixedNumeric(MAXIMUM_PRECISION, isFixed(column.type) ? column.type.scale : 0);
    const sum = this.#held(`SUM(${distinct}${column.sql})`, total);
    const count = this.#held(`COUNT(${distinct}${column.sql})`, INT8);
    return {
      A_Expr: { kind: 'AEXPR_OP', name: [stringNode('/')], lexpr: sum, rexpr: count, location: call.location },
    } as Node;
  }

  /** Counting needs no comparison, unless each value is counted once. */
  #counted(argument: Node | undefined, distinct: boolean): string {
    if (distinct) return this.#expression(argument).sql;
    const column =
      argument !== undefined && 'ColumnRef' in argument ? this.#options.mysqlNames.column(argument.ColumnRef) : null;
    const origin =
      argument !== undefined && 'ColumnRef' in argument
        ? this.#options.facts.columns.get(argument.ColumnRef)
        : undefined;
    if (column === null || origin?.table == null || !this.#draft.tables.includes(origin.table)) throw new NotPushed();
    return column.sql;
  }

  #held(sql: string, type: PgType): Node {
    let index = this.#aggregates.findIndex((known) => known.sql === sql && known.type.name === type.name);
    if (index < 0) {
      index = this.#aggregates.length;
      this.#aggregates.push({ sql, type });
    }
    return columnNode(GROUPS, `a${index}`);
  }
}
