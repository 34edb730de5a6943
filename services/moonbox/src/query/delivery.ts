/** Decides how rows reach whoever asked, and that a statement ends exactly once: read to its end, left early, failed, cancelled or out of time. */
import type { ColumnBatch } from '@rtdp/stores/scan-contract';
import type { Column } from '@rtdp/ums/batch';
import { RtdpError } from '@rtdp/ums/error';
import type { RunningQuery } from './running.ts';

export interface DeliveryOptions {
  query: RunningQuery;
  source: AsyncIterator<ColumnBatch>;
  /** Gives back what the statement held; called once. */
  close: () => Promise<void>;
  /** What the user is told instead of what went wrong below. */
  explainError: (error: unknown) => unknown;
  /** Rows that are given at most; what is beyond is left at the source. */
  firstRows: number;
  /** More rows than that are an error. */
  maximumRows: number;
}

export class Delivery implements AsyncIterableIterator<ColumnBatch> {
  readonly #options: DeliveryOptions;
  readonly #ended = Promise.withResolvers<void>();
  readonly #aborted: () => void;
  #first: IteratorResult<ColumnBatch> | undefined;
  #failure: unknown;
  #isEnding = false;
  #isTruncated = false;

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

  get isTruncated(): boolean {
    return this.#isTruncated;
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
    const { query, source, firstRows, maximumRows } = this.#options;
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
      const wanted = firstRows - query.rows;
      const batch = result.value.rowCount > wanted ? firstOf(result.value, wanted) : result.value;
      query.rows += batch.rowCount;
      if (query.rows > maximumRows) throw rowLimit(maximumRows);
      if (batch === result.value) return result;
      this.#isTruncated = true;
      await this.#end(undefined);
      return batch.rowCount > 0 ? { done: false, value: batch } : { done: true, value: undefined };
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

function firstOf({ columns }: ColumnBatch, rowCount: number): ColumnBatch {
  return { rowCount, columns: columns.map((column) => firstValues(column, rowCount)) };
}

function firstValues(column: Column, rowCount: number): Column {
  const nulls = column.nulls.subarray(0, rowCount);
  switch (column.storage) {
    case 'text':
      return { ...column, nulls, offsets: column.offsets.subarray(0, rowCount + 1) };
    case 'int32':
      return { ...column, nulls, values: column.values.subarray(0, rowCount) };
    case 'int64':
      return { ...column, nulls, values: column.values.subarray(0, rowCount) };
    case 'float64':
      return { ...column, nulls, values: column.values.subarray(0, rowCount) };
    case 'boolean':
      return { ...column, nulls, values: column.values.subarray(0, rowCount) };
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
