/** Says what the gateway asks of a store it reads: its tables, and the rows of a query as typed columns; the interfaces are the specification. */
import type { PgType } from '@rtdp/sql/pg-type';
import type { Column, ColumnStorage } from '@rtdp/ums/batch';

export interface ResultColumn {
  readonly name: string;
  readonly type: PgType;
  /** Postgres' name of the type for display, e.g. `numeric(12,2)`; also of types that PgType has no name for (`inet`), which behave as text. */
  readonly typeText: string;
}

/**
 * Rows of one result. Each column has the storage that `storageOf` gives for its type. `text` holds Postgres' own text output of the type:
 * `2026-01-01 10:00:00.5+00`, `\x00ff`, `{1,NULL}`, `1.50`.
 */
export interface ColumnBatch {
  readonly rowCount: number;
  readonly columns: readonly Column[];
}

/** The storage in which a column of this type travels. A `real` is text, because the double nearest to it prints as something else. */
export function storageOf(type: PgType): ColumnStorage {
  switch (type.name) {
    case 'bool':
      return 'boolean';
    case 'int2':
    case 'int4':
      return 'int32';
    case 'int8':
      return 'int64';
    case 'float8':
      return 'float64';
    default:
      return 'text';
  }
}

export interface ScanRequest {
  /**
   * One statement in the store's own dialect, with `$1…` (Postgres) or `?` (MySQL) for parameters. MySQL's sessions have the sql_mode
   * `ANSI_QUOTES,PIPES_AS_CONCAT,NO_BACKSLASH_ESCAPES`: names in `"`, a text's only special character is the doubled `'`, `||` joins texts,
   * and LIKE has no escape character but what ESCAPE names.
   */
  readonly sql: string;
  /** Texts of the values, null for NULL; bound, never put into the SQL. */
  readonly parameters?: readonly (string | null)[];
  /**
   * Names and types the caller counts on, one for each column. A value that does not read as its type fails the scan with STORE_RESULT_TYPE,
   * and so does another number of columns. Without them the store's own types are taken.
   */
  readonly columns?: readonly ResultColumn[];
  /** Aborting ends the statement at the source too, and the scan with STORE_CANCELLED. */
  readonly signal?: AbortSignal;
  /** Most rows of one batch; default 16,384. A batch is also cut when its texts reach some megabytes. */
  readonly batchRows?: number;
  /** Milliseconds from the call to the last row; then the statement is ended at the source, and the scan with STORE_TIMEOUT. */
  readonly timeoutMs?: number;
}

/**
 * The caller must read `batches` to their end, or leave the loop, which ends the statement at the source; else a connection stays taken.
 * Reading slowly slows the source down: at most a few batches wait in memory. A result without rows gives no batch.
 */
export interface ScanResult {
  readonly columns: readonly ResultColumn[];
  /** May be iterated once. */
  readonly batches: AsyncIterable<ColumnBatch>;
}

export interface IntrospectedColumn {
  readonly name: string;
  /** The type the gateway gives the column. */
  readonly type: PgType;
  /** As the source writes it. */
  readonly typeText: string;
  readonly nullable: boolean;
  readonly collation?: string | null;
  readonly comment?: string | null;
  /**
   * false: comparing or sorting at the source would not mean what Postgres means by it (case-insensitive or padded collation, a type that is
   * only carried, dates that may be zero); such a column may be read, but conditions on it stay in the gateway.
   */
  readonly exact: boolean;
}

export interface IntrospectedIndex {
  readonly name: string;
  /** In order; an index over an expression or with a condition is not listed. */
  readonly columns: readonly string[];
  readonly unique: boolean;
}

export interface IntrospectedTable {
  readonly schema: string;
  readonly name: string;
  readonly kind: 'table' | 'view';
  readonly columns: readonly IntrospectedColumn[];
  /** In key order; empty where there is none. */
  readonly primaryKey: readonly string[];
  readonly indexes: readonly IntrospectedIndex[];
  /** The source's own estimate; null where it has none (a view, a table never analysed). */
  readonly rowEstimate: number | null;
  readonly comment?: string | null;
}

export interface ServerFacts {
  /** As the server says it, e.g. `17.2`, `10.11.6-MariaDB`. */
  readonly version: string;
  readonly product: 'postgres' | 'mysql' | 'mariadb';
  /** Default collation of the database. */
  readonly collation: string;
  readonly encoding: string;
  /** Time zone of the reader's sessions, always UTC. */
  readonly timeZone: string;
}

/**
 * Reads one database. Calls may overlap; each takes one of the reader's connections. Every session is read-only, in UTC, and gives one text for
 * one value. All methods throw RtdpError with STORE_ codes.
 */
export interface StoreReader {
  readonly kind: StoreReaderKind;
  /** Connects and asks something small. STORE_UNREACHABLE, STORE_REFUSED. */
  check(): Promise<void>;
  /** Tables and views the user may read, by schema and name; system schemas are left out. */
  introspect(options?: { schemas?: readonly string[] }): Promise<IntrospectedTable[]>;
  /** Resolves when the first rows are there or there are none, so what fails at once fails here. */
  scan(request: ScanRequest): Promise<ScanResult>;
  serverFacts(): Promise<ServerFacts>;
  /** Ends what runs and closes the connections. */
  close(): Promise<void>;
}

export type StoreReaderKind = 'postgres' | 'mysql';

export interface ReaderOptions {
  readonly host: string;
  readonly port: number;
  readonly database: string;
  readonly user: string;
  readonly password: string;
  /** `verify` checks the server's certificate against `certificateAuthority` (PEM) or the machine's; `require` only encrypts; default `off`. */
  readonly tls?: 'off' | 'require' | 'verify';
  readonly certificateAuthority?: string;
  /** Most connections at a time; default 8. Further scans wait in order. */
  readonly connections?: number;
  readonly applicationName?: string;
}
