/** Decides how rows reach whoever asked, and that a statement ends exactly once: read to its end, left early, failed, cancelled or out of time. */
import type { ColumnBatch } from '@rtdp/stores/scan-contract';
import { RtdpError } from '@rtdp/ums/error';
import type { RunningQuery } from './running.ts';

export interface DeliveryOptions {
  query: RunningQuery;
  source: AsyncIterator<ColumnBatch>;
  /** Gives back what the statement held; called once. */
  close: () => Promise<void>;
  /** What the user is told instead of what went wrong below. */
  explainError: (error: unknown) => unknown;
  maximumRows: number;
}

export class Delivery implements AsyncIterableIterator<ColumnBatch> {
  readonly #options: DeliveryOptions;
  readonly #ended = Promise.withResolvers<void>();
  readonly #aborted: () => void;
  #first: IteratorResult<ColumnBatch> | undefined;
  #failure: unknown;
  #isEnding = false;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    const { signal } = options.query;
    this.#aborted = () => void this.#end(signal.reason);
    signal.addEventListener('abort', this.#aborted, { once: true });
  }

  /** Resolves once nothing of the statement is left. */
  get ended(): Promise<void> {
    return this.#ended.promise;
  }

  /** Waits for the first rows, so that what fails at once fails before anything was sent. */
  async begin(): Promise<void> {
    this.#first = await this.next();
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  async next(): Promise<IteratorResult<ColumnBatch>> {
    if (this.#first !== undefined) {
      const first = this.#first;
      this.#first = undefined;
      return first;
    }
    const { query, source, maximumRows } = this.#options;
    if (this.#isEnding) {
      if (this.#failure !== undefined) throw this.#failure;
      return { done: true, value: undefined };
    }
    try {
      const result = await source.next();
      query.signal.throwIfAborted();
      if (result.done === true) {
        await this.#end(undefined);
        return { done: true, value: undefined };
      }
      query.rows += result.value.rowCount;
      if (query.rows > maximumRows) throw rowLimit(maximumRows);
      return result;
    } catch (error) {
      const failure = this.#options.explainError(error);
      await this.#end(failure);
      throw failure;
    }
  }

  async return(): Promise<IteratorResult<ColumnBatch>> {
    await this.#end(undefined);
    return { done: true, value: undefined };
  }

  async #end(failure: unknown): Promise<void> {
    if (this.#isEnding) return this.#ended.promise;
    this.#isEnding = true;
    this.#failure = failure;
    const { query, close } = this.#options;
    query.signal.removeEventListener('abort', this.#aborted);
    try {
      await close();
    } catch {
      // Closing what broke breaks again; the first failure is the one that counts.
    } finally {
      query.finish(failure);
      this.#ended.resolve();
    }
  }
}

function rowLimit(maximumRows: number): RtdpError {
  return new RtdpError({
    code: 'MOONBOX_ROW_LIMIT',
    message: `the statement gives more than the ${maximumRows} rows it may`,
    next: 'Add a LIMIT or a filter, or aggregate in the statement.',
    facts: { maximumRows },
  });
}
