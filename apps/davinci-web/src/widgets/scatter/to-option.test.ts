/** Proves which points stand together, where, and how large they are. */
import { expect, test } from 'vitest';
import type { Cell } from '../contract.ts';
import { amount, column, context, data, widget } from '../testing/widget-fixture.ts';
import { toGroups, toOption } from './to-option.ts';

test('points of the smallest series stand together', () => {
  const rows = Array.from({ length: 12 }, (_, index): Cell[] => [`p${index}`, `s${index}`, 1, 2]);
  const groups = toGroups(
    widget('scatter', ['p', 's']),
    data([column('p', 'text'), column('s', 'text'), amount, amount], rows),
  );
  expect(groups).toHaveLength(10);
  expect(groups.at(-1)).toMatchObject({ others: true, rows: [9, 10, 11] });
});

interface Option {
  series: {
    name: string;
    data: unknown[];
    symbolSize: number | ((point: unknown, at: { dataIndex: number }) => number);
  }[];
  legend?: { data: string[] };
  xAxis: { scale: boolean; name: string };
}

test('a point stands where its two measures are, and its area is as large as the third', () => {
  const measure = (name: string) => column(name, 'number', 'measure');
  const columns = [column('p', 'text'), column('s', 'text'), measure('x'), measure('y'), measure('z')];
  const rows: Cell[][] = [
    ['p1', 'a', '1', '10', '100'],
    ['p2', 'b', '2', null, '-25'],
    ['p3', 'a', '3', '30', null],
  ];
  const drawn = toOption(widget('scatter', ['p', 's']), data(columns, rows), context) as unknown as Option;
  expect(drawn.xAxis).toMatchObject({ scale: true, name: 'X' });
  expect(drawn.series.map(({ name, data: points }) => [name, points])).toEqual([
    [
      'a',
      [
        [1, 10],
        [3, 30],
      ],
    ],
    ['b', [[2, null]]],
  ]);
  const sizes = drawn.series.map(({ symbolSize, data: points }) =>
    points.map((point, dataIndex) => (typeof symbolSize === 'number' ? symbolSize : symbolSize(point, { dataIndex }))),
  );
  // A quarter of the amount has half of the width that is above the smallest.
  expect(sizes).toEqual([[40, 8], [24]]);
});

test('points without a series are of one kind and size, and none are drawn of no rows', () => {
  const drawn = (rows: Cell[][], settings = {}) => {
    const points = widget('scatter', ['p'], { settings });
    return toOption(points, data([column('p', 'text'), amount, amount], rows), context) as unknown as Option;
  };
  const { series, legend } = drawn([
    ['p1', 1, 2],
    ['p2', 3, 4],
  ]);
  expect(series).toMatchObject([
    {
      symbolSize: 8,
      data: [
        [1, 2],
        [3, 4],
      ],
    },
  ]);
  expect(legend).toBeUndefined();
  expect(drawn([], { zero: true })).toMatchObject({ series: [], xAxis: { scale: false } });
});
