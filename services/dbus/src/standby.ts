/**
 * Decides when a process that was fenced off a source takes it up again: after a pause that grows and is hardly ever the same in two
 * processes, and only when nobody else has it by then. Of two that fenced each other off, so one goes on and the other waits.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { isRtdpError } from '@rtdp/ums/error';
import type { SourceLease } from './catalog/source-lease.ts';

const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 8_000;
const WAITS = 'Another process streams it; this one takes it up when nobody else does.';

/** Another process has taken the source over. */
export function isFenced(error: unknown): boolean {
  return isRtdpError(error, 'DBUS_FENCED') || isRtdpError(error, 'BUS_FENCED');
}

export interface StandbyOptions {
  lease: SourceLease;
  isWanted: () => Promise<boolean>;
  /** Whether somebody reads the source's log at this moment: also a process of another catalog. */
  isRead: () => Promise<boolean>;
  /** Called with the lease held. Never rejects: what stands in the way is the source's new state. */
  takeUp: () => Promise<void>;
  /** At least 0, below 1. */
  random: () => number;
  /** How often in a row it was fenced off: the first pause grows with it. */
  failures: number;
}

export class Standby {
  readonly #options: StandbyOptions;
  readonly #ended = new AbortController();
  #detail = WAITS;
  /** The change of the lease that is under way. */
  #changing: Promise<unknown> = Promise.resolve();

  constructor(options: StandbyOptions) {
    this.#options = options;
    void this.#wait();
  }

  /** What it waits for, as a sentence or two. */
  get detail(): string {
    return this.#detail;
  }

  /** Resolves when it touches the lease no more, which it may have got: whoever ends it keeps the lease or lets it go. */
  async end(): Promise<void> {
    this.#ended.abort();
    // What became of it is told to whoever waits for it in the loop.
    await this.#changing.catch(() => undefined);
  }

  async #wait(): Promise<void> {
    const { random, failures, takeUp } = this.#options;
    const { signal } = this.#ended;
    for (let attempt = failures; ; attempt++) {
      const longest = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(attempt, 10));
      // It rejects only when it is ended.
      await pause(longest * (0.5 + random() / 2), undefined, { signal }).catch(() => undefined);
      if (signal.aborted) return;
      const isOurs = await this.#takeLease();
      if (signal.aborted) return;
      if (isOurs) return takeUp();
    }
  }

  async #takeLease(): Promise<boolean> {
    const { lease, isWanted, isRead } = this.#options;
    const { signal } = this.#ended;
    const change = <Result>(work: () => Promise<Result>): Promise<Result> => {
      const changing = work();
      this.#changing = changing;
      return changing;
    };
    let isOurs = false;
    try {
      isOurs = (await isWanted()) && !signal.aborted && (await change(() => lease.takeIfFree()));
      if (isOurs && (await isRead())) isOurs = false;
      else this.#detail = WAITS;
    } catch (error) {
      isOurs = false;
      this.#detail = `${WAITS} Whether somebody does cannot be found out: ${error instanceof Error ? error.message : String(error)}.`;
    }
    if (!isOurs && !signal.aborted) await change(() => lease.letGo());
    return isOurs;
  }
}
