/** Runs one query in its own database: fills its tables, streams its result, and ends it by time, signal or close. */
import duckdb, { type Connection, type PreparedStatement } from '@duckdb/node-bindings';
import { engineType } from '@rtdp/sql/pg-type';
import { RtdpError } from '@rtdp/ums/error';
import { loadable, loadExpression, storageOfColumn } from './load-casts.ts';
import { QueryFailure } from './query.ts';
import type { EngineQuery, QueryBatch, QueryColumn } from './query-contract.ts';
import type { QueryDatabase } from './query-database.ts';
import { Scan } from './scan-batch.ts';
import { readChunk } from './typed-result.ts';

type Reason = 'timeout' | 'cancelled' | 'closed';

export class OpenQuery implements EngineQuery {
  readonly #database: QueryDatabase;
  readonly #timeoutMs: number;
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  readonly #leave: (clean: boolean) => void;
  readonly #connections = new Set<Connection>();
  readonly #tables: string[] = [];
  /** Work under way; a database is only given back when there is none. */
  readonly #working = new Set<Promise<unknown>>();
  #stopped: Reason | null = null;
  #failed = false;
  #closing: Promise<void> | null = null;
  readonly #onAbort = (): void => this.#stop('cancelled');

  constructor(
    database: QueryDatabase,
    timeoutMs: number,
    signal: AbortSignal | undefined,
    leave: (clean: boolean) => void,
  ) {
    this.#database = database;
    this.#timeoutMs = timeoutMs;
    this.#signal = signal;
    this.#leave = leave;
    this.#timer = setTimeout(() => this.#stop('timeout'), Math.min(timeoutMs, 0x7fff_ffff));
    if (signal?.aborted === true) this.#stop('cancelled');
    signal?.addEventListener('abort', this.#onAbort, { once: true });
  }

  load(name: string, columns: readonly QueryColumn[], batches: AsyncIterable<QueryBatch>): Promise<number> {
    return this.#work(async (connection) => {
      const table = quoted(name);
      const declared = columns.map((column, index) => `${quoted(column.name, index)} ${engineType(column.type)}`);
      // A table has a column; one of a count(*) alone has none that is read.
      const storages = columns.map(storageOfColumn);
      const scan = new Scan(storages);
      const number = this.#database.addScan(scan);
      this.#tables.push(table);
      await this.#execute(connection, `CREATE TABLE ${table} (${declared.join(', ') || 'rtdp_row INTEGER'})`);
      const values = columns.map((column, index) => loadExpression(column, `s${index}`)).join(', ') || 'r';
      const insert = await this.#prepare(connection, `INSERT INTO ${table} SELECT ${values} FROM rtdp_scan(${number})`);
      let rows = 0;
      let storing: Promise<unknown> = Promise.resolve();
      try {
        // The next batch is read while the engine stores the last.
        for await (const batch of batches) {
          await storing;
          this.#check();
          scan.batch = {
            rowCount: batch.rowCount,
            columns: batch.columns.map((each, at) => loadable(columns[at]!, each)),
          };
          rows += batch.rowCount;
          storing = this.#guarded(duckdb.execute_prepared(insert));
          // Told by the await of the next round; until then nobody listens.
          storing.catch(() => undefined);
        }
        await storing;
        return rows;
      } finally {
        await storing.catch(() => undefined);
        scan.batch = null;
        duckdb.destroy_prepare_sync(insert);
      }
    });
  }

  async *run(sql: string, resultColumns: readonly QueryColumn[]): AsyncGenerator<QueryBatch, void, void> {
    const connection = await this.#connect();
    let prepared: PreparedStatement | null = null;
    try {
      prepared = await this.#prepare(connection, sql);
      this.#checkStatement(prepared, resultColumns);
      const result = await this.#guarded(duckdb.execute_prepared_streaming(prepared));
      while (true) {
        this.#check();
        const chunk = await this.#guarded(duckdb.fetch_chunk(result));
        if (chunk === null || duckdb.data_chunk_get_size(chunk) === 0) return;
        yield readChunk(chunk, resultColumns);
      }
    } catch (error) {
      throw this.#failure(error);
    } finally {
      if (prepared !== null) duckdb.destroy_prepare_sync(prepared);
      this.#disconnect(connection);
    }
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  async #end(): Promise<void> {
    this.#stop('closed');
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#onAbort);
    await Promise.allSettled([...this.#working]);
    // Those who heard that their work has ended let go of their connections first.
    await new Promise((resolve) => setImmediate(resolve));
    // A connection that is still there belongs to a run whose reader never came back.
    let clean = !this.#failed && this.#connections.size === 0;
    if (clean) {
      clean = await this.#database.clean(this.#tables).then(
        () => true,
        () => false,
      );
    }
    for (const connection of [...this.#connections]) this.#disconnect(connection);
    this.#leave(clean);
  }

  /** Once; what a reader left in the middle is ended with the connection. */
  #disconnect(connection: Connection): void {
    if (!this.#connections.delete(connection)) return;
    duckdb.interrupt(connection);
    duckdb.disconnect_sync(connection);
  }

  async #work<Result>(work: (connection: Connection) => Promise<Result>): Promise<Result> {
    const done = (async () => {
      const connection = await this.#connect();
      try {
        return await work(connection);
      } catch (error) {
        throw this.#failure(error);
      } finally {
        this.#disconnect(connection);
      }
    })();
    this.#working.add(done);
    try {
      return await done;
    } finally {
      this.#working.delete(done);
    }
  }

  async #connect(): Promise<Connection> {
    this.#check();
    const connection = await this.#database.connect();
    this.#connections.add(connection);
    return connection;
  }

  async #prepare(connection: Connection, sql: string): Promise<PreparedStatement> {
    this.#check();
    return this.#guarded(duckdb.prepare(connection, sql));
  }

  async #execute(connection: Connection, sql: string): Promise<void> {
    this.#check();
    await this.#guarded(duckdb.query(connection, sql));
  }

  /** Names the engine's failure, and keeps the database from being closed under what runs. */
  async #guarded<Result>(running: Promise<Result>): Promise<Result> {
    this.#working.add(running);
    try {
      return await running;
    } catch (error) {
      throw new QueryFailure((error as Error).message);
    } finally {
      this.#working.delete(running);
    }
  }

  #checkStatement(prepared: PreparedStatement, columns: readonly QueryColumn[]): void {
    const count = duckdb.prepared_statement_column_count(prepared);
    const isSelect = duckdb.prepared_statement_type(prepared) === SELECT;
    if (isSelect && count === columns.length) return;
    throw new RtdpError({
      code: 'ENGINE_INTERNAL',
      message: isSelect
        ? `the engine's SQL gives ${count} columns where the plan has ${columns.length}`
        : 'the engine was asked for something else than a SELECT',
      next: 'Report the statement: its plan is wrong.',
      facts: { count, columns: columns.map(({ name }) => name) },
    });
  }

  #stop(reason: Reason): void {
    if (this.#stopped !== null) return;
    this.#stopped = reason;
    for (const connection of this.#connections) duckdb.interrupt(connection);
  }

  #check(): void {
    if (this.#stopped !== null) throw this.#stopError(this.#stopped);
  }

  #failure(error: unknown): unknown {
    if (this.#stopped !== null && (error instanceof QueryFailure || error instanceof RtdpError)) {
      return this.#stopError(this.#stopped);
    }
    if (!(error instanceof QueryFailure)) return error;
    if (error.kind === 'row') {
      return new RtdpError({
        code: 'ENGINE_VALUE_FAILED',
        message: error.message.replace(/\s*\n\s*LINE \d+:[\s\S]*$/, ''),
        next: 'Leave the rows with such values out, or convert them in the statement.',
        cause: error,
      });
    }
    this.#failed = true;
    if (error.kind === 'memory') {
      return new RtdpError({
        code: 'ENGINE_OUT_OF_MEMORY',
        message: `The query needs more than the ${this.#database.memoryLimit} it may use.`,
        next: 'Read fewer rows or columns, or give queries more memory.',
        facts: { memoryLimit: this.#database.memoryLimit, reason: error.message },
        cause: error,
      });
    }
    // Nobody stopped it: a function of ours gave up.
    if (error.kind === 'interrupted') {
      return new RtdpError({
        code: 'ENGINE_TIMEOUT',
        message: 'A function of the query took too long over some rows.',
        next: 'Ask again when the machine has less to do, or give the function shorter values.',
        cause: error,
      });
    }
    return new RtdpError({
      code: 'ENGINE_INTERNAL',
      message: `The embedded engine failed: ${error.message}`,
      next: 'Report the statement.',
      cause: error,
    });
  }

  #stopError(reason: Reason): RtdpError {
    if (reason === 'timeout') {
      return new RtdpError({
        code: 'ENGINE_TIMEOUT',
        message: `The query took longer than the ${this.#timeoutMs} ms it may.`,
        next: 'Ask for fewer rows, or give the query more time.',
        facts: { timeoutMs: this.#timeoutMs },
      });
    }
    return reason === 'cancelled'
      ? new RtdpError({
          code: 'ENGINE_CANCELLED',
          message: 'The query was cancelled.',
          next: 'Run it again if that was not meant.',
        })
      : new RtdpError({
          code: 'ENGINE_CLOSED',
          message: 'The query or the engine is closed.',
          next: 'Open the query again.',
        });
  }
}

/** The engine's number of the statement type. */
const SELECT = 1;

function quoted(name: string, index?: number): string {
  // A column without a name is called by its place.
  return `"${(name === '' && index !== undefined ? `column${index}` : name).replaceAll('"', '""')}"`;
}
