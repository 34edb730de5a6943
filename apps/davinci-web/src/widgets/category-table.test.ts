/** Proves that shares are parts of one whole. */
import { expect, test } from 'vitest';
import { toShares } from './category-table.ts';

test('shares add up to one', () => {
  const shares = toShares({
    categories: ['x'],
    rest: 0,
    series: [
      { value: 'a', measure: 2, values: [1] },
      { value: 'b', measure: 2, values: [3] },
    ],
  });
  expect(shares.series.map((one) => one.values[0])).toEqual([0.25, 0.75]);
});
