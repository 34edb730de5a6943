/** Proves which values a mark stands for, and where it is found again. */
import { expect, test } from 'vitest';
import { barTable } from './bar/to-option.ts';
import type { Cell } from './contract.ts';
import { categoryMarks, findMark, isPicked, isPivotPicked, picksAt, pivotPicks, trendPicks } from './picks.ts';
import { pivotText } from './pivot/to-option.ts';
import { amount, column, data, widget } from './testing/widget-fixture.ts';

test('a clicked mark gives the values of its dimensions; "others" gives none', () => {
  const shown = {
    category: 0,
    seriesIndex: 1,
    rest: 0,
    table: {
      categories: ['x'] as Cell[],
      rest: 1,
      series: [
        { value: 's', measure: 2, values: [1] },
        { value: null, measure: 2, values: [1], others: true as const },
      ],
    },
  };
  const two = widget('bar', ['day', 'status']);
  expect(picksAt(two, shown, { dataIndex: 0, seriesIndex: 0 })).toEqual([
    { column: 'day', value: 'x' },
    { column: 'status', value: 's' },
  ]);
  expect(picksAt(two, shown, { dataIndex: 0, seriesIndex: 1 })).toEqual([]);
});

test('a cell of a pivot and a moment of a trend stand for their values', () => {
  const pivot = widget('pivot', ['region', 'size']);
  const answer = data(
    [column('region', 'text'), column('size', 'number'), amount],
    [
      ['n', 5, 1],
      ['', 6, 3],
      [null, 7, 2],
    ],
  );
  expect(pivotPicks(pivot, answer, { c0: pivotText(null), c1: '7', $$extra$$: 'c2' })).toEqual([
    { column: 'region', value: null },
    { column: 'size', value: 7 },
  ]);
  // A text of no letters is a value; that there is none is another one.
  expect(pivotPicks(pivot, answer, { c0: pivotText('') })).toEqual([{ column: 'region', value: '' }]);
  expect(pivotPicks(pivot, answer, { c1: '5' })).toEqual([{ column: 'size', value: 5 }]);
  expect(pivotPicks(pivot, answer, { c0: 'unknown' })).toEqual([]);
  // Chosen by the head of its row, each cell of the row is; a cell alone is itself only.
  const cell = { c0: 'n', c1: '5', c2: 1 };
  expect(isPivotPicked(pivot, cell, [{ column: 'region', value: 'n' }])).toBe(true);
  expect(isPivotPicked(pivot, cell, [...pivotPicks(pivot, answer, cell)])).toBe(true);
  expect(isPivotPicked(pivot, { ...cell, c1: '6' }, pivotPicks(pivot, answer, cell))).toBe(false);
  expect(isPivotPicked(pivot, { c0: pivotText(null) }, [{ column: 'region', value: '' }])).toBe(false);
  expect(isPivotPicked(pivot, cell, [])).toBe(false);
  const trend = widget('scorecard', ['at']);
  trend.query.dimensions[0]!.grain = 'day';
  const days = data(
    [column('at', 'date'), amount],
    [
      ['2026-03-03', 3],
      ['2026-03-01', 1],
      ['2026-03-02', 2],
    ],
  );
  const at = (part: number) => trendPicks(trend, days, part);
  expect([at(0), at(0.4), at(1)].map(([pick]) => pick?.value)).toEqual(['2026-03-01', '2026-03-02', '2026-03-03']);
  expect(at(1)).toEqual([{ column: 'at', value: '2026-03-03', grain: 'day' }]);
  expect(trendPicks(trend, data([column('at', 'date'), amount], []), 0.5)).toEqual([]);
});

test('a mark is found again by what it stands for, wherever newer data put it, and is gone with it', () => {
  const bars = widget('bar', ['day', 'status']);
  const answer = (rows: Cell[][]) => data([column('day', 'text'), column('status', 'text'), amount], rows);
  const marksOf = (rows: Cell[][]) => categoryMarks(bars, barTable(bars, answer(rows)));
  const before = marksOf([
    ['mon', 'open', 5],
    ['tue', 'paid', 9],
  ]);
  const name = before.nameOf({ seriesIndex: 0, dataIndex: 1 });
  expect(before.picks({ seriesIndex: 0, dataIndex: 1 })).toEqual([
    { column: 'day', value: 'mon' },
    { column: 'status', value: 'open' },
  ]);
  const moved = marksOf([
    ['wed', 'lost', 1],
    ['mon', 'open', 50],
    ['tue', 'paid', 90],
  ]);
  const found = findMark(moved, [3, 3, 3], name ?? '');
  expect(moved.picks(found!)).toEqual(before.picks({ seriesIndex: 0, dataIndex: 1 }));
  expect(found).not.toEqual({ seriesIndex: 0, dataIndex: 1 });
  expect(findMark(marksOf([['tue', 'paid', 9]]), [1], name ?? '')).toBeUndefined();
});

test('the row of a table is marked that stands for all of its marks, at their grains', () => {
  const table = widget('table', ['region', 'at', 'at']);
  table.query.dimensions[1]!.grain = 'day';
  table.query.dimensions[2]!.grain = 'hour';
  const row: Cell[] = ['n', '2026-03-01', '2026-03-01 10:00:00'];
  const marks = [
    { column: 'region', value: 'n' },
    { column: 'at', value: '2026-03-01', grain: 'day' as const },
    { column: 'at', value: '2026-03-01 10:00:00', grain: 'hour' as const },
  ];
  expect(isPicked(table, row, marks)).toBe(true);
  expect(isPicked(table, ['n', '2026-03-01', '2026-03-01 11:00:00'], marks)).toBe(false);
  expect(isPicked(table, row, marks.slice(0, 2))).toBe(false);
  // The same value, but of another grain, and marks of a widget that had other dimensions.
  expect(isPicked(table, ['n', '2026-03-01 10:00:00', '2026-03-01'], marks)).toBe(false);
  expect(isPicked(widget('table', []), [1], marks)).toBe(false);
});
