/** Decides that what several ask at the same time is run once: it ends when the last of them has gone. */

interface Run<Answer> {
  answer: Promise<Answer>;
  controller: AbortController;
  waiting: number;
}

export class SharedRuns<Answer> {
  readonly #running = new Map<string, Run<Answer>>();

  /** `gone` is the end of this caller's interest: the call rejects with its reason, and the last one to go ends the work. */
  async run(key: string, gone: AbortSignal, work: (signal: AbortSignal) => Promise<Answer>): Promise<Answer> {
    gone.throwIfAborted();
    let run = this.#running.get(key);
    if (run === undefined) {
      run = this.#start(key, work);
    }
    run.waiting++;
    const joined = run;
    let left: (() => void) | undefined;
    try {
      return await Promise.race([
        joined.answer,
        new Promise<never>((_resolve, reject) => {
          left = () => reject(gone.reason);
          gone.addEventListener('abort', left, { once: true });
        }),
      ]);
    } finally {
      gone.removeEventListener('abort', left!);
      joined.waiting--;
      if (joined.waiting === 0) {
        // Nobody may join what is being ended.
        if (this.#running.get(key) === joined) this.#running.delete(key);
        joined.controller.abort(gone.reason);
      }
    }
  }

  /** Whether one who asks now joins others. */
  has(key: string): boolean {
    return this.#running.has(key);
  }

  get size(): number {
    return this.#running.size;
  }

  #start(key: string, work: (signal: AbortSignal) => Promise<Answer>): Run<Answer> {
    const controller = new AbortController();
    const run: Run<Answer> = { answer: work(controller.signal), controller, waiting: 0 };
    this.#running.set(key, run);
    const ended = (): void => {
      if (this.#running.get(key) === run) this.#running.delete(key);
    };
    run.answer.then(ended, ended);
    return run;
  }
}
