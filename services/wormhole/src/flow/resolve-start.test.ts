import { expect, it } from 'vitest';
import { resolveStart } from './resolve-start.ts';

const offsets = [
  { partition: 0, low: 5n, high: 10n },
  { partition: 1, low: 0n, high: 3n },
];

it('pull begins at the end, earliest at what is left, an offset where it says', () => {
  expect([...resolveStart('pull', offsets)]).toEqual([
    [0, 10n],
    [1, 3n],
  ]);
  expect([...resolveStart('earliest', offsets)]).toEqual([
    [0, 5n],
    [1, 0n],
  ]);
  expect([...resolveStart({ offset: { '0': '7' } }, offsets)]).toEqual([
    [0, 7n],
    [1, 3n],
  ]);
});

it('refuses an offset that is not there', () => {
  expect(() => resolveStart({ offset: 4 }, offsets)).toThrowError(
    expect.objectContaining({ code: 'WORMHOLE_POSITION_LOST' }),
  );
});
