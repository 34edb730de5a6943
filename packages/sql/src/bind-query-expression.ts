/** Binds the expressions of a query: what a flow may compute, and subqueries, aggregates, windows, parameters and the time of the statement. */
import type { FuncCall, GroupingFunc, Node, SortBy, SubLink } from 'libpg-query';
import { bindAggregate, isAggregate } from './bind-aggregate.ts';
import { ExpressionBinder, namesOf } from './bind-expression.ts';
import { bindAnyOf, bindArray, bindItem, castToArray } from './bind-query-array.ts';
import { intervalWithUnit, moveConstant, timeOfStatement } from './bind-query-moment.ts';
import { bindRowComparison, partsOfRow } from './bind-query-rows.ts';
import { bindSeries, isSeries, misplacedSeries } from './bind-query-series.ts';
import { bindSubquery } from './bind-query-subquery.ts';
import { bindRowJson } from './bind-whole-row.ts';
import { bindWindow, type WindowClause } from './bind-window.ts';
import { cast } from './casts.ts';
import { computed, constant, type Expression, Refusal } from './expression.ts';
import type { FunctionCall } from './function-call.ts';
import { coerceLiteral } from './literals.ts';
import { intervalArguments } from './moment-making.ts';
import { BOOL, type PgType, TEXT, UNKNOWN } from './pg-type.ts';
import type { CommonTables, QueryContext, QueryNames, ResolvedColumn } from './query-context.ts';
import { bindQueryFunction } from './query-functions.ts';
import { isCollated, keySql } from './query-keys.ts';
import { bindQueryOperator } from './query-operators.ts';
import { sortDirection } from './sort-direction.ts';

/** What GROUP BY leaves of the rows: an expression is either one of its keys, or made of keys and aggregates. */
export interface Grouping {
  /** The key with this SQL over the rows, as the groups hold it; null where there is none. */
  findKey(sql: string, type: PgType): Expression | null;
  /** Holds an aggregate over the rows and says what the groups call it. */
  addAggregate(aggregate: Expression): Expression;
  /** A column that is not grouped but depends on a grouped key; null where it does not. */
  findDependent(column: ResolvedColumn): Expression | null;
  findGrouping(call: GroupingFunc): Expression;
  /** Binds over the rows that are grouped. */
  readonly rows: QueryExpressionBinder;
}

export interface QueryBinderOptions {
  readonly context: QueryContext;
  readonly names: QueryNames;
  readonly commonTables: CommonTables;
  /** Absent in WHERE, ON and GROUP BY, and in the arguments of aggregates. */
  readonly grouping?: Grouping;
  /** Present where window functions may stand. */
  readonly windows?: ReadonlyMap<string, WindowClause>;
  /** Subqueries that were asked already. */
  readonly known?: ReadonlyMap<SubLink, Expression>;
  /** Functions of several rows that may stand here. */
  readonly series?: ReadonlySet<FuncCall>;
  /** What an aggregate is told here, where it may not stand. */
  readonly place: string;
}

export class QueryExpressionBinder extends ExpressionBinder {
  readonly options: QueryBinderOptions;
  readonly context: QueryContext;

  constructor(options: QueryBinderOptions) {
    super(options.context.statement, { resolve: options.names.resolve });
    this.options = options;
    this.context = options.context;
  }

  override bind(node: Node | undefined): Expression {
    if (node === undefined) return super.bind(node);
    const expression = this.#groupKey(node) ?? this.#bindNode(node);
    this.context.facts.types.set(node, expression.type);
    return expression;
  }

  #bindNode(node: Node): Expression {
    if ('ColumnRef' in node) {
      const path = namesOf(node.ColumnRef.fields);
      if (path.includes('*')) return super.bind(node);
      const column = this.options.names.resolve(path, node.ColumnRef.location);
      if (column.origin !== undefined) this.context.facts.columns.set(node.ColumnRef, column.origin);
      return this.#ungrouped(column);
    }
    if ('FuncCall' in node) return this.#functionCall(node.FuncCall, node);
    if ('SubLink' in node) return this.options.known?.get(node.SubLink) ?? this.#subquery(node.SubLink);
    if ('GroupingFunc' in node) return this.#grouping(node.GroupingFunc);
    if ('ParamRef' in node) return this.#parameter(node.ParamRef.number ?? 0, node.ParamRef.location);
    if ('SQLValueFunction' in node)
      return timeOfStatement(this.context, node.SQLValueFunction.op ?? '', node.SQLValueFunction.location);
    if ('NullTest' in node && node.NullTest.arg !== undefined && 'ParamRef' in node.NullTest.arg) {
      const value = coerceLiteral(this.statement, this.bind(node.NullTest.arg), TEXT);
      const not = node.NullTest.nulltesttype === 'IS_NOT_NULL' ? 'NOT ' : '';
      return computed(BOOL, `(${value.sql} IS ${not}NULL)`, [value]);
    }
    if ('TypeCast' in node) {
      const worded = intervalWithUnit(node);
      if (worded !== null) return super.bind(worded);
      if ((node.TypeCast.typeName?.arrayBounds ?? []).length > 0) return castToArray(this, node.TypeCast);
    }
    if ('A_Expr' in node && partsOfRow(node.A_Expr.lexpr) !== null)
      return bindRowComparison(this, this.context, node.A_Expr);
    if ('A_ArrayExpr' in node) return bindArray(this, node.A_ArrayExpr.elements ?? [], null);
    if ('A_Indirection' in node) return bindItem(this, node.A_Indirection);
    if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_OP') {
      const folded = moveConstant(this, node.A_Expr);
      if (folded !== null) return folded;
    }
    if ('A_Expr' in node && (node.A_Expr.kind === 'AEXPR_OP_ALL' || node.A_Expr.kind === 'AEXPR_OP_ANY')) {
      const list = node.A_Expr.rexpr;
      if (list !== undefined && !('A_ArrayExpr' in list)) return bindAnyOf(this, node.A_Expr);
    }
    if ('MinMaxExpr' in node) {
      const bound = super.bind(node);
      if (isCollated(bound.type)) this.context.facts.ordersText = true;
      return bound;
    }
    return super.bind(node);
  }

  protected override bindBinary(
    operator: string,
    left: Expression,
    right: Expression,
    location: number | undefined,
  ): Expression {
    if (['<', '<=', '>', '>='].includes(operator)) this.context.facts.ordersText ||= isCollated(left.type);
    return bindQueryOperator(this.statement, operator, left, right, location);
  }

  protected override bindCall(call: FunctionCall): Expression {
    return bindQueryFunction(call);
  }

  #groupKey(node: Node): Expression | null {
    const { grouping } = this.options;
    if (grouping === undefined || 'A_Const' in node || 'ParamRef' in node || 'SubLink' in node) return null;
    try {
      const row = grouping.rows.bind(node);
      return grouping.findKey(row.sql, row.type);
    } catch (error) {
      if (error instanceof Refusal) return null;
      throw error;
    }
  }

  #ungrouped(column: ResolvedColumn): Expression {
    const { grouping } = this.options;
    if (grouping === undefined || (column.depth ?? 0) > 0) return column;
    const dependent = grouping.findDependent(column);
    if (dependent !== null) return dependent;
    throw this.statement.refuse(
      'SQL_NOT_GROUPED',
      'The column is neither in GROUP BY nor inside an aggregate.',
      'Add it to GROUP BY, or aggregate it.',
      column.location,
    );
  }

  #grouping(call: GroupingFunc): Expression {
    const { grouping, place } = this.options;
    if (grouping !== undefined) return grouping.findGrouping(call);
    throw this.statement.refuse(
      'SQL_MISPLACED',
      `GROUPING may not stand in ${place}.`,
      'Use it beside GROUP BY.',
      call.location,
    );
  }

  #functionCall(call: FuncCall, node: Node): Expression {
    const name = namesOf(call.funcname).join('.');
    const { grouping, windows, place } = this.options;
    if (call.over !== undefined) {
      if (windows === undefined) {
        throw this.statement.refuse(
          'SQL_MISPLACED',
          `A window function may not stand in ${place}.`,
          'Compute it in a subquery.',
          call.location,
        );
      }
      return bindWindow(this, call, name, windows);
    }
    if (isAggregate(name)) {
      if (grouping === undefined) {
        throw this.statement.refuse(
          'SQL_MISPLACED',
          `An aggregate may not stand in ${place}.`,
          'Use HAVING, or a subquery.',
          call.location,
        );
      }
      return grouping.addAggregate(bindAggregate(grouping.rows, call, name));
    }
    if (['now', 'transaction_timestamp', 'statement_timestamp'].includes(name) && (call.args ?? []).length === 0) {
      return timeOfStatement(this.context, 'SVFOP_CURRENT_TIMESTAMP', call.location);
    }
    const row = this.#bindRow(call, name);
    if (row !== null) return row;
    if (isSeries(name)) {
      if (this.options.series?.has(call) === true) return bindSeries(this, call, name);
      throw misplacedSeries(this, call, name);
    }
    if (name === 'age' && call.args?.length === 1) {
      const today = { SQLValueFunction: { op: 'SVFOP_CURRENT_DATE', location: call.location } } as Node;
      return super.bind({ FuncCall: { ...call, args: [today, ...call.args] } } as Node);
    }
    if (name === 'make_interval') {
      const args = intervalArguments(call.args ?? []);
      if (args !== null) return super.bind({ FuncCall: { ...call, args } } as Node);
    }
    return super.bind(node);
  }

  #bindRow(call: FuncCall, name: string): Expression | null {
    const { statement, context } = this;
    const { names, grouping } = this.options;
    const bind = (part: Node): Expression => this.bind(part);
    return bindRowJson({ statement, facts: context.facts, names, isGrouped: grouping !== undefined, bind }, call, name);
  }

  rowJson(node: Node | undefined): Expression | null {
    return node === undefined ? null : this.#bindRow({ args: [node] }, 'to_json');
  }

  #parameter(number: number, location: number | undefined): Expression {
    const { parameters, parameterTypes } = this.context.options;
    this.context.facts.readsParameter = true;
    if (parameters !== undefined && (number < 1 || number > parameters.length)) {
      throw this.statement.refuse(
        'SQL_PLACEHOLDER',
        `There is no value for $${number}: ${parameters.length} were given.`,
        'Give a value for each parameter.',
        location,
      );
    }
    const literal = parameters?.[number - 1] ?? null;
    const value: Expression = { ...constant(UNKNOWN, 'NULL', literal, location), parameter: number };
    const declared = parameterTypes?.[number - 1];
    if (declared === undefined || declared.name === 'unknown') {
      if (!this.statement.parameterTypes.has(number)) this.statement.parameterTypes.set(number, UNKNOWN);
      return value;
    }
    return cast(this.statement, value, declared, 'explicit');
  }

  #subquery(link: SubLink): Expression {
    const { context } = this;
    const { commonTables } = this.options;
    const outer: QueryNames = { resolve: (path, location) => this.#outerColumn(path, location) };
    return bindSubquery({ binder: this, context, commonTables, outer }, link);
  }

  /** What a subquery sees of this level: rows, or what grouping left of them. */
  #outerColumn(path: readonly string[], location: number | undefined): ResolvedColumn {
    const column = this.options.names.resolve(path, location);
    const { grouping } = this.options;
    if (grouping === undefined || (column.depth ?? 0) > 0) return column;
    const held = grouping.findKey(column.sql, column.type) ?? grouping.findDependent(column);
    if (held === null) return { ...this.#ungrouped(column) };
    const { origin, depth } = column;
    return { ...held, ...(origin === undefined ? {} : { origin }), ...(depth === undefined ? {} : { depth }) };
  }

  /** The SQL by which rows are ordered, with Postgres' place for NULLs. */
  sortKey(sort: SortBy, expression: Expression): string {
    if (sort.sortby_dir === 'SORTBY_USING') {
      throw this.statement.refuse(
        'SQL_UNSUPPORTED',
        'ORDER BY … USING is not proven.',
        'Use ASC or DESC.',
        sort.location,
      );
    }
    const value = expression.type.name === 'unknown' ? coerceLiteral(this.statement, expression, TEXT) : expression;
    if (isCollated(value.type)) this.context.facts.ordersText = true;
    return `${keySql(this.statement, value, 'Ordering')} ${sortDirection(sort)}`;
  }
}
