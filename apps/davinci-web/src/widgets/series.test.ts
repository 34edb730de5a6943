/** Proves which of many series are drawn, and what becomes of the others. */
import { expect, test } from 'vitest';
import type { Cell } from './contract.ts';
import { toSeries } from './series.ts';
import { amount, column, data } from './testing/widget-fixture.ts';

test('more than ten series become the nine largest and the sum of the others, place by place', () => {
  const rows = Array.from({ length: 12 }, (_, index): Cell[] => ['x', `s${index}`, String(index + 1)]);
  const table = toSeries(data([column('a', 'text'), column('b', 'text'), amount], [...rows, ['y', 's0', 5]]), {
    category: 0,
    series: 1,
    measures: [2],
    aggregations: ['sum'],
  });
  expect(table.categories).toEqual(['x', 'y']);
  expect(table.series.map((one) => one.value)).toEqual(['s0', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', null]);
  expect(table.series.at(-1)).toMatchObject({ others: true, values: [2 + 3 + 4, null] });
  expect(table.rest).toBe(3);
});

test('averages are never added up: what is too much is left out and counted', () => {
  const rows = Array.from({ length: 12 }, (_, index): Cell[] => ['x', `s${index}`, index]);
  const table = toSeries(data([column('a', 'text'), column('b', 'text'), amount], rows), {
    category: 0,
    series: 1,
    measures: [2],
    aggregations: ['avg'],
  });
  expect(table.series).toHaveLength(10);
  expect(table.series.some((one) => one.others)).toBe(false);
  expect(table.rest).toBe(2);
});
