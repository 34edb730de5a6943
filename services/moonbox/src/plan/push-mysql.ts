/** Decides what one MySQL source computes of a query: all of it, a subquery, groups, or the first rows. */
import { isGroupedSelect } from '@rtdp/sql/mysql-select-shape';
import { NotProven } from '@rtdp/sql/mysql-value';
import type { PgType } from '@rtdp/sql/pg-type';
import type { QueryFacts } from '@rtdp/sql/query-context';
import type { Node, RangeVar, SelectStmt } from '@rtdp/sql/syntax-tree';
import type { PlanDecision } from './contract.ts';
import { mysqlColumn } from './mysql-column.ts';
import { type MysqlSourceOptions, mysqlPrinter } from './mysql-source.ts';
import type { ColumnOrder, WantedRows } from './order-of-columns.ts';
import { allOf, type PartDraft } from './part-draft.ts';
import { type PushedRows, pushAggregate, type SourceRows } from './push-aggregate.ts';
import { countNode } from './push-limit.ts';
import { onlyMysqlStore } from './push-subquery.ts';
import { pushTopN } from './push-top-n.ts';
import { useOf } from './read-tree.ts';
import type { SplitOptions } from './split-query.ts';

/** Where parts and the reasons for them are collected. */
export interface PushTarget {
  readonly drafts: PartDraft[];
  readonly decisions: PlanDecision[];
}

export class MysqlPush {
  readonly #options: SplitOptions;
  readonly #source: MysqlSourceOptions;
  readonly #target: PushTarget;
  readonly #facts: QueryFacts;

  constructor(options: SplitOptions, source: MysqlSourceOptions, target: PushTarget) {
    this.#options = options;
    this.#source = source;
    this.#target = target;
    this.#facts = options.bound.facts;
  }

  /** The whole statement for the one MySQL source that has all of its tables; null where something in it stays here. */
  whole(): { store: string; sql: string } | null {
    const { select } = this.#options;
    const store = onlyMysqlStore(select, this.#options, this.#facts);
    if (store === null) return null;
    const what = 'the whole query';
    try {
      const { sql } = mysqlPrinter(store, this.#source).printTop(select);
      const why = `every table of it is in ${store}, which computes all of it the same way`;
      this.#target.decisions.push({ what, where: 'pushed', why });
      return { store, sql };
    } catch (error) {
      if (!(error instanceof NotProven)) throw error;
      this.#target.decisions.push({ what, where: 'local', why: `of ${store}: ${error.message}` });
      return null;
    }
  }

  /** The first rows of a subquery, where one MySQL source computes it: what is left of it; else why not, or null where it is not of one. */
  first(select: SelectStmt, wanted: WantedRows): SelectStmt | string | null {
    const store = onlyMysqlStore(select, this.#options, this.#facts);
    if (store === null) return null;
    try {
      const { sql } = mysqlPrinter(store, this.#source).printFirst(
        wanted.distinct === true ? this.#distinct(select) : select,
        byPositions(wanted.order),
        countNode(wanted.count),
      );
      return this.#takeOut(store, select, sql);
    } catch (error) {
      if (error instanceof NotProven) return `of ${store}: ${error.message}`;
      throw error;
    }
  }

  /** Its different rows. Throws NotProven. */
  #distinct(select: SelectStmt): SelectStmt {
    const { larg, all, distinctClause } = select;
    if (larg !== undefined ? all !== true : distinctClause !== undefined) return select;
    if (larg !== undefined || select.limitCount !== undefined || select.limitOffset !== undefined)
      throw new NotProven('the different rows of such a query are not proven there');
    // DISTINCT, as the parser writes it.
    const distinct: SelectStmt = { ...select, distinctClause: [{} as Node] };
    this.#facts.results.set(distinct, this.#facts.results.get(select) ?? []);
    return distinct;
  }

  /** A subquery that one MySQL source computes as it stands: what is left of it, or null. With `limit`, any so many of its rows will do. */
  subquery(select: SelectStmt, limit: number | null): SelectStmt | null {
    const store = onlyMysqlStore(select, this.#options, this.#facts);
    if (store === null) return null;
    try {
      const printed = mysqlPrinter(store, this.#source).printTable(select);
      const sql = limit === null ? printed.sql : `${printed.sql} LIMIT ${limit}`;
      return this.#takeOut(store, select, sql);
    } catch (error) {
      if (error instanceof NotProven) return null;
      throw error;
    }
  }

  #takeOut(store: string, select: SelectStmt, sql: string): SelectStmt {
    const standIn: RangeVar = { relname: `part ${this.#target.drafts.length}` };
    const columns = this.#facts.results.get(select)!;
    this.#target.drafts.push({ kind: 'printed', store, sql, tables: this.#tablesIn(select), columns, standIn });
    this.#target.decisions.push({ what: 'a subquery', where: 'pushed', why: `every table of it is in ${store}` });
    return allOf(standIn);
  }

  /**
   * Where one MySQL source has all rows of the FROM and WHERE: groups or first rows in place of all. What is left of the SELECT, or null.
   * @param first the rows of it that are needed, where its own ORDER BY and LIMIT do not say so
   */
  reduced(given: SelectStmt, first: WantedRows | null = null): SelectStmt | null {
    const { withClause: _with, ...own } = given;
    const select: SelectStmt =
      first === null
        ? own
        : {
            ...own,
            sortClause: byPositions(first.order),
            limitCount: countNode(first.count),
            limitOption: 'LIMIT_OPTION_COUNT',
          };
    const read = [select.fromClause, select.whereClause];
    const store = onlyMysqlStore(given, this.#options, this.#facts, read);
    if (store === null || select.fromClause === undefined) return null;
    const isLimited = select.limitCount !== undefined;
    try {
      const { from, where, rows: values, scope } = mysqlPrinter(store, this.#source).printRows(select, null);
      const rows: SourceRows = { body: `${from}${where}`, isFiltered: where !== '', values, facts: this.#facts };
      const star = (alias: string | undefined) => scope.star(alias);
      const isGrouped = isGroupedSelect(given);
      if (isGrouped && first !== null) return null;
      const pushed = isGrouped
        ? pushAggregate(select, rows)
        : isLimited
          ? pushTopN(select, rows, star, this.#ownColumn(select))
          : null;
      if (pushed === null) return null;
      this.#addPushed(store, select, pushed, isGrouped);
      return pushed.select;
    } catch (error) {
      if (error instanceof NotProven) return null;
      throw error;
    }
  }

  /** A column of a table that stands in FROM, by what binding found out; undefined for all others. */
  #ownColumn({ fromClause }: SelectStmt): (reference: object) => { sql: string; type: PgType } | undefined {
    const own = new Set(this.#tablesIn(fromClause));
    return (reference) => {
      const origin = this.#facts.columns.get(reference);
      if (origin?.table == null || origin.merged || !own.has(origin.table)) return undefined;
      const table = this.#options.tables.get(origin.table)!;
      const column = table.columns[origin.index]!;
      return { sql: mysqlColumn(this.#source.aliases.get(origin.table)!, column, undefined).sql, type: column.type };
    };
  }

  #addPushed(store: string, select: SelectStmt, pushed: PushedRows, isGrouped: boolean): void {
    const { sql, columns, standIn } = pushed;
    const read = this.#tablesIn([select.fromClause, select.whereClause]);
    this.#target.drafts.push({ kind: 'printed', store, sql, tables: read, columns, standIn });
    const why = isGrouped
      ? `${store} compares their columns the same way`
      : `${store} orders their columns the same way`;
    const what = isGrouped ? 'FROM, WHERE, the groups and aggregates' : 'FROM, WHERE, ORDER BY, LIMIT';
    this.#target.decisions.push({ what, where: 'pushed', why });
    if (pushed.divides)
      this.#target.decisions.push({
        what: 'averages',
        where: 'local',
        why: 'the sum is divided by the count, for digits as Postgres has them',
      });
  }

  #tablesIn(tree: unknown): RangeVar[] {
    return [...useOf(tree, this.#facts).inner].filter((table) => this.#options.tables.has(table));
  }
}

/** ORDER BY that names result columns by their positions. */
function byPositions(order: readonly ColumnOrder[]): Node[] {
  return order.map(({ column, sort }) => ({ SortBy: { ...sort, node: countNode(column + 1) } }) as Node);
}
