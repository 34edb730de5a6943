/** Decides how pieces of work follow that must not overlap: one after the other, in the order they were asked for; an error does not stop the next. */

export class Turns {
  #last: Promise<unknown> = Promise.resolve();

  /** Does the work when all that was asked for before is done, and settles as it does. */
  take<Result>(work: () => Promise<Result>): Promise<Result> {
    const result = this.#last.then(work);
    // Whoever asked for it is told; what comes next in line does not fail with it.
    this.#last = result.catch(() => undefined);
    return result;
  }

  /** Resolves when all that was asked for until now is done; never rejects. */
  async ended(): Promise<void> {
    await this.#last;
  }
}
