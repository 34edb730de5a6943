/**
 * Decides when a sink may forget deletes: up to an id that all partitions had passed long ago. Rows that are read again, or
 * chunks of a pull, reserve their ids before they are published; half an hour is more than any of them takes.
 */
import type { TableSink } from '@rtdp/stores/contract';

export const SAFE_AGE_MS = 30 * 60_000;

interface Sample {
  at: number;
  /** The least id that all partitions had passed by then. */
  id: bigint;
}

export class RememberedDeletes {
  readonly #samples: Sample[] = [];
  #cleared = 0n;

  /** Notes what all partitions have passed now; undefined while one has told no id. */
  note(at: number, passed: readonly (bigint | undefined)[], partitionCount: number): void {
    let least: bigint | undefined;
    for (const id of passed) {
      if (id === undefined) return;
      if (least === undefined || id < least) least = id;
    }
    if (least !== undefined && passed.length === partitionCount) this.#samples.push({ at, id: least });
  }

  /** The id up to which may be forgotten now; undefined when there is nothing new. */
  safeId(now: number): bigint | undefined {
    let safe: bigint | undefined;
    while (this.#samples[0] !== undefined && this.#samples[0].at <= now - SAFE_AGE_MS) safe = this.#samples.shift()?.id;
    if (safe === undefined || safe <= this.#cleared) return undefined;
    this.#cleared = safe;
    return safe;
  }

  async clear(sink: TableSink, now: number, topic: string, partitionCount: number): Promise<number> {
    const below = this.safeId(now);
    if (below === undefined) return 0;
    return (await sink.collect({ below, partitions: [{ topic, count: partitionCount }] })).cleared;
  }
}
