/** Prints a whole SELECT for MySQL and MariaDB where every construct of it is proven to mean the same there; else throws NotProven with the first that is not. */
import type { ColumnRef, CommonTableExpr, Node, RangeVar, SelectStmt, WindowDef } from 'libpg-query';
import { namesOf } from './bind-expression.ts';
import { conjunctsOf } from './conjunctions.ts';
import { checkedForm, comparedForm } from './mysql-form.ts';
import type { MysqlQueryOptions, PrintedMysql } from './mysql-query-contract.ts';
import { givesOneRow, hasCall, isGroupedSelect, isPlain, targetMeant } from './mysql-select-shape.ts';
import { type MysqlValue, NotProven } from './mysql-value.ts';
import { type MysqlFromOptions, MysqlScope, printMysqlFrom } from './print-mysql-from.ts';
import { MysqlGroups } from './print-mysql-groups.ts';
import { quoteMysqlName } from './print-mysql-literal.ts';
import { mysqlLimit, mysqlOrder, type Output, sortedByNames } from './print-mysql-order.ts';
import { printMysqlSet, requireSetOperation } from './print-mysql-set.ts';
import { type MysqlGrouping, MysqlValues } from './print-mysql-value.ts';
import { mysqlSortKeys } from './print-mysql-window.ts';
import { checkedOrder } from './print-mysql-zero-date.ts';
import { resultName } from './result-names.ts';
import { sortDirection } from './sort-direction.ts';

/** `top`: what it gives is the answer, and its order counts; `compared`: its texts are compared with others, or each with each. */
interface Place {
  readonly top: boolean;
  readonly compared: boolean;
}

const INNER: Place = { top: false, compared: false };
const COMPARED: Place = { top: false, compared: true };

export class MysqlQueryPrinter {
  readonly #options: MysqlQueryOptions;
  readonly #commonTables = new Map<
    CommonTableExpr,
    { name: string; columns: readonly (MysqlValue & { name: string })[] }
  >();
  #names = 0;

  constructor(options: MysqlQueryOptions) {
    this.#options = options;
  }

  /** The whole statement. Throws NotProven. */
  printTop(select: SelectStmt): PrintedMysql {
    return this.#print(select, null, { top: true, compared: false });
  }

  /** As a table: the order of its rows does not count. Throws NotProven. */
  printTable(select: SelectStmt): PrintedMysql {
    return this.#print(select, null, INNER);
  }

  /** Its first rows, as a table; `sortClause` names its columns by their positions. Throws NotProven. */
  printFirst(select: SelectStmt, sortClause: Node[], limitCount: Node): PrintedMysql {
    const { facts } = this.#options;
    const { limitOffset: _none, ...rows } = select;
    const first: SelectStmt = { ...rows, sortClause, limitCount, limitOption: 'LIMIT_OPTION_COUNT' };
    facts.results.set(first, facts.results.get(select) ?? []);
    return this.#print(first, null, INNER);
  }

  /** A subquery of an expression over the columns of `outer`. Throws NotProven. */
  printInside(
    select: SelectStmt,
    outer: MysqlScope | null,
    use: 'exists' | 'in' | 'scalar',
  ): { sql: string; value: MysqlValue } {
    const { facts } = this.#options;
    if (use === 'exists' && isPlain(select)) {
      const { from, where } = this.printRows(select, outer);
      return { sql: `SELECT 1${from}${where}`, value: { sql: '', type: { name: 'int4' }, exact: true } };
    }
    if (use === 'scalar' && !givesOneRow(select, facts))
      throw new NotProven('a subquery that may give several rows is not proven to fail the same way there');
    if (use === 'in' && (select.limitCount !== undefined || select.limitOffset !== undefined))
      throw new NotProven('it takes no LIMIT in a subquery of IN');
    if (use === 'exists' && facts.results.get(select) === undefined) throw new NotProven('a subquery is not known');
    const { sql, columns } = this.#print(select, outer, use === 'in' ? COMPARED : INNER);
    return { sql, value: columns[0]! };
  }

  /** The values of conditions over the columns of tables around. */
  valuesOver(scope: MysqlScope): MysqlValues {
    return this.#values(scope);
  }

  /** FROM and WHERE, and the values over their rows. Throws NotProven. */
  printRows(
    select: SelectStmt,
    outer: MysqlScope | null,
  ): { from: string; where: string; rows: MysqlValues; scope: MysqlScope } {
    this.#options.judgeJoins(select);
    const scope = new MysqlScope(outer);
    const values = (of: MysqlScope): MysqlValues => this.#values(of);
    const options: MysqlFromOptions = {
      outer,
      table: (node) => this.#table(node),
      derived: (inner) => {
        if (this.#options.facts.correlated.has(inner))
          throw new NotProven('a table that is computed for each row is not proven there');
        return this.#print(inner, null, INNER).sql;
      },
      derivedColumns: (inner, alias) => this.#derivedColumns(inner, alias),
      derivedAlias: () => this.#alias('q'),
      resultNames: (inner) => this.#options.facts.results.get(inner)!.map(({ name }) => name),
      condition: (node, of) => values(of).condition(node),
    };
    const from = printMysqlFrom(options, select.fromClause ?? [], scope);
    const rows = this.#values(scope);
    const conditions = conjunctsOf(select.whereClause).map((node) => rows.condition(node));
    return {
      from: from === '' ? '' : ` FROM ${from}`,
      where: conditions.length === 0 ? '' : ` WHERE ${conditions.join(' AND ')}`,
      rows,
      scope,
    };
  }

  readonly #printed = new Map<SelectStmt, PrintedMysql>();

  #derivedColumns(inner: SelectStmt, alias: string): readonly MysqlValue[] {
    return this.#printed
      .get(inner)!
      .columns.map((column, index) => this.#columnOf(column, `${quoteMysqlName(alias)}.c${index}`));
  }

  /** A column of a derived table. */
  #columnOf(
    { type, exact, byBytes, nullable, bounds, summed, mayBeZero, isLong }: MysqlValue,
    sql: string,
  ): MysqlValue {
    const { byteCollation } = this.#options;
    return {
      sql,
      type,
      exact: byBytes === undefined && exact,
      ...(byBytes === undefined ? {} : { byBytes: `${sql} COLLATE ${byteCollation}` }),
      ...(nullable === undefined ? {} : { nullable }),
      ...(bounds === undefined ? {} : { bounds }),
      ...(summed === undefined ? {} : { summed }),
      ...(mayBeZero === undefined ? {} : { mayBeZero }),
      ...(isLong === undefined ? {} : { isLong }),
    };
  }

  #table(node: RangeVar): { sql: string; alias: string; columns: readonly { name: string; value: MysqlValue }[] } {
    const common = this.#options.facts.cteUses.get(node);
    if (common === undefined) {
      const { sql, alias, columns } = this.#options.table(node);
      return { sql: `${sql} AS ${quoteMysqlName(alias)}`, alias, columns };
    }
    const known = this.#commonTables.get(common);
    if (known === undefined) throw new NotProven('a query of WITH around the part is not proven there');
    const alias = this.#alias('q');
    const columns = known.columns.map((column, index) => ({
      name: column.name,
      value: this.#columnOf(column, `${quoteMysqlName(alias)}.c${index}`),
    }));
    return { sql: `${quoteMysqlName(known.name)} AS ${quoteMysqlName(alias)}`, alias, columns };
  }

  #alias(prefix: string): string {
    let name: string;
    do {
      this.#names += 1;
      name = `${prefix}${this.#names}`;
    } while (this.#options.taken.has(name));
    return name;
  }

  #values(
    scope: MysqlScope,
    more: { grouping?: MysqlGrouping; windows?: ReadonlyMap<string, WindowDef> } = {},
  ): MysqlValues {
    const { facts, byteCollation, now, parameter } = this.#options;
    const { grouping, windows } = more;
    return new MysqlValues({
      now,
      parameter,
      byteCollation,
      column: (reference: ColumnRef) => scope.find(reference),
      typeOf: (node) => facts.types.get(node),
      subquery: (select, use) => {
        if (grouping !== undefined && facts.correlated.has(select))
          throw new NotProven('a subquery that is asked for each group is not proven there');
        return this.printInside(select, scope, use);
      },
      ...(grouping === undefined ? {} : { grouping }),
      ...(windows === undefined ? {} : { windows }),
    });
  }

  #print(select: SelectStmt, outer: MysqlScope | null, place: Place): PrintedMysql {
    const { facts } = this.#options;
    if (
      select.lockingClause !== undefined ||
      select.intoClause !== undefined ||
      select.limitOption === 'LIMIT_OPTION_WITH_TIES'
    )
      throw new NotProven('WITH TIES is not proven there');
    if (select.valuesLists !== undefined) throw new NotProven('VALUES is not proven there');
    const common = this.#printCommonTables(select);
    const bound = facts.results.get(select);
    if (bound === undefined) throw new NotProven('a subquery is not known');
    const isUnion = select.larg !== undefined && select.rarg !== undefined;
    const printed = isUnion ? this.#printUnion(select, outer, place) : this.#printCore(select, outer, place);
    const columns = printed.columns.map((column, index) => checkedForm(column, bound[index]!.type));
    if (!place.top && columns.some(({ type }) => type.name === 'opaque'))
      throw new NotProven('a type that is only carried may come in another form out of a subquery there');
    const whole = { sql: `${common}${printed.sql}`, columns };
    this.#printed.set(select, whole);
    return whole;
  }

  #printCommonTables(select: SelectStmt): string {
    const { withClause } = select;
    if (withClause === undefined) return '';
    if (!this.#options.isModern || withClause.recursive === true)
      throw new NotProven('WITH in this form is not proven there');
    const printed = (withClause.ctes ?? []).map((node) => {
      const common = 'CommonTableExpr' in node ? node.CommonTableExpr : undefined;
      const query = common?.ctequery;
      if (
        common === undefined ||
        query === undefined ||
        !('SelectStmt' in query) ||
        this.#options.facts.correlated.has(query.SelectStmt)
      )
        throw new NotProven('WITH in this form is not proven there');
      const { sql, columns } = this.#print(query.SelectStmt, null, INNER);
      const names = namesOf(common.aliascolnames);
      const own = this.#options.facts.results.get(query.SelectStmt)!;
      const name = this.#alias('w');
      this.#commonTables.set(common, {
        name,
        columns: columns.map((column, index) => ({ ...column, name: names[index] ?? own[index]!.name })),
      });
      return `${quoteMysqlName(name)} AS (${sql})`;
    });
    return `WITH ${printed.join(', ')} `;
  }

  #printUnion(select: SelectStmt, outer: MysqlScope | null, place: Place): PrintedMysql {
    const { facts, hasIntersect } = this.#options;
    if (outer !== null && facts.correlated.has(select)) throw new NotProven('a union for each row is not proven there');
    requireSetOperation(select, hasIntersect);
    const sides = [select.larg!, select.rarg!].map((side) => this.#print(side, null, COMPARED));
    const results = facts.results.get(select)!;
    const { sql, columns } = printMysqlSet(select, sides as [PrintedMysql, PrintedMysql], results);
    const names = results.map(({ name }) => name);
    return this.#ordered(select, sql, columns, names, place);
  }

  /** ORDER BY and LIMIT over the columns of a result. */
  #ordered(
    select: SelectStmt,
    sql: string,
    columns: readonly MysqlValue[],
    names: readonly string[],
    place: Place,
  ): PrintedMysql {
    const limit = mysqlLimit(select, this.#options.facts);
    const counts = select.sortClause !== undefined && (place.top || limit !== '');
    if (!counts && limit === '') return { sql, columns };
    const alias = this.#alias('q');
    const held = columns.map((column, index) => this.#columnOf(column, `${quoteMysqlName(alias)}.c${index}`));
    const keys = (counts ? (select.sortClause ?? []) : []).flatMap((node) => {
      const target = 'SortBy' in node ? targetMeant(node.SortBy.node, names) : null;
      if (!('SortBy' in node) || target === null)
        throw new NotProven('an order by what is not in the result is not proven there');
      return mysqlSortKeys(held[target]!, sortDirection(node.SortBy));
    });
    const list = held.map((column, index) => `${column.sql} AS c${index}`).join(', ');
    const order = keys.length === 0 ? '' : ` ORDER BY ${keys.join(', ')}`;
    return { sql: `SELECT ${list} FROM (${sql}) AS ${quoteMysqlName(alias)}${order}${limit}`, columns };
  }

  #printCore(select: SelectStmt, outer: MysqlScope | null, place: Place): PrintedMysql {
    const { facts } = this.#options;
    const { from, where, rows, scope } = this.printRows(select, outer);
    const isGrouped = isGroupedSelect(select);
    const hasWindows = hasCall([select.targetList, select.sortClause], ({ over }) => over);
    if (hasWindows && !this.#options.isModern) throw new NotProven('it has no windows');
    const windows = new Map<string, WindowDef>();
    for (const node of select.windowClause ?? [])
      if ('WindowDef' in node) windows.set(node.WindowDef.name ?? '', node.WindowDef);
    // What comes after grouping reads the groups as a table: HAVING knows no other names there, and windows are computed over them.
    const isWrapped = isGrouped && (hasWindows || select.havingClause !== undefined);
    if (isWrapped && outer !== null && facts.correlated.has(select))
      throw new NotProven('groups for each row are not proven there');
    const groups = isGrouped
      ? new MysqlGroups(rows, isWrapped ? this.#alias('g') : null, (value, sql) => this.#columnOf(value, sql))
      : null;
    const targets = select.targetList ?? [];
    if (groups !== null) this.#group(select, groups, targets);
    const values = this.#values(scope, { windows, ...(groups === null ? {} : { grouping: groups }) });
    const isDistinct = select.distinctClause !== undefined;
    if (isDistinct && select.distinctClause!.some((node) => Object.keys(node).length > 0))
      throw new NotProven('DISTINCT ON is not proven there');
    const outputs = targets.flatMap((node) => this.#target(node, values, scope, groups));
    const compared = place.compared || isDistinct;
    const list = outputs.map(
      ({ value }, index) => `${compared ? comparedForm(value, isDistinct) : value.sql} AS c${index}`,
    );
    const having = conjunctsOf(select.havingClause).map((node) => values.condition(node));
    const columns = outputs.map(({ value }) => value);
    const limit = mysqlLimit(select, this.#options.facts);
    if (limit !== '' && columns.some(({ fallible }) => fallible === true))
      throw new NotProven('which rows a number that is too large fails is not proven there');
    if (list.length === 0) list.push('1 AS c0');
    const ordered = isDistinct || (!place.top && limit === '') ? [] : mysqlOrder(select, values, outputs);
    const order = ordered.flatMap(({ keys }) => keys);
    // The keys of groups were checked when they were grouped.
    const checks = groups === null ? ordered.flatMap(({ value }) => checkedOrder(value)) : [];
    const checked =
      checks.length === 0 ? where : `${where === '' ? ' WHERE ' : `${where} AND `}${checks.join(' AND ')}`;
    const filter = having.length === 0 ? '' : ` WHERE ${having.join(' AND ')}`;
    const body = groups === null ? `${from}${checked}` : groups.print(`${from}${where}`, filter);
    const sql = `SELECT ${isDistinct ? 'DISTINCT ' : ''}${list.join(', ')}${body}`;
    if (isDistinct) {
      if (
        outer !== null &&
        facts.correlated.has(select) &&
        (limit !== '' || (place.top && select.sortClause !== undefined))
      )
        throw new NotProven('the first of distinct rows for each row are not proven there');
      const names = outputs.map(({ name }) => name);
      return this.#ordered(sortedByNames(select, values, outputs), sql, columns, names, place);
    }
    return { sql: `${sql}${order.length === 0 ? '' : ` ORDER BY ${order.join(', ')}`}${limit}`, columns };
  }

  #group(select: SelectStmt, groups: MysqlGroups, targets: readonly Node[]): void {
    const { facts } = this.#options;
    if (select.groupDistinct === true) throw new NotProven('GROUP BY DISTINCT is not proven there');
    for (const node of select.groupClause ?? []) {
      if ('GroupingSet' in node) throw new NotProven('grouping sets are not proven there');
      let meant: Node | undefined = node;
      if ('A_Const' in node) {
        const target = targets[(node.A_Const.ival?.ival ?? 0) - 1];
        meant = target !== undefined && 'ResTarget' in target ? target.ResTarget.val : undefined;
      } else if ('ColumnRef' in node) meant = facts.groupNames.get(node.ColumnRef) ?? node;
      groups.addKey(meant);
    }
  }

  #target(node: Node, values: MysqlValues, scope: MysqlScope, groups: MysqlGroups | null): Output[] {
    if (!('ResTarget' in node)) throw new NotProven('a result column is not proven there');
    const { name, val } = node.ResTarget;
    if (val !== undefined && 'ColumnRef' in val && (val.ColumnRef.fields ?? []).some((field) => 'A_Star' in field)) {
      const columns = scope.star(namesOf(val.ColumnRef.fields).slice(0, -1).at(-1));
      return columns.map((column) => ({
        name: column.name,
        value: groups === null ? column.value : groups.ofRow(column.value),
      }));
    }
    return [{ name: name ?? resultName(val), value: values.print(val), ...(val === undefined ? {} : { node: val }) }];
  }
}
