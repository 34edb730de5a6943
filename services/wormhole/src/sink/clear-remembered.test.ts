import { expect, it } from 'vitest';
import { RememberedDeletes, SAFE_AGE_MS } from './clear-remembered.ts';

it('forgets only what all partitions had passed long ago, and each id once', () => {
  const remembered = new RememberedDeletes();
  remembered.note(0, [10n, 12n], 2);
  remembered.note(1_000, [20n, undefined], 2);
  remembered.note(2_000, [30n], 2);
  remembered.note(3_000, [40n, 44n], 2);
  expect(remembered.safeId(SAFE_AGE_MS - 1)).toBeUndefined();
  expect(remembered.safeId(SAFE_AGE_MS)).toBe(10n);
  expect(remembered.safeId(SAFE_AGE_MS)).toBeUndefined();
  expect(remembered.safeId(SAFE_AGE_MS + 3_000)).toBe(40n);
});
