/** Proves that a short peak leaves the other values readable and is told, and that nothing else is cut. */
import { expect, test } from 'vitest';
import { ceilingOf } from './history-ceiling.ts';
import type { Point } from './history-option.ts';

const points = (values: readonly (number | null)[]): Point[] => values.map((value, at) => [at, value]);
const usual = Array.from({ length: 100 }, (_, at) => 4 + (at % 2));

test('an axis ends below a short peak, which is told once with its highest value', () => {
  const { top, peaks } = ceilingOf(points([300, 750, 20, ...usual, null, 90, ...usual]));
  expect(top).toBe(10);
  expect(peaks).toEqual([
    { at: 1, value: 750 },
    { at: 104, value: 90 },
  ]);
});

test('what lasts, what is not much higher, and what stands among zeros is shown whole', () => {
  const nothing = { peaks: [] };
  expect(ceilingOf(points([...usual, ...usual.slice(0, 20).map(() => 750)]))).toEqual(nothing);
  expect(ceilingOf(points([...usual, 40]))).toEqual(nothing);
  expect(ceilingOf(points([...usual.map(() => 0), 750]))).toEqual(nothing);
  expect(ceilingOf(points([null]))).toEqual(nothing);
  expect(ceilingOf([])).toEqual(nothing);
});
