/**
 * Decides when a row is written at the source so that its log never stands still, and asks the source, while it is at it, which
 * transactions new snapshots see.
 */
import { Turns } from '@rtdp/service/turns';
import { RtdpError } from '@rtdp/ums/error';
import { HEARTBEAT_WRITE_SQL } from './heartbeat-table.ts';

/** The part of a database session that is needed here. */
export interface HeartbeatSession {
  query<Row extends Record<string, unknown>>(sql: string, values?: unknown[]): Promise<Row[]>;
  close(): Promise<void>;
}

export interface HeartbeatOptions {
  source: string;
  intervalMs: number;
  openSession: () => Promise<HeartbeatSession>;
  /** Whether anybody wants to know what is visible. */
  wantsSnapshot: () => boolean;
  onSnapshot: (text: string) => void;
  onError: (error: RtdpError) => void;
}

/** With transactions not yet known to be visible, the source is asked this often. */
const SNAPSHOT_INTERVAL_MS = 200;

export class Heartbeat {
  readonly #options: HeartbeatOptions;
  #session: HeartbeatSession | undefined;
  #sequence = Date.now();
  #timers: NodeJS.Timeout[] = [];
  readonly #turns = new Turns();
  #isStopped = false;
  #isAsking = false;

  constructor(options: HeartbeatOptions) {
    this.#options = options;
  }

  /** The number that the next heartbeat will have; numbers only grow, also over restarts. */
  get next(): number {
    return this.#sequence + 1;
  }

  start(): void {
    const { intervalMs, onError } = this.#options;
    const beat = (): void => void this.write().catch(onError);
    beat();
    this.#timers = [setInterval(beat, intervalMs), setInterval(() => this.#askSnapshot(), SNAPSHOT_INTERVAL_MS)];
  }

  /** Writes one now; resolves with its number. Rejects with DBUS_HEARTBEAT_FAILED. */
  write(): Promise<number> {
    const sequence = ++this.#sequence;
    return this.#enqueue(async (session) => {
      await session.query(HEARTBEAT_WRITE_SQL, [this.#options.source, sequence]);
      return sequence;
    });
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    for (const timer of this.#timers) clearInterval(timer);
    const session = this.#session;
    this.#session = undefined;
    await session?.close();
  }

  #askSnapshot(): void {
    if (this.#isAsking || this.#isStopped || !this.#options.wantsSnapshot()) return;
    this.#isAsking = true;
    this.#enqueue(async (session) => {
      const [row] = await session.query<{ snapshot: string }>('select pg_current_snapshot()::text as snapshot');
      if (row !== undefined && !this.#isStopped) this.#options.onSnapshot(row.snapshot);
    })
      .catch(this.#options.onError)
      .finally(() => {
        this.#isAsking = false;
      });
  }

  /** One after the other over one connection, which is made again after an error. */
  #enqueue<Result>(work: (session: HeartbeatSession) => Promise<Result>): Promise<Result> {
    const run = async (): Promise<Result> => {
      if (this.#isStopped) throw failed(new Error('the stream stops'), this.#options.source);
      try {
        this.#session ??= await this.#options.openSession();
        // It was stopped meanwhile: nobody else would close what was opened.
        if (this.#isStopped) throw new Error('the stream stops');
        return await work(this.#session);
      } catch (error) {
        const session = this.#session;
        this.#session = undefined;
        await session?.close();
        throw failed(error, this.#options.source);
      }
    };
    return this.#turns.take(run);
  }
}

function failed(cause: unknown, source: string): RtdpError {
  return new RtdpError({
    code: 'DBUS_HEARTBEAT_FAILED',
    message: `The heartbeat of ${source} could not be written: ${cause instanceof Error ? cause.message : String(cause)}.`,
    next: 'Check that the role of the source may INSERT, UPDATE and SELECT on rtdp.heartbeat, and that the server takes writes.',
    facts: { source },
    cause,
  });
}
