/** Decides when one piece of work that answers several questions begins and ends: for the first who takes a part, until the last has gone. */

export class SharedWork<Answer> {
  readonly #work: (signal: AbortSignal) => Promise<Answer>;
  readonly #controller = new AbortController();
  #running: Promise<Answer> | undefined;
  #waiting = 0;

  constructor(work: (signal: AbortSignal) => Promise<Answer>) {
    this.#work = work;
  }

  /** `gone` is the end of this taker's interest. Who takes in the same turn of the event loop shares; later there is nothing to be late for. */
  async take(gone: AbortSignal): Promise<Answer> {
    gone.throwIfAborted();
    this.#waiting++;
    const left = (): void => {
      this.#waiting--;
      if (this.#waiting === 0) this.#controller.abort(gone.reason);
    };
    gone.addEventListener('abort', left, { once: true });
    try {
      this.#running ??= Promise.resolve().then(() => this.#work(this.#controller.signal));
      return await this.#running;
    } finally {
      gone.removeEventListener('abort', left);
    }
  }
}
