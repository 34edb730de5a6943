/** Runs SQL over batches in the embedded engine: one locked-down database per process, limits on memory, time and concurrency. */
import { availableParallelism } from 'node:os';
import duckdb, { type Connection, type DataChunk, type PreparedStatement } from '@duckdb/node-bindings';
import { RtdpError } from '@rtdp/ums/error';
import { compileStateless } from './compile-stateless.ts';
import type { CompiledFlow, Engine, EngineOptions, StatelessDefinition } from './flow-contract.ts';
import { openDatabase } from './open-database.ts';
import { type EngineHost, type Query, QueryFailure } from './query.ts';
import type { Scan } from './scan-batch.ts';

/*
 * The engine is driven through its bindings, not through the library of objects above them: that one makes an object per value.
 *
 * Every running query holds one thread of libuv's pool while it runs, and file and DNS calls wait for the rest: start a process that runs many
 * flows with UV_THREADPOOL_SIZE of at least 16. The engine itself never runs more than `CONCURRENT_QUERIES` at a time.
 */
const CONCURRENT_QUERIES = Math.max(2, Math.min(8, availableParallelism()));

/**
 * Optimisers that move conditions, take common parts out of a CASE or turn `x::int > 1` into `x > 1::bigint` would compute what may fail on rows
 * that an earlier condition leaves out, or would not fail where Postgres does; those that sort or compress have nothing to do here, and
 * compressed materialisation gave wrong results in this version. What is left removes columns that nobody reads.
 */
const DISABLED_OPTIMIZERS =
  `expression_rewriter,common_subexpressions,filter_pullup,filter_pushdown,cte_filter_pusher,reorder_filter,
  join_order,statistics_propagation,compressed_materialization,late_materialization,common_subplan,regex_range,in_clause`.replace(
    /\s+/g,
    '',
  );

/** Opens the embedded engine. Nothing outside the process can be read or written by SQL, and no setting can be changed by it. */
export async function createEngine(options: EngineOptions = {}): Promise<Engine> {
  const timeoutMilliseconds = options.timeoutMilliseconds ?? 60_000;
  const scans = new Map<number, Scan>();
  const { database, admin } = await openDatabase({
    threads: options.threads ?? 1,
    memoryLimit: options.memoryLimit ?? '512MB',
    spill: null,
    longestCallMilliseconds: timeoutMilliseconds,
    scans,
    disabledOptimizers: DISABLED_OPTIMIZERS,
  });

  const slots = new Slots(CONCURRENT_QUERIES);
  const queries = new Set<Query>();
  let scanNumber = 0;
  let closed = false;

  const host: EngineHost = {
    timeoutMilliseconds,
    prepare: async (scan, sqlOf) => {
      if (closed) throw closedError();
      scanNumber += 1;
      const number = scanNumber;
      scans.set(number, scan);
      const connection = await duckdb.connect(database);
      let statement: PreparedStatement;
      try {
        statement = await duckdb.prepare(connection, sqlOf(number));
      } catch (error) {
        scans.delete(number);
        duckdb.disconnect_sync(connection);
        throw new QueryFailure((error as Error).message);
      }
      // A query is not taken away while it runs: it is interrupted, and goes when it has ended.
      let running: Promise<unknown> = Promise.resolve();
      let ended: Promise<void> | null = null;
      const query: Query = {
        run: () => {
          if (ended !== null) throw closedError();
          const run = slots.use(() => {
            if (ended !== null) throw closedError();
            return execute(connection, statement, timeoutMilliseconds);
          });
          running = run.catch(() => undefined);
          return run;
        },
        close: () => {
          if (ended !== null) return ended;
          duckdb.interrupt(connection);
          ended = running.then(() => {
            queries.delete(query);
            scans.delete(number);
            duckdb.destroy_prepare_sync(statement);
            duckdb.disconnect_sync(connection);
          });
          return ended;
        },
      };
      queries.add(query);
      return query;
    },
  };

  return {
    compileStateless: (definition: StatelessDefinition): Promise<CompiledFlow> => {
      if (closed) throw closedError();
      return compileStateless(host, definition);
    },
    close: async () => {
      if (closed) return;
      closed = true;
      await Promise.all([...queries].map((query) => query.close()));
      duckdb.disconnect_sync(admin);
      duckdb.close_sync(database);
    },
  };
}

async function execute(
  connection: Connection,
  statement: PreparedStatement,
  timeoutMilliseconds: number,
): Promise<DataChunk[]> {
  const timer = setTimeout(() => duckdb.interrupt(connection), timeoutMilliseconds);
  try {
    const result = await duckdb.execute_prepared(statement);
    const count = duckdb.result_chunk_count(result);
    const chunks: DataChunk[] = [];
    for (let index = 0; index < count; index += 1) chunks.push(duckdb.result_get_chunk(result, index));
    return chunks;
  } catch (error) {
    throw new QueryFailure((error as Error).message);
  } finally {
    clearTimeout(timer);
  }
}

function closedError(): RtdpError {
  return new RtdpError({
    code: 'ENGINE_CLOSED',
    message: 'The engine or the flow is closed.',
    next: 'Open the engine and compile the flow again.',
  });
}

/** Lets at most so many run at a time; the others wait in order. */
class Slots {
  #free: number;
  readonly #waiting: (() => void)[] = [];

  constructor(count: number) {
    this.#free = count;
  }

  async use<T>(work: () => Promise<T>): Promise<T> {
    if (this.#free > 0) this.#free -= 1;
    else await new Promise<void>((resolve) => this.#waiting.push(resolve));
    try {
      return await work();
    } finally {
      const next = this.#waiting.shift();
      if (next === undefined) this.#free += 1;
      else next();
    }
  }
}
