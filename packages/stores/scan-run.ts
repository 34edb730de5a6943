/** Decides how one scan begins and ends, whatever the store: its time, its signal, a reader that leaves, and what each of them says. */
import { RtdpError } from '@rtdp/ums/error';
import { BatchQueue } from './batch-queue.ts';
import { ResultBuilder } from './result-builder.ts';
import type { ResultColumn, ScanRequest, ScanResult } from './scan-contract.ts';
import { cancelledError, timeoutError } from './session-pool.ts';

/** How long a store may take to answer that it has stopped, before the connection is cut. */
const STOP_MILLISECONDS = 5_000;

/** What a store's session does for a scan. */
export interface ScanSession {
  pause(): void;
  resume(): void;
  /** Asks the server, on another connection, to end the statement. */
  cancel(): Promise<void>;
  /** Cuts the connection; `run` then ends with an error. */
  end(): void;
}

export class ScanRun {
  readonly #request: ScanRequest;
  readonly #deadline: number;
  readonly #queue: BatchQueue;
  #session: ScanSession | null = null;
  #stopped: RtdpError | null = null;
  #stopping: Promise<void> = Promise.resolve();
  #ended = false;
  #columns: readonly ResultColumn[] = [];
  #builder: ResultBuilder | null = null;
  #finished!: () => void;
  readonly #over = new Promise<void>((resolve) => {
    this.#finished = resolve;
  });
  readonly #waiter = new AbortController();
  #timer: NodeJS.Timeout | undefined;
  readonly #onAbort = (): void => this.#stop(cancelledError());

  constructor(request: ScanRequest) {
    this.#request = request;
    this.#deadline = request.timeoutMs === undefined ? Number.POSITIVE_INFINITY : Date.now() + request.timeoutMs;
    this.#queue = new BatchQueue({
      pause: () => this.#session?.pause(),
      resume: () => this.#session?.resume(),
      abandon: () => {
        this.#stop(cancelledError());
        return this.#over;
      },
    });
    const { signal, timeoutMs } = request;
    if (signal?.aborted === true) this.#stop(cancelledError());
    signal?.addEventListener('abort', this.#onAbort, { once: true });
    if (timeoutMs !== undefined) {
      // A timer counts in 32 bits.
      this.#timer = setTimeout(() => this.#stop(timeoutError(timeoutMs)), Math.min(timeoutMs, 0x7fff_ffff));
    }
  }

  /** For waiting for a session: aborts when the scan is given up. */
  get waiting(): AbortSignal {
    return this.#waiter.signal;
  }

  /** Milliseconds left; infinite without a limit. */
  get remaining(): number {
    return this.#deadline - Date.now();
  }

  /** Throws when the scan was given up before it had a session. */
  begin(session: ScanSession): void {
    if (this.#stopped !== null) throw this.#stopped;
    this.#session = session;
  }

  /** The store's own columns; those the caller counts on go before. */
  open(columns: readonly ResultColumn[]): ResultBuilder {
    const expected = this.#request.columns;
    if (expected !== undefined && expected.length !== columns.length) {
      throw new RtdpError({
        code: 'STORE_RESULT_TYPE',
        message: `the result has ${columns.length} columns, not ${expected.length}`,
        next: 'Refresh what is known of the table.',
        facts: { columns: columns.map(({ name }) => name), expected: expected.map(({ name }) => name) },
      });
    }
    this.#columns = expected ?? columns;
    this.#builder = new ResultBuilder(this.#columns, this.#request.batchRows);
    return this.#builder;
  }

  /** Call after each row. */
  rowDone(builder: ResultBuilder): void {
    const batch = builder.closeRow();
    if (batch !== null && this.#stopped === null) this.#queue.push(batch);
  }

  /** The store will say nothing more. Resolves when the session may be used again. */
  async finish(error?: RtdpError): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    this.#request.signal?.removeEventListener('abort', this.#onAbort);
    const failure = this.#stopped ?? error;
    if (failure === undefined && this.#builder !== null && this.#builder.rowCount > 0)
      this.#queue.push(this.#builder.take());
    this.#queue.end(failure);
    await this.#stopping;
    // It goes to somebody else: that this reader holds it back, or has left it held back, is over.
    this.#session?.resume();
    this.#session = null;
    this.#finished();
  }

  /** A value that cannot be read: the rest of the result is of no use. */
  abandonAtSource(): void {
    if (!this.#ended && this.#session !== null) this.#stopping = this.#halt(this.#session);
  }

  /** `named` gives columns whose names only the server knew. */
  async result(named: (columns: readonly ResultColumn[]) => Promise<readonly ResultColumn[]>): Promise<ScanResult> {
    await this.#queue.first;
    this.#queue.throwIfFailed();
    try {
      const columns = this.#request.columns ?? (await named(this.#columns));
      return { columns, batches: this.#queue };
    } catch (error) {
      // Nobody will ever read the batches.
      this.#stop(cancelledError());
      throw error;
    }
  }

  #stop(reason: RtdpError): void {
    if (this.#stopped !== null || this.#ended) return;
    this.#stopped = reason;
    this.#waiter.abort();
    this.#queue.end(reason);
    const session = this.#session;
    if (session === null) return;
    this.#stopping = this.#halt(session);
  }

  async #halt(session: ScanSession): Promise<void> {
    const cut = setTimeout(() => session.end(), STOP_MILLISECONDS);
    // Rows that nobody wants any more would only delay the asking.
    session.pause();
    // When the server cannot even be asked, the connection is cut at once.
    await session.cancel().catch(() => session.end());
    session.resume();
    if (this.#ended) clearTimeout(cut);
    else void this.#over.then(() => clearTimeout(cut));
  }
}
