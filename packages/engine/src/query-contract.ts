/** Says what the engine offers to the gateway: tables loaded from columns, and SQL over them; the interfaces are the specification. */
import type { PgType } from '@rtdp/sql/pg-type';
import type { Column } from '@rtdp/ums/batch';

/** Structurally the stores' ResultColumn. */
export interface QueryColumn {
  readonly name: string;
  readonly type: PgType;
  readonly typeText: string;
}

/** Structurally the stores' ColumnBatch: storages as `storageOf` of the stores gives them, texts as Postgres prints them. */
export interface QueryBatch {
  readonly rowCount: number;
  readonly columns: readonly Column[];
}

export interface QueryEngineOptions {
  /** Threads of one query; default 2. */
  readonly threads?: number;
  /** Memory one query may use, e.g. `512MB` (default). */
  readonly memoryLimit?: string;
  /** Where a query may put what does not fit into its memory; without it, a query that needs more fails. */
  readonly spillFolder?: string;
  /** Most a query may put there, e.g. `4GB`; default `4GB`. */
  readonly maximumSpill?: string;
  /** Queries that may be open at a time; further ones wait in order. Default 8. */
  readonly concurrentQueries?: number;
  /** Milliseconds; default 300,000. */
  readonly timeoutMs?: number;
}

export interface OpenQueryOptions {
  readonly memoryLimit?: string;
  /** Milliseconds from the moment the query is open (not while it waits for its turn). */
  readonly timeoutMs?: number;
  readonly signal?: AbortSignal;
}

export interface QueryEngine {
  /**
   * Gives a database of its own to one query: its memory limit is its own, and nothing of it is seen by another.
   * ENGINE_CANCELLED when the signal aborts while it waits; ENGINE_CLOSED.
   */
  openQuery(options?: OpenQueryOptions): Promise<EngineQuery>;
  /** Interrupts what runs (ENGINE_CLOSED). */
  close(): Promise<void>;
}

/**
 * One query. Any error of `load` and `run` is one of ENGINE_TIMEOUT, ENGINE_OUT_OF_MEMORY, ENGINE_CANCELLED, ENGINE_CLOSED, ENGINE_VALUE_FAILED
 * (a value makes the SQL fail: division by zero, a text that is no number), ENGINE_INTERNAL, or what the batches themselves throw.
 */
export interface EngineQuery extends AsyncDisposable {
  /**
   * Makes a table of `columns`, each of the type `engineType` gives (a numeric without a fixed scale, and all that is not number, bool, date or
   * timestamp: VARCHAR), and fills it. Loads of one query may overlap; reading the next batch overlaps with storing the last.
   * @returns rows loaded
   */
  load(name: string, columns: readonly QueryColumn[], batches: AsyncIterable<QueryBatch>): Promise<number>;
  /**
   * Runs the engine's SQL. Its columns must have the types that `engineType` gives for `resultColumns`; names are the caller's. Reading slowly
   * keeps the rest in the engine. Leaving the loop interrupts. One run at a time.
   */
  run(sql: string, resultColumns: readonly QueryColumn[]): AsyncIterable<QueryBatch>;
  /** Interrupts a run and gives everything back. */
  close(): Promise<void>;
}
