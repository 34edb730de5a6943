/** Decides how a session on MySQL or MariaDB is opened and set, and runs statements on it with every row as the bytes that arrived. */
import type { Socket } from 'node:net';
import mysql, { type Connection, type ConnectionOptions } from 'mysql2';
import type { ReaderOptions } from '../scan-contract.ts';
import { tlsOptions } from '../tls-options.ts';
import type { ResultField } from './types.ts';
import { type ServerVersion, serverVersion, sessionSettings, timeLimit } from './version.ts';

const MOST_PREPARED = 200;

/** For connecting and for the first statements together; the server that answers is asked for no work. */
const LONGEST_OPENING_MS = 15_000;

/** Receives one result; must not throw. */
export interface RowReceiver {
  describe(fields: readonly ResultField[]): void;
  /** A row of the binary protocol whose payload begins at `at`. */
  row(bytes: Buffer, at: number): void;
}

interface Packet {
  readonly buffer: Buffer;
  readonly offset: number;
}

/** What the library calls to make the object that reads each row: the one seam for taking the bytes before it makes objects of them. */
interface ExecuteCommand {
  buildParserFromFields: (fields: readonly ResultField[]) => new () => { next(packet: Packet): void };
  once(event: 'error', listener: (error: Error) => void): this;
  once(event: 'end', listener: () => void): this;
}

interface Statement {
  execute(parameters: readonly (string | null)[]): ExecuteCommand;
}

export class MysqlSession {
  readonly #connection: Connection;
  /** Rejects what waits for the server: the library tells nobody when a connection breaks or is cut under a statement. */
  readonly #waiting = new Set<(error: unknown) => void>();
  #server: ServerVersion = { product: 'mysql', version: '' };
  #broken: unknown = null;
  #timeoutMs = 0;

  private constructor(options: ReaderOptions) {
    this.#connection = mysql.createConnection(connectionOptions(options));
    this.#connection.on('error', (error) => this.#break(error));
  }

  static async open(options: ReaderOptions): Promise<MysqlSession> {
    const session = new MysqlSession(options);
    const late = setTimeout(() => session.#break(new Error('connection timeout')), LONGEST_OPENING_MS);
    try {
      await session.#begin();
      return session;
    } catch (error) {
      session.end();
      throw error;
    } finally {
      clearTimeout(late);
    }
  }

  get threadId(): number {
    return (this.#connection as unknown as { threadId: number }).threadId;
  }

  get usable(): boolean {
    return this.#broken === null;
  }

  end(): void {
    this.#break(new Error('connection closed by us'));
  }

  pause(): void {
    this.#connection.pause();
  }

  resume(): void {
    // The library would still hand over the rows it holds, to a scan that has ended.
    if (this.usable) this.#connection.resume();
  }

  /** A small result, all values as texts. Rejects with the server's or connection's error, also when `end` is called. */
  texts(sql: string): Promise<(string | null)[][]> {
    return this.#wait((resolve, reject) => {
      this.#connection.query({ sql, rowsAsArray: true, typeCast: (field) => field.string() }, (error, rows) =>
        error ? reject(error) : resolve(rows as unknown as (string | null)[][]),
      );
    });
  }

  /**
   * One statement, prepared once per session. `timeoutMs` is the server's own limit, 0 = none. Rejects with the server's or connection's error,
   * also when `end` is called.
   */
  async run(sql: string, parameters: readonly (string | null)[], timeoutMs: number, to: RowReceiver): Promise<void> {
    if (timeoutMs !== this.#timeoutMs) {
      await this.texts(timeLimit(this.#server, timeoutMs));
      this.#timeoutMs = timeoutMs;
    }
    const statement = await this.#wait<Statement>((resolve, reject) => {
      this.#connection.prepare(sql, (error, prepared) =>
        error ? reject(error) : resolve(prepared as unknown as Statement),
      );
    });
    await this.#wait<void>((resolve, reject) => {
      const command = statement.execute(parameters);
      command.buildParserFromFields = (fields) => {
        to.describe(fields);
        return class {
          next(packet: Packet): void {
            to.row(packet.buffer, packet.offset);
          }
        };
      };
      command.once('error', reject);
      command.once('end', resolve);
    });
  }

  async #begin(): Promise<void> {
    const connection = this.#connection;
    await this.#wait<void>((resolve, reject) => connection.connect((error) => (error ? reject(error) : resolve())));
    connection.on('end', () => this.#break(new Error('Connection lost: the server closed the connection.')));
    const [[version]] = (await this.texts('SELECT VERSION()')) as [[string]];
    this.#server = serverVersion(version);
    for (const sql of sessionSettings(this.#server)) await this.texts(sql);
  }

  /** Settles by what `start` does or, when the connection breaks first, with that error. */
  async #wait<Value>(
    start: (resolve: (value: Value) => void, reject: (error: unknown) => void) => void,
  ): Promise<Value> {
    if (this.#broken !== null) throw this.#broken;
    const { promise, resolve, reject } = Promise.withResolvers<Value>();
    this.#waiting.add(reject);
    try {
      start(resolve, reject);
      return await promise;
    } finally {
      this.#waiting.delete(reject);
    }
  }

  #break(error: unknown): void {
    if (this.#broken !== null) return;
    this.#broken = error;
    this.#connection.destroy();
    // The library only ends its half, which a server that is gone never answers.
    (this.#connection as unknown as { stream: Socket }).stream.destroy();
    for (const reject of this.#waiting) reject(error);
  }
}

function connectionOptions(options: ReaderOptions): ConnectionOptions {
  const { host, port, database, user, password } = options;
  const ssl = tlsOptions(options);
  return {
    host,
    port,
    database,
    user,
    password,
    charset: 'utf8mb4_bin',
    connectTimeout: 10_000,
    enableKeepAlive: true,
    maxPreparedStatements: MOST_PREPARED,
    connectAttributes: { program_name: options.applicationName ?? 'rtdp gateway' },
    // Files of this machine are nobody's business at the server.
    flags: ['-LOCAL_FILES'],
    ...(ssl === undefined ? {} : { ssl }),
  };
}
