/** Decides how the regular work beside a stream is done: one piece after the other on one connection, made anew after a failure. */
import type { Logger } from '@rtdp/service/logging';
import { Turns } from '@rtdp/service/turns';
import type { SourceSession } from './connection.ts';

export class Housekeeping {
  readonly #open: () => Promise<SourceSession>;
  readonly #logger: Logger;
  readonly #timers: NodeJS.Timeout[] = [];
  readonly #turns = new Turns();
  #session: SourceSession | undefined;
  #lastError: string | undefined;

  constructor(open: () => Promise<SourceSession>, logger: Logger) {
    this.#open = open;
    this.#logger = logger;
  }

  /** Why the last piece failed; undefined when it did not. */
  get lastError(): string | undefined {
    return this.#lastError;
  }

  inTurn<Result>(work: (session: SourceSession) => Promise<Result>): Promise<Result> {
    return this.#turns.take(async () => {
      try {
        this.#session ??= await this.#open();
        const done = await work(this.#session);
        this.#lastError = undefined;
        return done;
      } catch (error) {
        this.#lastError = error instanceof Error ? error.message : String(error);
        await this.#session?.close();
        this.#session = undefined;
        throw error;
      }
    });
  }

  /** Repeats a piece of work until `stop`; one that is late skips a beat, one that fails is told by `lastError`. */
  every(milliseconds: number, work: () => Promise<unknown>): void {
    let busy = false;
    const timer = setInterval(() => {
      if (busy) return;
      busy = true;
      work()
        .catch((error: unknown) => this.#logger.debug({ err: error }, 'housekeeping failed; tried again'))
        .finally(() => {
          busy = false;
        });
    }, milliseconds);
    this.#timers.push(timer);
  }

  /** Begins nothing more. */
  rest(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  async stop(): Promise<void> {
    this.rest();
    await this.#turns.ended();
    await this.#session?.close();
    this.#session = undefined;
  }
}
