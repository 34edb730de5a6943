/** Decides how the store's connections are opened and set, and keeps what belongs to each: prepared statements and staging tables. */

import type { Socket } from 'node:net';
import type { ClientConfig, PoolClient, PoolConfig, Submittable } from 'pg';
import { Pool } from 'pg';
import type { StoreOptions } from '../contract.ts';
import { endSessions, type ServerSession, sessionOf } from './end-sessions.ts';
import { toStoreError } from './errors.ts';
import type { PipelineResult } from './pipeline.ts';
import { Pipeline, PreparedStatements } from './pipeline.ts';

const MOST_PREPARED = 1000;

/** No answer for so long means that the server or the way to it is gone. */
const ANSWER_TIMEOUT_MS = 120_000;

/** One text for one value, whatever the server's own settings are. */
const TEXT_SETTINGS: Record<string, string> = {
  TimeZone: 'UTC',
  DateStyle: 'ISO',
  IntervalStyle: 'postgres',
  bytea_output: 'hex',
  extra_float_digits: '1',
  client_min_messages: 'warning',
  standard_conforming_strings: 'on',
};

/**
 * Joins on the sink table must walk its index whatever the statistics say: a plan made while the table was empty would scan it for ever.
 * Statements that mean the whole table switch sequential scans on for their own transaction.
 */
const WRITE_SETTINGS: Record<string, string> = {
  ...TEXT_SETTINGS,
  plan_cache_mode: 'force_generic_plan',
  enable_seqscan: 'off',
  enable_hashjoin: 'off',
  enable_mergejoin: 'off',
  jit: 'off',
  temp_buffers: '32MB',
  // A writer that was cut off between its fence and its Sync must not hold the position row for hours.
  tcp_keepalives_idle: '30',
  tcp_keepalives_interval: '10',
  tcp_keepalives_count: '3',
};

const READ_SETTINGS: Record<string, string> = { ...TEXT_SETTINGS, default_transaction_read_only: 'on', jit: 'off' };

function toOptions(settings: Record<string, string>): string {
  return Object.entries(settings)
    .map(([name, value]) => `-c ${name}=${value}`)
    .join(' ');
}

/** When what a reader asked is wanted no more. */
export interface ReaderEnd {
  signal: AbortSignal;
  /** Called when its sessions could not be ended at the server, which may be busy with them for a while. */
  onLeft: (error: unknown) => void;
}

/**
 * A small pool for reading any Postgres, a source too: read-only, values as one text. The caller ends it; with `end`, the server is told
 * to end its sessions too: a closed connection alone is not noticed there by one that waits or reads much.
 */
export function openReader(address: string | ClientConfig, end?: ReaderEnd): Pool {
  const config: PoolConfig = {
    ...(typeof address === 'string' ? { connectionString: address } : address),
    max: 2,
    application_name: typeof address === 'string' ? 'rtdp reader' : address.application_name,
    options: toOptions(READ_SETTINGS),
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
  };
  const pool = new Pool({ ...config, ...(end && endedWith(end, config)) });
  pool.on('error', () => undefined);
  return pool;
}

function endedWith({ signal, onLeft }: ReaderEnd, config: ClientConfig): Pick<PoolConfig, 'onConnect'> {
  const open = new Set<ServerSession>();
  signal.addEventListener('abort', () => void endSessions(config, [...open]).catch(onLeft), { once: true });
  return {
    // The pool waits for it, and hands nobody a connection for which it fails.
    async onConnect(client) {
      const session = await sessionOf(client);
      signal.throwIfAborted();
      open.add(session);
      client.once('end', () => open.delete(session));
    },
  };
}

export class Session {
  readonly prepared = new PreparedStatements();
  /** Staging tables this connection has, by the columns that they hold; least recently used first. */
  readonly stages = new Map<string, string>();
  nextStage = 0;
  readonly #client: PoolClient;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  pipeline(): Pipeline {
    return new Pipeline(this.prepared);
  }

  /** Sends all pipelines in one write; each is its own transaction, and each has its own outcome. */
  async run(...pipelines: Pipeline[]): Promise<PromiseSettledResult<PipelineResult>[]> {
    for (const [index, pipeline] of pipelines.entries()) {
      const next = pipelines[index + 1];
      if (next) pipeline.followedBy = next;
    }
    const results = Promise.allSettled(pipelines.map((pipeline) => pipeline.result));
    return this.#answered(() => {
      for (const pipeline of pipelines) this.#client.query(pipeline as unknown as Submittable);
      return results;
    });
  }

  async query<Row extends object>(text: string, values: readonly unknown[] = []): Promise<Row[]> {
    return this.#answered(async () => (await this.#client.query<Row>(text, [...values])).rows);
  }

  /** A server that is frozen, or cut off without a word, must not hold the caller for ever. */
  async #answered<Result>(ask: () => Promise<Result>): Promise<Result> {
    const { stream } = (this.#client as unknown as { connection: { stream: Socket } }).connection;
    const timer = setTimeout(() => stream.destroy(new Error('connection gave no answer in time')), ANSWER_TIMEOUT_MS);
    try {
      return await ask();
    } finally {
      clearTimeout(timer);
    }
  }

  /** Keeps the server's memory bounded where very many tables are written. */
  async trim(): Promise<void> {
    if (this.prepared.size < MOST_PREPARED) return;
    await this.#client.query('DEALLOCATE ALL');
    this.prepared.clear();
  }
}

export class Connections {
  readonly #pool: Pool;
  readonly #sessions = new WeakMap<PoolClient, Session>();
  readonly #facts: Record<string, unknown>;

  constructor(options: StoreOptions) {
    this.#pool = new Pool({
      connectionString: options.url,
      max: options.connections ?? 4,
      application_name: options.applicationName ?? 'rtdp sink',
      options: toOptions({ ...WRITE_SETTINGS, lock_timeout: String(options.lockTimeoutMs ?? 10_000) }),
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      idleTimeoutMillis: 300_000,
    });
    // An idle connection that breaks is replaced by the pool; whoever asks next meets the error itself.
    this.#pool.on('error', () => undefined);
    const url = new URL(options.url);
    this.#facts = { host: url.hostname, port: url.port || '5432', database: url.pathname.slice(1) };
  }

  /**
   * Lends a session for the time of `work`. Errors come out as STORE_…; after one the connection is only kept if the server itself
   * answered with an SQLSTATE that leaves it usable.
   */
  async use<Result>(facts: Record<string, unknown>, work: (session: Session) => Promise<Result>): Promise<Result> {
    let client: PoolClient;
    try {
      client = await this.#pool.connect();
    } catch (error) {
      throw toStoreError(error, { ...this.#facts, ...facts });
    }
    let session = this.#sessions.get(client);
    if (!session) {
      session = new Session(client);
      this.#sessions.set(client, session);
      client.on('error', () => undefined);
    }
    try {
      const result = await work(session);
      client.release();
      return result;
    } catch (error) {
      const mapped = toStoreError(error, { ...this.#facts, ...facts });
      client.release(mapped.code === 'STORE_UNREACHABLE' || mapped.code === 'STORE_FAILED');
      throw mapped;
    }
  }

  async transaction<Result>(
    facts: Record<string, unknown>,
    work: (session: Session) => Promise<Result>,
  ): Promise<Result> {
    return this.use(facts, async (session) => {
      await session.query('BEGIN');
      try {
        const result = await work(session);
        await session.query('COMMIT');
        return result;
      } catch (error) {
        // A broken connection has rolled back by itself; the first error is the one that says why.
        await session.query('ROLLBACK').catch(() => undefined);
        throw error;
      }
    });
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }
}
