/** Keeps answers for a short while, the least recently used going first when they get too many bytes. */

/** Even where no commit tells of it, what depends on the clock (`now()`) must not stay. */
const LIFETIME_MS = 30_000;
const MOST_BYTES = 64 * 1024 * 1024;

export class AnswerCache<Answer extends { bytes: number }> {
  readonly #now: () => number;
  readonly #answers = new Map<string, { answer: Answer; at: number }>();
  #bytes = 0;

  constructor(now: () => number) {
    this.#now = now;
  }

  get(key: string): Answer | undefined {
    const found = this.#answers.get(key);
    if (found === undefined) return undefined;
    this.#remove(key);
    if (this.#now() - found.at > LIFETIME_MS) return undefined;
    this.#answers.set(key, found);
    this.#bytes += found.answer.bytes;
    return found.answer;
  }

  set(key: string, answer: Answer): void {
    this.#remove(key);
    if (answer.bytes > MOST_BYTES / 8) return;
    this.#answers.set(key, { answer, at: this.#now() });
    this.#bytes += answer.bytes;
    while (this.#bytes > MOST_BYTES) this.#remove(this.#answers.keys().next().value!);
  }

  #remove(key: string): void {
    const found = this.#answers.get(key);
    if (found === undefined) return;
    this.#answers.delete(key);
    this.#bytes -= found.answer.bytes;
  }
}
