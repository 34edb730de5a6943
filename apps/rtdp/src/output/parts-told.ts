/** Decides what a start tells of its parts: each as it comes up or falls ill, those that are still missing when the rest works, and that all are there. */
import type { PartName, PartStatus } from '../platform/contract.ts';

export class PartsTold {
  readonly #say: (sentence: string) => void;
  readonly #told = new Map<PartName, string>();
  #isStarting = true;
  #areMissing = false;

  constructor(say: (sentence: string) => void) {
    this.#say = say;
  }

  /** Of one part, with each change. */
  change({ name, state, detail }: PartStatus): void {
    // A part that waits for another one while everything starts is not ill.
    const isIll = state === 'degraded' || (state === 'waiting' && detail !== '');
    if (state !== 'ok' && state !== 'down' && (!isIll || this.#isStarting)) return;
    const sentence = `${name}: ${state}${detail && ` – ${detail}`}`;
    // Between two that are alike was what is not told.
    if (this.#told.get(name) !== sentence) this.#say(sentence);
    this.#told.set(name, sentence);
  }

  /** The rest works. @returns what is said of those that are missing */
  started(parts: readonly PartStatus[]): string | undefined {
    this.#isStarting = false;
    const missing = parts.filter(({ state }) => state !== 'ok');
    for (const { name } of missing) this.#told.delete(name);
    this.#areMissing = missing.length > 0;
    if (!this.#areMissing) return undefined;
    const names = missing.map(({ name, state }) => `${name} (${state})`).join(', ');
    return `Not there yet: ${names}; the rest works already, and what waits for them goes on by itself.`;
  }

  /** Now and then after the start: once none is missing any more, that is said. */
  look(parts: readonly PartStatus[]): void {
    if (!this.#areMissing || parts.some(({ state }) => state !== 'ok')) return;
    this.#areMissing = false;
    this.#say('Everything is there');
  }
}
