/** Proves that the columns of a pivot share all the room that is left, and take no more than they need where there is too little. */
import { expect, test } from 'vitest';
import { shareRoom } from './share-room.ts';

test('columns take the whole room in proportion to what they need', () => {
  expect(shareRoom([100, 50, 50], 400)).toEqual([200, 100, 100]);
  const shared = shareRoom([33, 71, 46], 1_001);
  expect(shared.reduce((sum, width) => sum + width, 0)).toBe(1_001);
  expect(shared.every(Number.isInteger)).toBe(true);
});

test('where they need the room or more, they stay as they are', () => {
  expect(shareRoom([300, 200], 400)).toEqual([300, 200]);
  expect(shareRoom([], 400)).toEqual([]);
});
