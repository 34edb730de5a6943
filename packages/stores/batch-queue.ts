/** Decides how batches wait between a store that pushes rows and a reader that pulls them: a few at most, then the store is held back. */
import type { ColumnBatch } from './scan-contract.ts';

/** Batches that may wait before the store is held back. */
const MOST_WAITING = 2;

interface Source {
  pause(): void;
  resume(): void;
  /** The reader left before the end; resolves when the store has stopped. */
  abandon(): Promise<void>;
}

export class BatchQueue implements AsyncIterable<ColumnBatch> {
  readonly #source: Source;
  readonly #waiting: ColumnBatch[] = [];
  #paused = false;
  #ended = false;
  #error: unknown;
  #started = false;
  #wake: (() => void) | null = null;
  #first!: () => void;
  /** Resolves when there is a batch, the end or an error. */
  readonly first = new Promise<void>((resolve) => {
    this.#first = resolve;
  });

  constructor(source: Source) {
    this.#source = source;
  }

  push(batch: ColumnBatch): void {
    this.#waiting.push(batch);
    if (this.#waiting.length >= MOST_WAITING && !this.#paused) {
      this.#paused = true;
      this.#source.pause();
    }
    this.#tell();
  }

  /** The first end counts. An error is given to the reader at once, before batches that still wait. */
  end(error?: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    if (error !== undefined) this.#waiting.length = 0;
    this.#tell();
  }

  /** Throws when it ended with an error before the first batch. */
  throwIfFailed(): void {
    if (this.#error !== undefined) throw this.#error;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<ColumnBatch, void, void> {
    if (this.#started) throw new Error('the batches of a scan may be read once');
    this.#started = true;
    try {
      while (true) {
        this.throwIfFailed();
        const batch = this.#waiting.shift();
        if (batch !== undefined) {
          if (this.#paused && this.#waiting.length < MOST_WAITING) {
            this.#paused = false;
            this.#source.resume();
          }
          yield batch;
        } else if (this.#ended) return;
        else {
          await new Promise<void>((resolve) => {
            this.#wake = resolve;
          });
        }
      }
    } finally {
      if (!this.#ended) {
        this.#waiting.length = 0;
        await this.#source.abandon();
      }
    }
  }

  #tell(): void {
    this.#first();
    const wake = this.#wake;
    this.#wake = null;
    wake?.();
  }
}
