/**
 * The contract of the planner: from one SELECT in Postgres' dialect and the tables a user may see, to the statements for the sources and the one
 * for the embedded engine. Planning reads nothing and runs nothing.
 */
import type { PgType } from '@rtdp/sql/pg-type';
import type { IntrospectedColumn, IntrospectedIndex, ResultColumn, ServerFacts } from '@rtdp/stores/scan-contract';

export interface PlannerTable {
  /** Logical names, as a statement writes them: `database.name`. */
  readonly database: string;
  readonly name: string;
  /** Id of the mount. */
  readonly store: string;
  readonly storeKind: 'postgres' | 'mysql';
  readonly remoteSchema: string;
  readonly remoteTable: string;
  /** Only those the user may see; a column that is not here does not exist for the statement, `*` included. */
  readonly columns: readonly IntrospectedColumn[];
  /** In key order; empty where there is none, or where the user does not see all of it. */
  readonly primaryKey: readonly string[];
  /** Also those over columns the user does not see. They decide what is fast, never what is right. */
  readonly indexes?: readonly Pick<IntrospectedIndex, 'columns' | 'unique'>[];
  readonly rowEstimate: number | null;
  /** When a flow writes it. */
  readonly sinkNamespace?: string | null;
}

/** A view: a SELECT that stands for its rows, whose own names mean what its owner may read. */
export interface PlannerView {
  readonly database: string;
  readonly name: string;
  /** Only those the user may see, in the order of `columnNames`. */
  readonly columns: readonly IntrospectedColumn[];
  readonly primaryKey: readonly [];
  readonly rowEstimate: null;
  readonly view: {
    readonly sql: string;
    /** All that it gives, under the names it was defined with. */
    readonly columnNames: readonly string[];
    /** What a name in it stands for, with the columns it was defined over. Throws RtdpError MOONBOX_VIEW_BROKEN. */
    findTable(database: string | undefined, name: string): PlannerRelation | undefined;
    /** The user may read all that it reads. Else neither its rows that it leaves out, nor how it is made, may be found out. */
    readonly isOpen: boolean;
  };
}

export type PlannerRelation = PlannerTable | PlannerView;

export interface PlannerContext {
  /** `database` undefined: the name stood alone and there is no default database. Undefined where the user sees no such table. */
  findTable(database: string | undefined, name: string): PlannerRelation | undefined;
  /** Names the user may see, `database.table`, for "did you mean". */
  tableNames?(): readonly string[];
  /** Databases the user may know of, those without a table too. Absent where nobody is told of any. */
  databaseNames?(): readonly string[];
  /** The user is hidden nothing, so that what is not found is not there. */
  readonly seesAll?: boolean;
  readonly defaultDatabase?: string;
  /** Values of `$1…` in Postgres' text form. Absent while a statement is only described: then every value counts as NULL. */
  readonly parameters?: readonly (string | null)[];
  /** Types a client has declared for `$1…`; undefined or `unknown` where the statement decides. */
  readonly parameterTypes?: readonly (PgType | undefined)[];
  /** By id of the mount. Without them the planner takes nothing for granted about the order of texts at the source. */
  readonly facts: ReadonlyMap<string, ServerFacts>;
  /** What `now()` and `current_date` mean; the clock when absent. */
  readonly now?: Date;
}

export interface PlanPart {
  /** The engine's table it is loaded into. */
  readonly name: string;
  readonly store: string;
  /** In the source's dialect; `$1…` or `?` stand for `parameters`. */
  readonly sql: string;
  readonly parameters: readonly (string | null)[];
  /** Called c0, c1, …, with the types the values are loaded as. */
  readonly columns: readonly ResultColumn[];
  /** Logical names of what it reads, for people: `shop.orders`, or `shop.orders, shop.customer`. */
  readonly table: string;
  /** Rows it may give; null where nobody knows. */
  readonly estimate: number | null;
  /**
   * Optional work for the service: if the part `from` gives few keys, only rows with those keys are needed. Load `from` first, run `keys` in the
   * engine (one text column of distinct keys); with at most `maximum` of them scan `sql` with the array text `{1,2,…}` as the last parameter, else
   * scan the part as it stands. With `list`, literals of the keys stand between `sql` and `list.rest` instead. The answer is the same either way.
   */
  readonly reduce?: {
    readonly from: string;
    readonly keys: string;
    readonly maximum: number;
    readonly sql: string;
    readonly list?: { readonly form: 'integers' | 'dates'; readonly rest: string };
  };
}

export interface PlanDecision {
  readonly what: string;
  readonly where: 'pushed' | 'local';
  readonly why: string;
}

export interface TableUseOfPlan {
  readonly database: string;
  readonly table: string;
  /** Columns the statement names, in the table's order. */
  readonly columns: readonly string[];
  readonly sinkNamespace: string | null;
  readonly kind: 'table' | 'view';
  /** The view in the statement, `database.name`, by which it is read. */
  readonly through?: { readonly database: string; readonly name: string };
}

export interface Plan {
  /** Null where only the source can say (a whole query with constructs the planner does not type): take them from the scan, or ask with LIMIT 0. */
  readonly columns: readonly ResultColumn[] | null;
  /** Of `$1…`; `unknown` where only the source can say: then bind text and let the source read it. */
  readonly parameterTypes: readonly PgType[];
  /** The whole query is one source's; `parameters` are bound there. */
  readonly whole?: { readonly store: string; readonly sql: string; readonly parameters: readonly (string | null)[] };
  /** Loaded as tables of the engine, all before `local` runs; then `local` reads them. Empty for a whole query. */
  readonly parts: readonly PlanPart[];
  /** The engine's SQL: one column for each of `columns`, held as `engineType(type)`. */
  readonly local?: { readonly sql: string };
  readonly decisions: readonly PlanDecision[];
  readonly tablesRead: readonly TableUseOfPlan[];
  /** `database.name` of views whose tables the user may not read: what is known of them from here on is not for the user. */
  readonly closedViews: readonly string[];
  /** Numbers of the parameters that LIMIT and OFFSET are made of: a negative value is refused, so the plan does not hold for it. */
  readonly limitParameters: readonly number[];
  /**
   * True where the same plan holds for other values of the parameters (bind them anew in `whole.parameters`) and at another time; false where
   * values or the time are printed into it.
   */
  readonly reusable: boolean;
}

/** Throws SqlError (SQL_…), with the place of every problem in `facts.problems`. */
export type PlanQuery = (sql: string, context: PlannerContext) => Plan;

/** What a view is made of. */
export interface Definition {
  /** The text with each `*` written out. */
  readonly sql: string;
  readonly bases: readonly {
    readonly written: { readonly database: string | null; readonly name: string };
    readonly database: string;
    readonly table: string;
    readonly columns: readonly string[];
  }[];
}

/** For a SELECT that is to be kept as a view. `context.defaultDatabase` is not looked at: `findTable` is asked with names as they are written. */
export type PlanDefinition = (
  sql: string,
  context: Pick<PlannerContext, 'findTable' | 'tableNames' | 'databaseNames' | 'seesAll' | 'facts'>,
) => Definition;
