/** Shows that what nobody moves stands where the grid of the edit mode would put it. */
import type { DashboardItem } from '@rtdp/davinci-api/client';
import fc from 'fast-check';
import { verticalCompactor } from 'react-grid-layout/core';
import { expect, test } from 'vitest';
import { standing } from './standing.ts';

const COLUMNS = 24;

const place = fc
  .record({
    x: fc.nat(COLUMNS - 3),
    y: fc.nat(40),
    w: fc.integer({ min: 3, max: COLUMNS }),
    h: fc.integer({ min: 2, max: 9 }),
  })
  .map(({ x, y, w, h }) => ({ x, y, w: Math.min(w, COLUMNS - x), h }));

function itemsOf(places: readonly { x: number; y: number; w: number; h: number }[]): DashboardItem[] {
  return places.map((each, index) => ({ id: String(index), kind: 'widget', ...each }) as DashboardItem);
}

test('gaps are closed, and the order is the one in which they are read', () => {
  const items = itemsOf([
    { x: 12, y: 9, w: 12, h: 4 },
    { x: 0, y: 9, w: 12, h: 4 },
    { x: 0, y: 2, w: 24, h: 3 },
  ]);
  expect(standing(items).map(({ item, y }) => [item.id, y])).toEqual([
    ['2', 0],
    ['1', 3],
    ['0', 3],
  ]);
});

test('it is where the library that moves them puts them', () => {
  fc.assert(
    fc.property(fc.array(place, { maxLength: 12 }), (places) => {
      const items = itemsOf(places);
      const theirs = verticalCompactor.compact(
        items.map(({ id, x, y, w, h }) => ({ i: id, x, y, w, h })),
        COLUMNS,
      );
      const ours = new Map(standing(items).map(({ item, y }) => [item.id, y]));
      expect(Object.fromEntries(ours)).toEqual(Object.fromEntries(theirs.map(({ i, y }) => [i, y])));
    }),
  );
});
