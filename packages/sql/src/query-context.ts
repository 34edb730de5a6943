/** Decides what binding a whole query shares: how tables are found, the names in the engine's SQL, the rows of CTEs, and what was learnt on the way. */
import type { CommonTableExpr, Node, RangeVar, SelectStmt } from 'libpg-query';
import type { Expression, Statement } from './expression.ts';
import type { PgType } from './pg-type.ts';

export interface TableColumn {
  readonly name: string;
  readonly type: PgType;
  /** The column of the engine's table that holds it. */
  readonly held: string;
}

export interface BoundTable {
  /** The engine's table. */
  readonly engineTable: string;
  readonly columns: readonly TableColumn[];
  /** Names; empty where no key is known. */
  readonly primaryKey: readonly string[];
  /** Tables with the same `joined` are held by one engine table, already joined: it is read once for all of them. */
  readonly joined?: object;
}

export interface QueryColumn {
  readonly name: string;
  readonly type: PgType;
}

export interface QueryOptions {
  /** The table a name in FROM stands for. Throws `Refusal`. */
  readonly findTable: (node: RangeVar) => BoundTable;
  readonly now: Date;
  /** Texts of `$1…`; absent while only types are wanted. */
  readonly parameters?: readonly (string | null)[];
  readonly parameterTypes?: readonly (PgType | undefined)[];
}

/** A column of a table, or one that a subquery or a CTE computes (`table` null). */
export interface ColumnOrigin {
  readonly table: RangeVar | null;
  readonly index: number;
  /** Merged by USING: only its bare name means it. */
  readonly merged: boolean;
}

/** What binding found out about the syntax tree; keys are its nodes (the body, not the wrapper). */
export class QueryFacts {
  readonly columns = new Map<object, ColumnOrigin>();
  readonly tables = new Map<RangeVar, BoundTable>();
  readonly cteUses = new Map<RangeVar, CommonTableExpr>();
  /** Columns of each table that the statement needs. */
  readonly used = new Map<RangeVar, Set<number>>();
  /** What each `*` stands for. */
  readonly stars = new Map<object, readonly { name: string; origin: ColumnOrigin; alias: string }[]>();
  /** The columns of each whole row that is named. */
  readonly rows = new Map<object, readonly ColumnOrigin[]>();
  readonly results = new Map<SelectStmt, readonly QueryColumn[]>();
  readonly types = new Map<Node, PgType>();
  /** SELECTs that read a column of a level around them. */
  readonly correlated = new Set<SelectStmt>();
  /** Names in GROUP BY that mean a result column: its expression. */
  readonly groupNames = new Map<object, Node>();
  /** Columns that stand beside groups because a grouped key determines them. */
  readonly dependents = new Map<SelectStmt, ColumnOrigin[]>();
  /** Columns that USING and NATURAL compare. */
  readonly compared = new Map<RangeVar, Set<number>>();
  /** The value of each LIMIT and OFFSET; null where it is NULL, which limits nothing. */
  readonly limits = new Map<Node, bigint | null>();
  /** Texts are put in an order somewhere, which depends on the collation where it is done. */
  ordersText = false;
  /** The time of the statement is in it. */
  readsClock = false;
  /** The value of a parameter is in it. */
  readsParameter = false;

  addDependent(select: SelectStmt, column: ColumnOrigin): void {
    const known = this.dependents.get(select) ?? [];
    if (known.some(({ table, index }) => table === column.table && index === column.index)) return;
    this.dependents.set(select, [...known, column]);
  }

  use(table: RangeVar, index: number): void {
    let indexes = this.used.get(table);
    if (indexes === undefined) {
      indexes = new Set();
      this.used.set(table, indexes);
    }
    indexes.add(index);
  }
}

export interface BoundSelect {
  readonly columns: readonly QueryColumn[];
  /** Gives the columns c0, c1, … */
  readonly sql: string;
}

export interface CommonTable {
  readonly engineName: string;
  readonly columns: readonly QueryColumn[];
  readonly node: CommonTableExpr;
}

/** The CTEs that can be named at a place. */
export type CommonTables = ReadonlyMap<string, CommonTable>;

/** A row of an item of FROM, as its name alone means it. */
export interface WholeRow {
  readonly columns: readonly { readonly name: string; readonly value: Expression; readonly origin: ColumnOrigin }[];
  /** Names of the key's columns. */
  readonly primaryKey: readonly string[];
  /** An outer join may fill it up with NULLs. */
  readonly filledUp: boolean;
}

/** What a column reference means at a place, with the enclosing levels behind it. */
export interface QueryNames {
  readonly resolve: (path: readonly string[], location: number | undefined) => ResolvedColumn;
  /** The whole row that a name means in this level; null where it means none, or a column. */
  readonly row?: (alias: string) => WholeRow | null;
}

export interface ResolvedColumn extends Expression {
  readonly origin?: ColumnOrigin;
  /** 0 = of this level, 1 = of the one around it, … */
  readonly depth?: number;
  /** The place among the tables of its level. */
  readonly item?: number;
}

export class QueryContext {
  readonly statement: Statement;
  readonly options: QueryOptions;
  readonly facts = new QueryFacts();
  /**
   * Set once by `bindQuery`: expressions contain queries and queries contain expressions. `keepUnknown`: a literal without a type stays one, for
   * a set operation to decide.
   */
  bindSelect: (
    select: SelectStmt,
    outer: QueryNames | null,
    commonTables: CommonTables,
    keepUnknown?: boolean,
  ) => BoundSelect = () => {
    throw new Error('bindQuery has not begun');
  };
  #names = 0;

  constructor(statement: Statement, options: QueryOptions) {
    this.statement = statement;
    this.options = options;
  }

  /** A name that is nowhere else in the engine's SQL of this statement. */
  name(prefix: string): string {
    this.#names += 1;
    return `${prefix}${this.#names}`;
  }
}
