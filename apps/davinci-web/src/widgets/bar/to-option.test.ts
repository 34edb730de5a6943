/** Proves in which order bars stand, from where, and how many are seen at once. */
import { expect, test } from 'vitest';
import type { Cell } from '../contract.ts';
import { amount, column, context, data, widget } from '../testing/widget-fixture.ts';
import { barTable, toOption } from './to-option.ts';

test('bars begin at zero, and stacked ones are sorted by their whole', () => {
  const answer = data(
    [column('region', 'text'), column('status', 'text'), amount],
    [
      ['north', 'a', 1],
      ['south', 'a', 5],
      ['south', 'b', 5],
      ['north', 'b', 3],
    ],
  );
  const stacked = widget('bar', ['region', 'status'], { settings: { stack: 'stacked' } });
  const option = toOption(stacked, answer, context);
  expect(option.xAxis).toMatchObject({ data: ['south', 'north'] });
  expect((option.yAxis as { scale?: boolean }).scale).toBeUndefined();
});

test('of too many bars the first are seen, of those that stand in time the newest', () => {
  const zoomOf = (columnType: 'text' | 'date', count: number) => {
    const rows = Array.from({ length: count }, (_, index): Cell[] => [
      columnType === 'date' ? new Date(Date.UTC(2026, 0, count - index)).toISOString().slice(0, 10) : `b${index}`,
      index,
    ]);
    const option = toOption(widget('bar', ['a']), data([column('a', columnType), amount], rows), context);
    const [series] = option.series as { data: unknown[] }[];
    return { first: series!.data[0], zoom: (option.dataZoom as { startValue: number; endValue: number }[])?.[0] };
  };
  expect(zoomOf('text', 60)).toEqual({ first: 0, zoom: undefined });
  expect(zoomOf('text', 61)).toMatchObject({ first: 0, zoom: { xAxisIndex: 0, startValue: 0, endValue: 59 } });
  expect(zoomOf('date', 61)).toMatchObject({ first: 60, zoom: { xAxisIndex: 0, startValue: 1, endValue: 60 } });
});

test('bars of a sorted answer stay as they came, and where a row has no value there is no bar', () => {
  const sorted = widget('bar', ['region', 'status']);
  sorted.query.sort = [{ by: 'region', direction: 'asc', nulls: 'last' }];
  const rows: Cell[][] = [
    ['north', 'a', 1],
    ['south', 'a', null],
    ['south', 'b', 5],
  ];
  const { categories, series } = barTable(
    sorted,
    data([column('region', 'text'), column('status', 'text'), amount], rows),
  ).table;
  expect(categories).toEqual(['north', 'south']);
  expect(series.map(({ values }) => values)).toEqual([
    [1, null],
    [null, 5],
  ]);
});
