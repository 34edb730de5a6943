/** Reads a MySQL or MariaDB database for the gateway: puts sessions, scans and introspection together. */
import { runScan } from '../run-scan.ts';
import type { ReaderOptions, ScanRequest, ScanResult, StoreReader } from '../scan-contract.ts';
import { ScanRun } from '../scan-run.ts';
import { SessionPool } from '../session-pool.ts';
import { MysqlSession } from './connect.ts';
import { toScanError } from './errors.ts';
import { type AskTexts, introspect, serverFacts, type ZeroDateLooks } from './introspect.ts';
import { scanRows } from './scan.ts';

/** For one statement of a look at the server: the catalog of one with very many tables takes its time. */
const LONGEST_ASK_MS = 60_000;

export function createReader(options: ReaderOptions): StoreReader {
  return new MysqlReader(options);
}

class MysqlReader implements StoreReader {
  readonly kind = 'mysql';
  readonly #options: ReaderOptions;
  readonly #facts: Record<string, unknown>;
  readonly #pool: SessionPool<MysqlSession>;
  readonly #looks: ZeroDateLooks = new Map();

  constructor(options: ReaderOptions) {
    const { host, port, database } = options;
    this.#options = options;
    this.#facts = { host, port, database };
    this.#pool = new SessionPool(options.connections ?? 8, () => MysqlSession.open(options));
  }

  async check(): Promise<void> {
    await this.#ask('SELECT 1');
  }

  introspect(options: { schemas?: readonly string[] } = {}): ReturnType<StoreReader['introspect']> {
    return introspect(this.#ask, options.schemas ?? [this.#options.database], this.#looks);
  }

  serverFacts(): ReturnType<StoreReader['serverFacts']> {
    return serverFacts(this.#ask);
  }

  async scan(request: ScanRequest): Promise<ScanResult> {
    const run = new ScanRun(request);
    void runScan(run, {
      pool: this.#pool,
      read: (session) => scanRows(session, run, request),
      cancel: (session) => this.#kill(session.threadId),
      toError: (error) => toScanError(error, this.#facts),
    });
    return run.result(async (columns) => columns);
  }

  async close(): Promise<void> {
    this.#pool.close();
  }

  readonly #ask: AskTexts = async (sql) => {
    try {
      return await this.#pool.use(LONGEST_ASK_MS, (session) => session.texts(sql));
    } catch (error) {
      throw toScanError(error, this.#facts);
    }
  };

  /** On a connection of its own: those of the pool may all be taken by scans. */
  async #kill(threadId: number): Promise<void> {
    const control = await MysqlSession.open({ ...this.#options, applicationName: 'rtdp gateway control' });
    const late = setTimeout(() => control.end(), LONGEST_KILL_MS);
    try {
      await control.texts(`KILL QUERY ${threadId}`);
    } catch (error) {
      // The statement, or its connection, had already ended.
      if ((error as { errno?: number }).errno !== NO_SUCH_THREAD) throw error;
    } finally {
      clearTimeout(late);
      control.end();
    }
  }
}

const LONGEST_KILL_MS = 5_000;
const NO_SUCH_THREAD = 1094;
