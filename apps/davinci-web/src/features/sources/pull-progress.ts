/** Decides what is told of how far a pull is: its size is estimated, and neither its end nor a rest of nothing is told before it is done. Pure. */
import type { PullView } from '@rtdp/dbus/client';

export type PullRest = { is: 'unknown' } | { is: 'nearlyDone' } | { is: 'time'; milliseconds: number };

/** In percent: a pull that is not done never says 100. */
export function percentOf(pull: PullView): number {
  if (pull.state === 'done') return 100;
  if (pull.estimatedRows <= 0) return 0;
  return Math.min(99, Math.floor((pull.rows * 100) / pull.estimatedRows));
}

export function restOf(pull: PullView): PullRest {
  const seconds = pull.remainingSeconds;
  // Beyond its estimate nobody knows how many rows follow.
  if (seconds === null || pull.rows >= pull.estimatedRows) return { is: 'unknown' };
  return seconds === 0 ? { is: 'nearlyDone' } : { is: 'time', milliseconds: seconds * 1_000 };
}
