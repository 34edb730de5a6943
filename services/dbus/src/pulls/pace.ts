/** Decides how long a reader rests so that it stays below so many rows a second; without a limit it never does. */
import { pause } from '@rtdp/service/pause';

/** What a timer can wait. */
const LONGEST_REST_MS = 2 ** 31 - 1;

export class Pace {
  readonly #rowsPerSecond: number | null;
  readonly #now: () => number;
  readonly #startedAt: number;

  /** @param now milliseconds */
  constructor(rowsPerSecond: number | null, now: () => number) {
    this.#rowsPerSecond = rowsPerSecond;
    this.#now = now;
    this.#startedAt = now();
  }

  /** Milliseconds to rest after `rows` rows in all. */
  restMillis(rows: number): number {
    if (this.#rowsPerSecond === null) return 0;
    const due = this.#startedAt + (rows / this.#rowsPerSecond) * 1000;
    return Math.max(0, due - this.#now());
  }

  /** undefined = go on at once. The signal ends the rest, without an error: whoever rested looks at it. */
  wait(rows: number, signal: AbortSignal): Promise<void> | undefined {
    const milliseconds = Math.min(this.restMillis(rows), LONGEST_REST_MS);
    return milliseconds < 1 ? undefined : pause(milliseconds, signal);
  }
}
