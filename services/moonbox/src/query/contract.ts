/**
 * The contract between the sessions (REST, Postgres wire) and what runs statements: who asks what, and what comes back.
 *
 * Every statement of a user goes through `run`: SELECT, and the gateway's own (`MOUNT DATABASE …`, `SHOW …`, `GRANT …`), which give rows or
 * none. Each call of `run` and `explain` is audited, refused ones too. Errors are `RtdpError` (MOONBOX_…, STORE_…, ENGINE_…) or `SqlError` (SQL_…,
 * with line and column in `facts.problems`).
 */
import type { Role } from '@rtdp/identity/roles';
import type { PgType } from '@rtdp/sql/pg-type';
import type { ColumnBatch, ResultColumn } from '@rtdp/stores/scan-contract';

export interface Principal {
  subject: string;
  /** By which people know it; absent where nobody has told. */
  name?: string;
  organisationId: string;
  roles: readonly Role[];
  via: 'rest' | 'wire';
}

export interface QueryRequest {
  /** One statement. */
  sql: string;
  /** Values of `$1`, `$2`, … in Postgres' text form; bound, never put into the text. */
  parameters?: readonly (string | null)[];
  /** Types a client has declared for `$1`, `$2`, …, as the planner takes them; undefined where the statement decides. */
  parameterTypes?: readonly (PgType | undefined)[];
  principal: Principal;
  /** The database that unqualified table names are looked up in. */
  database?: string;
  /** Only the first so many rows are given; the service's own limit ends the statement with MOONBOX_ROW_LIMIT instead. */
  maximumRows?: number;
  /** Ends the statement with MOONBOX_TIME_LIMIT, time in the queue included; the service's own limit holds as well. */
  timeoutMs?: number;
  /** Aborting cancels the statement, at its sources too: MOONBOX_CANCELLED. */
  signal: AbortSignal;
  /** Kept in the audit, for example the widget that asks. */
  label?: string;
}

/** A table or view the statement reads; `sinkNamespace` when a flow writes it (`postgresql.<database>.<schema>.<table>.*.0.0`). */
export interface TableRead {
  database: string;
  table: string;
  columns: readonly string[];
  sinkNamespace: string | null;
  /** `database.view` by which it is read: kept in the audit, told to administrators. */
  through?: string;
}

export interface QueryAnswer {
  id: string;
  /** Empty for a statement that gives no rows. */
  columns: readonly ResultColumn[];
  /**
   * Must be read to its end or left by `return` (`break` in `for await`), which ends the statement at its sources. Reading slowly slows the
   * sources down. Throws what the statement fails with while it runs.
   */
  batches: AsyncIterable<ColumnBatch>;
  tables: readonly TableRead[];
  /** Those of `tables` that a flow writes. */
  freshness: readonly { sinkNamespace: string }[];
  /** `SELECT` (a session adds the number of rows), or the whole tag of another statement, such as `MOUNT DATABASE`. */
  tag: string;
  /**
   * Resolves once `batches` has ended: read to the end, left early or failed (it never rejects). `truncated`: there were more rows than
   * `maximumRows` of the request.
   */
  done(): Promise<{ rows: number; truncated: boolean; milliseconds: number }>;
}

/** What a statement would give, without running it. `columns` is null for one that gives no rows. */
export interface Description {
  columns: readonly ResultColumn[] | null;
  parameterTypes: readonly PgType[];
}

/** Rows and milliseconds are there when the plan was run (`analyze`). */
export interface Explanation {
  columns: readonly ResultColumn[];
  /** The mount that answers everything. */
  whole: { store: string; sql: string; rows?: number; milliseconds?: number } | null;
  parts: readonly {
    store: string;
    table: string;
    sql: string;
    estimate: number | null;
    rows?: number;
    milliseconds?: number;
  }[];
  /** What the embedded engine computes of the parts. */
  local: { sql: string; rows?: number; milliseconds?: number } | null;
  decisions: readonly { what: string; where: 'pushed' | 'local'; why: string }[];
  tables: readonly TableRead[];
  /** Of planning, and of running with `analyze`. */
  milliseconds: number;
}

export interface QueryService {
  describe(request: QueryRequest): Promise<Description>;
  run(request: QueryRequest): Promise<QueryAnswer>;
  /** Leaves the audit record of a statement that a session refuses before it runs, with what it tells its client. */
  refused(request: QueryRequest, error: unknown): void;
  /** `analyze` runs the query and throws its rows away. */
  explain(request: QueryRequest, options: { analyze: boolean }): Promise<Explanation>;
  /** The tables a SELECT reads, with the columns; nothing runs and nothing is audited. */
  lineage(request: QueryRequest): Promise<readonly TableRead[]>;
  /** True when the statement was running, and belongs to the principal (or the principal is an admin of the same organisation). */
  cancel(id: string, principal: Principal): Promise<boolean>;
}
