/** Decides what is counted of a sink table since this worker took it, and how fast its rows have come lately. */
import type { SinkOutcome } from '@rtdp/stores/contract';
import type { LatencySplit } from './latency.ts';

interface CountedWork {
  rowsIn: number;
  dead: readonly unknown[];
}

/** Rates are over about this time, milliseconds. */
const WINDOW_MS = 10_000;

export class TableCounts {
  rowsIn = 0;
  applied = 0;
  stale = 0;
  deleted = 0;
  dead = 0;
  batches = 0;
  latency: LatencySplit | undefined;
  readonly #samples: { at: number; rows: number }[] = [];

  add(work: CountedWork, outcome: SinkOutcome): void {
    this.rowsIn += work.rowsIn;
    this.applied += outcome.applied;
    this.stale += outcome.stale;
    this.deleted += outcome.deleted + outcome.truncated + outcome.detected;
    this.dead += work.dead.length;
    this.batches += 1;
    const last = this.#samples.at(-1);
    // One sample for each tenth of a second at most, however small the batches are.
    if (last !== undefined && outcome.committedAt - last.at < 100) last.rows += work.rowsIn;
    else this.#samples.push({ at: outcome.committedAt, rows: work.rowsIn });
    this.#forget(outcome.committedAt);
  }

  /** Rows per second over the last ten seconds. */
  rate(now: number): number {
    this.#forget(now);
    const rows = this.#samples.reduce((sum, sample) => sum + sample.rows, 0);
    return rows / (WINDOW_MS / 1000);
  }

  #forget(now: number): void {
    while (this.#samples[0] !== undefined && this.#samples[0].at < now - WINDOW_MS) this.#samples.shift();
  }
}
