/** Binds the expressions of a query: what a flow may compute, and subqueries, aggregates, windows, parameters and the time of the statement. */
import type { A_Expr, A_Indirection, FuncCall, GroupingFunc, Node, SortBy, SubLink, TypeCast } from 'libpg-query';
import { bindAnyOfArray, itemOfArray } from './array-functions.ts';
import { arrayOf, makeArray, PACK_SEPARATOR, packItem } from './array-values.ts';
import { bindAggregate, isAggregate } from './bind-aggregate.ts';
import { ExpressionBinder, namesOf } from './bind-expression.ts';
import { compareRows, partsOfRow, rowInList } from './bind-query-rows.ts';
import { bindSeries, isSeries, misplacedSeries } from './bind-query-series.ts';
import { bindRowJson } from './bind-whole-row.ts';
import { bindWindow, type WindowClause } from './bind-window.ts';
import { cast, castToCommon, commonType } from './casts.ts';
import { compare } from './comparison.ts';
import { computed, constant, type Expression, Refusal } from './expression.ts';
import { foldMoment } from './fold-moment.ts';
import type { FunctionCall } from './function-call.ts';
import { coerceLiteral, readArrayText } from './literals.ts';
import { intervalArguments } from './moment-making.ts';
import {
  BOOL,
  DATE,
  isMoment,
  isString,
  type PgType,
  sameType,
  TEXT,
  TIMESTAMP,
  TIMESTAMPTZ,
  UNKNOWN,
} from './pg-type.ts';
import type { BoundSelect, CommonTables, QueryContext, QueryNames, ResolvedColumn } from './query-context.ts';
import { bindQueryFunction } from './query-functions.ts';
import { isCollated, keySql } from './query-keys.ts';
import { bindQueryOperator } from './query-operators.ts';

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
    if ('SubLink' in node) return this.options.known?.get(node.SubLink) ?? this.#subLink(node.SubLink);
    if ('GroupingFunc' in node) return this.#grouping(node.GroupingFunc);
    if ('ParamRef' in node) return this.#parameter(node.ParamRef.number ?? 0, node.ParamRef.location);
    if ('SQLValueFunction' in node)
      return this.#timeOfStatement(node.SQLValueFunction.op ?? '', node.SQLValueFunction.location);
    if ('NullTest' in node && node.NullTest.arg !== undefined && 'ParamRef' in node.NullTest.arg) {
      const value = coerceLiteral(this.statement, this.bind(node.NullTest.arg), TEXT);
      const not = node.NullTest.nulltesttype === 'IS_NOT_NULL' ? 'NOT ' : '';
      return computed(BOOL, `(${value.sql} IS ${not}NULL)`, [value]);
    }
    if ('TypeCast' in node) {
      const worded = intervalWithUnit(node);
      if (worded !== null) return super.bind(worded);
      if ((node.TypeCast.typeName?.arrayBounds ?? []).length > 0) return this.#castToArray(node.TypeCast);
    }
    if ('A_Expr' in node && partsOfRow(node.A_Expr.lexpr) !== null) return this.#rows(node.A_Expr);
    if ('A_ArrayExpr' in node) return this.#array(node.A_ArrayExpr.elements ?? [], null);
    if ('A_Indirection' in node) return this.#item(node.A_Indirection);
    if ('A_Expr' in node && node.A_Expr.kind === 'AEXPR_OP') {
      const folded = this.#constantMoment(node.A_Expr);
      if (folded !== null) return folded;
    }
    if ('A_Expr' in node && (node.A_Expr.kind === 'AEXPR_OP_ALL' || node.A_Expr.kind === 'AEXPR_OP_ANY')) {
      const list = node.A_Expr.rexpr;
      if (list !== undefined && !('A_ArrayExpr' in list)) return this.#anyOfArray(node.A_Expr);
    }
    if ('MinMaxExpr' in node) {
      const bound = super.bind(node);
      if (isCollated(bound.type)) this.context.facts.ordersText = true;
      return bound;
    }
    return super.bind(node);
  }

  /** `x = any($1)` or `any('{…}')`: the array is a constant, and becomes a list; else it is asked whether it has the value. */
  #anyOfArray({ lexpr, rexpr, name, kind, location }: A_Expr): Expression {
    const operator = namesOf(name).join('.');
    const negated = kind === 'AEXPR_OP_ALL';
    const refuse = (): Error =>
      this.statement.refuse(
        'SQL_UNSUPPORTED',
        `${operator} ${negated ? 'ALL' : 'ANY'} of this is not proven.`,
        'Write = ANY(array) or <> ALL(array).',
        location,
      );
    if (operator !== (negated ? '<>' : '=')) throw refuse();
    let inner = rexpr!;
    while ('TypeCast' in inner && inner.TypeCast.arg !== undefined) inner = inner.TypeCast.arg;
    const array = this.bind(inner);
    const value = this.bind(lexpr);
    if (array.literal === undefined || array.type.name !== 'unknown') {
      const typed = inner === rexpr ? array : this.bind(rexpr);
      if (typed.type.name !== 'array') throw refuse();
      return bindAnyOfArray(this.statement, value, typed, negated, location);
    }
    if (array.parameter !== undefined)
      this.statement.parameterTypes.set(array.parameter, { name: 'array', element: value.type });
    if (array.literal === null) return constant(BOOL, 'CAST(NULL AS BOOLEAN)', null, location);
    const items = readArrayText(array.literal);
    if (items === null) {
      throw this.statement.refuse(
        'SQL_INVALID_VALUE',
        'The array is not of the form {a,b}.',
        'Write ARRAY[…] or IN (…).',
        location,
      );
    }
    if (items.length === 0)
      return computed(BOOL, `CASE WHEN ${value.sql} IS NULL THEN ${negated} ELSE ${negated} END`, [value]);
    const each = items.map((item) =>
      compare(this.statement, operator, value, constant(UNKNOWN, 'NULL', item, location), location),
    );
    const sql = each.map((part) => part.sql).join(negated ? ' AND ' : ' OR ');
    return computed(BOOL, `(${sql})`, each, { location });
  }

  /** ARRAY[…]; `element` null where the items decide. */
  #array(nodes: readonly Node[], element: PgType | null): Expression {
    const items = nodes.map((node) => this.bind(node));
    if (element === null && items.length === 0) {
      throw this.statement.refuse(
        'SQL_UNSUPPORTED',
        'An empty array without a type.',
        'Cast it, like ARRAY[]::int[].',
        undefined,
      );
    }
    const type = element ?? commonType(this.statement, items, 'ARRAY');
    const typed = items.map((item) =>
      element === null ? castToCommon(this.statement, item, type) : cast(this.statement, item, type, 'explicit'),
    );
    return makeArray(this.statement, typed, type);
  }

  #castToArray({ arg, typeName, location }: TypeCast): Expression {
    const { arrayBounds: _bounds, ...plain } = typeName!;
    const element = this.typeOf(plain);
    if (arg !== undefined && 'A_ArrayExpr' in arg) return this.#array(arg.A_ArrayExpr.elements ?? [], element);
    const value = this.bind(arg);
    const type = arrayOf(element);
    if (value.type.name === 'unknown') return coerceLiteral(this.statement, value, type);
    const isText = ({ name }: PgType): boolean => name === 'text' || name === 'varchar';
    const from = value.type.element;
    if (
      from !== undefined &&
      (sameType(from, element) || (isText(from) && isText(element) && element.length === undefined))
    )
      return { ...value, type };
    throw this.statement.refuse(
      'SQL_UNKNOWN_CAST',
      'This cast to an array is not proven.',
      'Cast the items before they are put into it.',
      location,
    );
  }

  #item({ arg, indirection }: A_Indirection): Expression {
    const [only, more] = indirection ?? [];
    const array = this.bind(arg);
    if (
      more !== undefined ||
      only === undefined ||
      !('A_Indices' in only) ||
      only.A_Indices.is_slice === true ||
      array.type.name !== 'array'
    ) {
      throw this.statement.refuse(
        'SQL_UNSUPPORTED',
        'Only array[index] is proven.',
        'Use unnest, or a function.',
        array.location,
      );
    }
    return itemOfArray(this.statement, array, this.bind(only.A_Indices.uidx));
  }

  /** A comparison whose left side is a row. */
  #rows({ kind, lexpr, rexpr, name, location }: A_Expr): Expression {
    const { statement } = this;
    const operator = namesOf(name).join('.');
    const bindRow = (node: Node | undefined): Expression[] => {
      const parts = partsOfRow(node);
      if (parts !== null) return parts.map((part) => this.bind(part));
      throw statement.refuse(
        'SQL_UNSUPPORTED',
        'A row is compared with something that is none.',
        'Write (a, b) on both sides.',
        location,
      );
    };
    const row = bindRow(lexpr);
    if (kind === 'AEXPR_IN') {
      const list = rexpr !== undefined && 'List' in rexpr ? (rexpr.List.items ?? []) : [];
      return rowInList(statement, row, list.map(bindRow), operator === '<>', location);
    }
    if (kind !== 'AEXPR_OP') {
      throw statement.refuse(
        'SQL_UNSUPPORTED',
        'This comparison of rows is not proven.',
        'Compare the columns one by one.',
        location,
      );
    }
    const other = bindRow(rexpr);
    if (/[<>]=?$/.test(operator) && operator !== '<>')
      this.context.facts.ordersText ||= [...row, ...other].some(({ type }) => isCollated(type));
    return compareRows(statement, operator === '!=' ? '<>' : operator, row, other, location);
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

  /** A constant moment moved by a constant interval; null for anything else. */
  #constantMoment({ name, lexpr, rexpr, location }: A_Expr): Expression | null {
    const operator = namesOf(name).join('.');
    if (
      (operator !== '+' && operator !== '-') ||
      rexpr === undefined ||
      !('TypeCast' in rexpr) ||
      lexpr === undefined ||
      'A_Const' in lexpr
    )
      return null;
    if (namesOf(rexpr.TypeCast.typeName?.names).join('.') !== 'interval') return null;
    const [moment, { interval }] = [this.bind(lexpr), this.bind(rexpr)];
    if (typeof moment.literal !== 'string' || interval === undefined || !isMoment(moment.type)) return null;
    const text = foldMoment(moment.literal, interval, operator === '+' ? 1 : -1);
    if (text === null) return null;
    const type = moment.type.name === 'date' ? TIMESTAMP : moment.type;
    return coerceLiteral(this.statement, constant(UNKNOWN, 'NULL', text, location), type);
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
      return this.#timeOfStatement('SVFOP_CURRENT_TIMESTAMP', call.location);
    }
    const { names } = this.options;
    const isGrouped = grouping !== undefined;
    const bind = (part: Node): Expression => this.bind(part);
    const { statement, context } = this;
    const row = bindRowJson({ statement, facts: context.facts, names, isGrouped, bind }, call, name);
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

  #timeOfStatement(operation: string, location: number | undefined): Expression {
    const moment = this.context.options.now.toISOString().replace('T', ' ').replace('Z', '');
    const types: Record<string, PgType> = {
      SVFOP_CURRENT_DATE: DATE,
      SVFOP_CURRENT_TIMESTAMP: TIMESTAMPTZ,
      SVFOP_LOCALTIMESTAMP: TIMESTAMP,
    };
    const type = types[operation];
    if (type === undefined) {
      const word = operation.replace('SVFOP_', '').toLowerCase();
      throw this.statement.refuse(
        'SQL_UNSUPPORTED',
        `${word} is not proven here.`,
        'Use current_date or current_timestamp.',
        location,
      );
    }
    this.context.facts.readsClock = true;
    const text = type === DATE ? moment.slice(0, 10) : moment;
    return coerceLiteral(this.statement, constant(UNKNOWN, 'NULL', text, location), type);
  }

  #subLink(link: SubLink): Expression {
    const { statement, context } = this;
    const { location } = link;
    const refuse = (what: string): Error =>
      statement.refuse(
        'SQL_UNSUPPORTED',
        `${what} is only computed where one Postgres source holds every table of the query.`,
        'Write it with EXISTS or a join.',
        location,
      );
    if (link.subselect === undefined || !('SelectStmt' in link.subselect)) throw refuse('This subquery');
    const outer: QueryNames = { resolve: (path, place) => this.#outerColumn(path, place) };
    const bound = context.bindSelect(link.subselect.SelectStmt, outer, this.options.commonTables);
    const [column, second] = bound.columns;
    if (link.subLinkType === 'EXISTS_SUBLINK') return computed(BOOL, `EXISTS (${bound.sql})`, [], { location });
    const row = partsOfRow(link.testexpr);
    if (row !== null) return this.#rowAndSubquery(link, row, bound);
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
    const value = this.bind(link.testexpr);
    const inner: Expression = { ...computed(column.type, 's.c0', []), location };
    const typed = value.type.name === 'unknown' ? coerceLiteral(statement, value, column.type) : value;
    // Refuses what may not be compared.
    compare(statement, operator, typed, inner, location);
    if (operator !== '=' && operator !== '<>' && isCollated(typed.type)) context.facts.ordersText = true;
    const type = commonType(statement, [typed, inner], 'The comparison with a subquery');
    const [a, b] = [typed, inner].map((side) => keySql(statement, comparable(this, side, type), 'Comparing'));
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
  #rowAndSubquery(link: SubLink, nodes: readonly Node[], bound: BoundSelect): Expression {
    const { statement, context } = this;
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
    const row = nodes.map((node) => this.bind(node));
    const name = context.name('s');
    const columns = bound.columns.map(({ type }, index) => computed(type, `${name}.c${index}`, []));
    const equal = compareRows(statement, '=', row, columns, location);
    const some = (condition: string): string => `EXISTS (SELECT 1 FROM (${bound.sql}) AS ${name} WHERE ${condition})`;
    const sql = `CASE WHEN ${some(equal.sql)} THEN true WHEN ${some(`${equal.sql} IS NULL`)} THEN NULL ELSE false END`;
    return { ...computed(BOOL, sql, row, { location }), holdsWhere: some(equal.sql) };
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

/** ASC or DESC with Postgres' place for NULLs written out. */
export function sortDirection(sort: SortBy): string {
  const descending = sort.sortby_dir === 'SORTBY_DESC';
  const nullsFirst =
    sort.sortby_nulls === 'SORTBY_NULLS_FIRST' || (descending && sort.sortby_nulls !== 'SORTBY_NULLS_LAST');
  return `${descending ? 'DESC' : 'ASC'} NULLS ${nullsFirst ? 'FIRST' : 'LAST'}`;
}

function comparable(binder: ExpressionBinder, value: Expression, type: PgType): Expression {
  return isString(type) && isString(value.type) && type.name === 'bpchar'
    ? value
    : castToCommon(binder.statement, value, type);
}

const UNITS = new Map([
  [4, 'year'],
  [2, 'month'],
  [8, 'day'],
  [1024, 'hour'],
  [2048, 'minute'],
  [4096, 'second'],
]);

/** `interval '3' month` as `interval '3 month'`; null where it is anything else. */
export function intervalWithUnit(node: Node): Node | null {
  if (!('TypeCast' in node)) return null;
  const { arg, typeName } = node.TypeCast;
  if (namesOf(typeName?.names).join('.') !== 'interval' || typeName?.typmods?.length !== 1) return null;
  const [modifier] = typeName.typmods;
  const mask = modifier !== undefined && 'A_Const' in modifier ? modifier.A_Const.ival?.ival : undefined;
  const unit = UNITS.get(mask ?? 0);
  const text = arg !== undefined && 'A_Const' in arg ? arg.A_Const.sval?.sval : undefined;
  if (unit === undefined || text === undefined || !/^\s*[+-]?\d+\s*$/.test(text)) return null;
  const { typmods: _typmods, ...plain } = typeName;
  return {
    TypeCast: { ...node.TypeCast, typeName: plain, arg: { A_Const: { sval: { sval: `${text.trim()} ${unit}` } } } },
  } as Node;
}
