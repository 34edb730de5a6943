/** Decides how long to wait between tries, and when to give up: doubling pauses from very short to a second. */
import { setTimeout as sleep } from 'node:timers/promises';

export interface RetryPolicy {
  firstPauseMs: number;
  maxPauseMs: number;
  /** Give up when this much time has passed since the first try. */
  giveUpAfterMs: number;
}

/**
 * Runs `attempt` until it succeeds, until `again` says that its error will not pass, or until the time is over; then
 * rejects with the last error. `again` may do what the next try needs (read metadata, forget a broker), and may say how
 * many milliseconds to pause instead of the growing pause.
 */
export async function retry<Result>(
  policy: RetryPolicy,
  attempt: (attempts: number) => Promise<Result>,
  again: (error: unknown, elapsedMs: number) => boolean | number | Promise<boolean | number>,
  signal?: AbortSignal,
): Promise<Result> {
  const started = performance.now();
  let pause = policy.firstPauseMs;
  for (let attempts = 1; ; attempts++) {
    try {
      return await attempt(attempts);
    } catch (error) {
      const elapsed = performance.now() - started;
      const go = elapsed < policy.giveUpAfterMs && !signal?.aborted && (await again(error, elapsed));
      if (go === false) throw error;
      // Told to stop while it waits: what failed last is the answer.
      await sleep(go === true ? pause : go, undefined, { signal }).catch(() => {
        throw error;
      });
      if (go === true) pause = Math.min(pause * 2, policy.maxPauseMs);
    }
  }
}
