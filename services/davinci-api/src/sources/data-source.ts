/** Says what the API asks of a source: a check, its tables, what a statement reads, and rows; the interface is the specification. */
import type { SourceTables } from '../client/sources.ts';

export type Cell = string | number | boolean | null;

/** The one for whom it is asked: a source that knows users of the platform asks as them. */
export interface OnBehalf {
  subject: string;
  /** An access token of theirs, with the roles they have now. */
  token: string;
}

export interface SourceQuery {
  sql: string;
  /** Of `$1`, `$2`, …, as text. */
  parameters: readonly (string | null)[];
  /** Rows beyond these are left out. */
  maximumRows: number;
  timeoutMs: number;
  /** Aborting ends the statement at the source. */
  signal: AbortSignal;
  /** Kept in the source's audit, where it has one. */
  label?: string;
}

export interface TableUse {
  database: string;
  table: string;
  /** Null where no flow writes the table, so that nobody tells when it changes. */
  sinkNamespace: string | null;
}

export interface SourceAnswer {
  columns: { name: string; type: string }[];
  /** int2, int4, real and double as numbers (NaN and infinities as text), bool as true and false, all else as Postgres' text. */
  rows: Cell[][];
  /** There were more rows than asked for. */
  truncated: boolean;
  tables: TableUse[];
}

/** All methods throw RtdpError. */
export interface DataSource {
  /** True where two users always get the same answer to the same statement. */
  readonly sameForAll: boolean;
  check(onBehalf: OnBehalf): Promise<void>;
  tables(onBehalf: OnBehalf): Promise<SourceTables>;
  /** Another text whenever somebody may have got other rights there: an answer of before is no longer one for anybody. */
  rightsVersion(onBehalf: OnBehalf): Promise<string>;
  /** What a SELECT reads, without running it. */
  lineage(sql: string, onBehalf: OnBehalf): Promise<TableUse[]>;
  /** The names of the columns that a SELECT which ends in `limit 0` gives; throws where it could not be asked now. No row is read for it. */
  prove(sql: string, parameters: readonly (string | null)[], onBehalf: OnBehalf): Promise<string[]>;
  query(query: SourceQuery, onBehalf: OnBehalf): Promise<SourceAnswer>;
  close(): Promise<void>;
}
