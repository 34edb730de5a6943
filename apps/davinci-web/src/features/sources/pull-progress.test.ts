/** Proves that a pull under way never tells that nothing is left. */
import type { PullView } from '@rtdp/dbus/client';
import { expect, test } from 'vitest';
import { percentOf, restOf } from './pull-progress.ts';

const pull = (part: Partial<PullView>): PullView =>
  ({ state: 'running', rows: 500, estimatedRows: 1_000, remainingSeconds: 5, ...part }) as PullView;

test.each([
  ['is half done', pull({}), 50, { is: 'time', milliseconds: 5_000 }],
  ['has less than a second left', pull({ rows: 999, remainingSeconds: 0 }), 99, { is: 'nearlyDone' }],
  ['has read all that was estimated', pull({ rows: 1_000, remainingSeconds: 0 }), 99, { is: 'unknown' }],
  ['has no estimate', pull({ estimatedRows: 0, remainingSeconds: 0 }), 0, { is: 'unknown' }],
  ['waits for its first row', pull({ rows: 0, remainingSeconds: null }), 0, { is: 'unknown' }],
  ['is done', pull({ state: 'done', rows: 990, remainingSeconds: null }), 100, { is: 'unknown' }],
])('a pull that %s', (_, told, percent, rest) => {
  expect(percentOf(told)).toBe(percent);
  expect(restOf(told)).toEqual(rest);
});
