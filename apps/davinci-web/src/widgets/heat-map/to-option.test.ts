/** Proves where the cells of a heat map stand, and how light they are. */
import { expect, test } from 'vitest';
import type { Cell } from '../contract.ts';
import { amount, column, context, data, widget } from '../testing/widget-fixture.ts';
import { toHeat, toOption } from './to-option.ts';

test('a heat map sorts both sides and leaves empty cells empty', () => {
  const heat = toHeat(
    widget('heat-map', ['hour', 'day']),
    data(
      [column('hour', 'number'), column('day', 'text'), amount],
      [
        [10, 'b', 1],
        [9, 'a', 2],
        [9, 'b', null],
      ],
    ),
  );
  expect(heat.across).toEqual([9, 10]);
  expect(heat.down).toEqual(['a', 'b']);
  expect(heat.cells).toEqual([
    [1, 1, 1],
    [0, 0, 2],
  ]);
});

test('a heat map has no value last, as the other charts have it, in whatever language it is named', () => {
  const named = (region: string | null): Cell[] => [1, region, 1];
  const heat = toHeat(
    widget('heat-map', ['hour', 'region']),
    data(
      [column('hour', 'number'), column('region', 'text'), amount],
      [named('Saarland'), named(null), named('Bremen')],
    ),
  );
  expect(heat.down).toEqual(['Bremen', 'Saarland', null]);
});

test('cells are as light as they are small, from zero on or from what lies below it; what is across stands in time', () => {
  const drawn = (rows: Cell[][]) => {
    const option = toOption(
      widget('heat-map', ['day', 'region']),
      data([column('day', 'date'), column('region', 'text'), amount], rows),
      context,
    );
    const [heat] = option.series as { data: unknown[] }[];
    const { min, max } = option.visualMap as { min: number; max: number };
    const names = [option.xAxis, option.yAxis].map((axis) => (axis as { data: string[] }).data);
    return { min, max, names, cells: heat!.data };
  };
  const rows: Cell[][] = [
    ['2026-03-10', null, '20'],
    ['2026-03-09', 'n', '5'],
  ];
  expect(drawn(rows)).toEqual({
    min: 0,
    max: 20,
    names: [
      ['9 Mar 2026', '10 Mar 2026'],
      ['n', 'No value'],
    ],
    cells: [
      [1, 1, 20],
      [0, 0, 5],
    ],
  });
  expect(drawn([...rows, ['2026-03-10', 'n', -5]]).min).toBe(-5);
  // Where summer time ends, the later moment reads as the earlier one.
  const moments = ['2026-10-25 02:30:00+02', '2026-10-25 02:00:00+01'];
  const instants = data(
    [column('at', 'instant'), column('region', 'text'), amount],
    moments.toReversed().map((at) => [at, 'n', 1]),
  );
  expect(toHeat(widget('heat-map', ['at', 'region']), instants).across).toEqual(moments);
  const { max, ...empty } = drawn([]);
  expect(empty).toEqual({ min: 0, names: [[], []], cells: [] });
  // A scale has two ends.
  expect(max).toBeGreaterThan(0);
});
