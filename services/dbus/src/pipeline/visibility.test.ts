/** Proves that visibility is judged as pg_visible_in_snapshot does, also when the 32 bits of a transaction id wrap. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isVisibleIn, readSnapshot, unseenIn, widenXid } from './visibility.ts';

test('what ended before the snapshot is visible, what runs or comes later is not', () => {
  const snapshot = readSnapshot('100:110:103,107');
  expect(unseenIn(snapshot, [99, 100, 102, 103, 107, 109, 110, 200])).toEqual([103, 107, 110, 200]);
});

test('a snapshot without running transactions', () => {
  expect(unseenIn(readSnapshot('100:100:'), [99, 100])).toEqual([100]);
  expect(() => readSnapshot('no snapshot')).toThrow(SyntaxError);
});

test('ids around a wrap of 32 bits are told apart', () => {
  const wrap = 0x1_0000_0000n;
  const snapshot = readSnapshot(`${wrap - 5n}:${wrap + 5n}:${wrap - 3n},${wrap + 2n}`);
  expect(isVisibleIn(snapshot, Number(wrap - 6n))).toBe(true);
  expect(isVisibleIn(snapshot, Number(wrap - 3n))).toBe(false);
  expect(isVisibleIn(snapshot, 1)).toBe(true);
  expect(isVisibleIn(snapshot, 2)).toBe(false);
  expect(isVisibleIn(snapshot, 7)).toBe(false);
});

test('widening gives back any 64-bit id near the snapshot', () => {
  fc.assert(
    fc.property(fc.bigInt(3n, 2n ** 40n), fc.bigInt(-(2n ** 31n) + 2n, 2n ** 31n - 1n), (maximum, distance) => {
      const xid = maximum + distance;
      fc.pre(xid > 0n);
      const snapshot = { minimum: maximum, maximum, running: new Set<bigint>() };
      expect(widenXid(Number(xid & 0xffff_ffffn), snapshot)).toBe(xid);
    }),
  );
});
