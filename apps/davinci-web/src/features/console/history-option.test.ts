/** Proves that past figures show what nobody knew as a gap, in which the pointer still finds what happened. */
import { expect, test } from 'vitest';
import { gapsOf, withGaps } from './history-option.ts';

test('a stretch in which nothing was measured is a gap, filled as closely as what was measured', () => {
  const measured = [20, 30, 40, 50, 120, 130].map((at) => [at, at] as const);
  const filled = withGaps(measured, 0, 140);
  expect(filled.filter(([, value]) => value !== null)).toEqual(measured);
  const unknown = filled.filter(([, value]) => value === null).map(([at]) => at);
  expect(unknown).toEqual([60, 70, 80, 90, 100, 110]);
  // What is said of it reaches from what was measured last to what was measured next.
  expect(gapsOf(filled)).toEqual([[50, 120]]);
  // One that came late, or was missed, is no gap.
  expect(
    withGaps(
      [0, 10, 40].map((at) => [at, 1] as const),
      0,
      40,
    ),
  ).toHaveLength(3);
  // Before the first one and after the last one nobody knew either.
  expect(withGaps([[500, 1]], 0, 1_000).length).toBeGreaterThan(400);
  const nothing = withGaps([], 0, 1_000);
  expect(nothing.every(([, value]) => value === null)).toBe(true);
  expect(gapsOf(nothing)).toEqual([[nothing[0]![0], nothing.at(-1)![0]]]);
});
