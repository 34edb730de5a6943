/**
 * Runs queries on one connection and hands each row over as the bytes that arrived. Every query is a read-only transaction that is rolled back:
 * whatever a statement sets is gone with it.
 */
import type { Socket } from 'node:net';
import pg from 'pg';
import { FrameReader, fieldDescriptions, readErrorFields } from './query-frames.ts';
import { bindExecuteMessages, parseMessage, SYNC_MESSAGE } from './wire.ts';

export interface FieldDescription {
  readonly name: string;
  readonly typeId: number;
  readonly typeModifier: number;
}

/** Receives one result. What it throws ends the query, and is what `run` rejects with. */
export interface RowReceiver {
  /** Before the first row. */
  describe(fields: readonly FieldDescription[]): void;
  /** A row's values from `at` on: for each the length in 4 bytes (-1 = NULL), then the text. */
  row(bytes: Buffer, at: number): void;
}

/** What the server says of a failed statement, by the letters of the protocol turned into pg's names. */
export class ServerFailure extends Error {
  readonly code: string;
  readonly position: string | undefined;
  readonly detail: string | undefined;

  constructor(fields: Record<string, string>) {
    super(fields.M ?? 'the server reports an error');
    this.code = fields.C ?? '';
    this.position = fields.P;
    this.detail = fields.D;
  }
}

/**
 * Else a path of the role or the database may put a function or operator of its owner before Postgres' own. The rest stays behind it: functions that
 * the owner's views call find their tables by it. Nothing here is looked up by the path that it mends.
 */
const OWN_NAMES_FIRST = `SELECT pg_catalog.set_config('search_path',
  pg_catalog.rtrim(pg_catalog.concat('pg_catalog, ', pg_catalog.current_setting('search_path')), ', '), false)`;

/** Groups of a dashboard fit, where the server's own 4 MB make it sort the rows through files. A setting of the role or the database stays. */
const WORKING_MEMORY = `SELECT set_config('work_mem', '32MB', false) FROM pg_settings WHERE name = 'work_mem'
  AND setting::bigint < 32768 AND source NOT IN ('user', 'database', 'database user')`;

const BEGIN = 'rtdp_begin';
const ROLLBACK = 'rtdp_rollback';
/** A text that is asked a second time is prepared; so many may stay so. */
const MOST_PREPARED = 200;
const MOST_SEEN = 2_000;
/** For what every session asks first. */
const LONGEST_PREPARING_MS = 10_000;

interface Running {
  readonly receiver: RowReceiver;
  readonly done: (error?: unknown) => void;
  /** Answers `ready for query` still to come. */
  ready: number;
  error: unknown;
  rows: number;
}

export class QuerySession {
  readonly processId: number;
  readonly #client: pg.Client;
  readonly #stream: Socket;
  readonly #frames = new FrameReader((type, bytes, at, end) => this.#frame(type, bytes, at, end));
  /** Text → name of the prepared statement; '' = seen once. Least recently used first. */
  readonly #statements = new Map<string, string>();
  #prepared = 0;
  #nextName = 0;
  #timeoutMs = 0;
  #running: Running | null = null;
  #broken: unknown = null;

  private constructor(client: pg.Client) {
    this.#client = client;
    this.#stream = (client as unknown as { connection: { stream: Socket } }).connection.stream;
    this.processId = (client as unknown as { processID: number }).processID;
    // The library has signed in; from here on its parser, which makes a string per value, is out of the way.
    this.#stream.removeAllListeners('data');
    this.#stream.on('data', (bytes: Buffer) => this.#frames.read(bytes));
    client.on('error', (error) => this.#break(error));
    client.on('end', () => this.#break(new Error('Connection terminated')));
  }

  static async open(config: pg.ClientConfig): Promise<QuerySession> {
    const client = new pg.Client(config);
    client.on('error', () => undefined);
    await client.connect();
    const session = new QuerySession(client);
    const late = setTimeout(() => session.#break(new Error('Connection timeout')), LONGEST_PREPARING_MS);
    try {
      await session.#prepareOwn();
      await session.#exchange([simpleQuery(`${OWN_NAMES_FIRST}; ${WORKING_MEMORY}`)], 1, NOTHING);
      return session;
    } catch (error) {
      session.end();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  get usable(): boolean {
    return this.#broken === null;
  }

  end(): void {
    this.#break(new Error('Connection terminated by us'));
  }

  pause(): void {
    this.#stream.pause();
  }

  resume(): void {
    this.#stream.resume();
  }

  /**
   * One statement; resolves when the server is ready for the next. `timeoutMs` is the server's own limit, 0 = none. Rejects with ServerFailure,
   * with what the receiver threw, or with the connection's error.
   */
  async run(sql: string, parameters: readonly (string | null)[], timeoutMs: number, to: RowReceiver): Promise<void> {
    try {
      await this.#attempt(sql, parameters, timeoutMs, to);
    } catch (error) {
      if (!(error instanceof ServerFailure && this.usable && isStale(error))) throw error;
      // The table has changed since the statement was prepared, or somebody's DEALLOCATE took it away.
      this.#statements.clear();
      await this.#exchange([simpleQuery('DEALLOCATE ALL')], 1, NOTHING);
      await this.#prepareOwn();
      await this.#attempt(sql, parameters, timeoutMs, to);
    }
  }

  async #attempt(
    sql: string,
    parameters: readonly (string | null)[],
    timeoutMs: number,
    to: RowReceiver,
  ): Promise<void> {
    const messages: Buffer[] = [];
    let ready = 1;
    if (timeoutMs !== this.#timeoutMs) {
      messages.push(simpleQuery(`SET statement_timeout = ${timeoutMs}`));
      this.#timeoutMs = timeoutMs;
      ready += 1;
    }
    messages.push(bindExecuteMessages(BEGIN, []));
    const known = this.#statements.get(sql);
    const name = known === undefined ? '' : known || `rtdp_${this.#nextName++}`;
    if (!known) messages.push(parseMessage(name, sql));
    messages.push(describeStatement(name), bindExecuteMessages(name, parameters), bindExecuteMessages(ROLLBACK, []));
    messages.push(SYNC_MESSAGE);
    this.#remember(sql, name, messages);
    try {
      await this.#exchange(messages, ready, to);
    } catch (error) {
      this.#statements.delete(sql);
      throw error;
    }
  }

  #remember(sql: string, name: string, messages: Buffer[]): void {
    if (name !== '' && !this.#statements.get(sql)) this.#prepared += 1;
    this.#statements.delete(sql);
    this.#statements.set(sql, name);
    if (this.#statements.size <= MOST_SEEN && this.#prepared <= MOST_PREPARED) return;
    for (const [text, old] of this.#statements) {
      if (old === '' && this.#statements.size <= MOST_SEEN) continue;
      this.#statements.delete(text);
      if (old !== '') {
        this.#prepared -= 1;
        messages.unshift(closeStatement(old));
      }
      return;
    }
  }

  async #prepareOwn(): Promise<void> {
    this.#prepared = 0;
    await this.#exchange(
      [parseMessage(BEGIN, 'BEGIN READ ONLY'), parseMessage(ROLLBACK, 'ROLLBACK'), SYNC_MESSAGE],
      1,
      NOTHING,
    );
  }

  #exchange(messages: readonly Buffer[], ready: number, receiver: RowReceiver): Promise<void> {
    if (this.#broken !== null) return Promise.reject(this.#broken);
    return new Promise((resolve, reject) => {
      const done = (error?: unknown) => (error === undefined ? resolve() : reject(error));
      this.#running = { receiver, done, ready, error: undefined, rows: 0 };
      this.#stream.write(messages.length === 1 ? messages[0]! : Buffer.concat(messages));
    });
  }

  #frame(type: number, bytes: Buffer, at: number, end: number): void {
    const running = this.#running;
    if (running === null) return;
    switch (type) {
      case ROW:
        if (running.error !== undefined) return;
        running.rows += 1;
        this.#hand(running, () => running.receiver.row(bytes, at + 2));
        return;
      case ROW_DESCRIPTION:
        this.#hand(running, () => running.receiver.describe(fieldDescriptions(bytes, at)));
        return;
      case ERROR:
        running.error ??= new ServerFailure(readErrorFields(bytes, at, end));
        return;
      case READY: {
        running.ready -= 1;
        if (running.ready > 0) return;
        // Skipped after an error: the transaction is still open, but for one that the statement itself ended.
        if (bytes[at] !== IDLE) {
          running.ready = 1;
          this.#stream.write(simpleQuery('ROLLBACK'));
          return;
        }
        this.#running = null;
        running.done(running.error);
      }
    }
  }

  /** The receiver's own failure ends the query, but what the server still sends has to be read. */
  #hand(running: Running, call: () => void): void {
    try {
      call();
    } catch (error) {
      running.error ??= error;
    }
  }

  #break(error: unknown): void {
    if (this.#broken !== null) return;
    this.#broken = error;
    this.#stream.destroy();
    const running = this.#running;
    this.#running = null;
    running?.done(running.error ?? error);
    void this.#client.end().catch(() => undefined);
  }
}

const ROW = 0x44;
const ROW_DESCRIPTION = 0x54;
const ERROR = 0x45;
const READY = 0x5a;
const IDLE = 0x49;

const NOTHING: RowReceiver = { describe: () => undefined, row: () => undefined };

/** 26000: no such prepared statement. 0A000: cached plan must not change result type. */
function isStale(failure: ServerFailure): boolean {
  return failure.code === '26000' || (failure.code === '0A000' && failure.message.includes('cached plan'));
}

function simpleQuery(sql: string): Buffer {
  return named(0x51, '', sql);
}

function describeStatement(name: string): Buffer {
  return named(0x44, 'S', name);
}

function closeStatement(name: string): Buffer {
  return named(0x43, 'S', name);
}

/** A message of a letter and a text that ends with a zero. */
function named(type: number, kind: string, text: string): Buffer {
  const message = Buffer.allocUnsafe(5 + kind.length + Buffer.byteLength(text) + 1);
  message[0] = type;
  message.writeInt32BE(message.length - 1, 1);
  const at = 5 + message.write(kind, 5, 'latin1');
  message[at + message.write(text, at)] = 0;
  return message;
}
