/** Proves where the points of a line stand, and what lies between them. */
import { expect, test } from 'vitest';
import { LIGHT } from '../../shell/tokens.ts';
import type { Cell, WidgetDefinition } from '../contract.ts';
import { amount, column, context, type Drawn, data, widget } from '../testing/widget-fixture.ts';
import { toOption } from './to-option.ts';

test('a line stands in time, oldest first, whatever the order of the answer', () => {
  const answer = data(
    [column('at', 'date'), amount],
    [
      ['2026-03-02', '20'],
      ['2026-03-01', '10'],
    ],
  );
  const option = toOption(widget('line', ['at']), answer, context);
  const [series] = option.series as Drawn;
  expect(series?.data).toEqual([
    [new Date(2026, 2, 1).getTime(), 10],
    [new Date(2026, 2, 2).getTime(), 20],
  ]);
  expect(option.xAxis).toMatchObject({ type: 'time' });
});

test('the way of a line to a moment that is not over is broken', () => {
  const now = Date.parse('2026-03-01T10:02:20Z');
  const timed = widget('line', ['at']);
  timed.query.dimensions[0]!.grain = 'minute';
  const rows: Cell[][] = [
    ['2026-03-01 10:02:00+00', '20'],
    ['2026-03-01 10:01:00+00', '110'],
    ['2026-03-01 10:00:00+00', '100'],
  ];
  const answer = data([column('at', 'instant'), amount], rows);
  const seriesOf = (at: number, settings = {}) =>
    toOption({ ...timed, settings }, answer, context, undefined, undefined, at).series as Drawn;
  const [line, gaps, ...others] = seriesOf(now);
  expect([line!.data.length, gaps!.data.length, others]).toEqual([3, 3, []]);
  expect(gaps).toMatchObject({ name: line!.name, color: LIGHT.surface, silent: true });
  expect((gaps!.data as Cell[][]).map(([, value]) => value)).toEqual([null, 110, 20]);
  expect((line!.data as Cell[][]).map(([, value]) => value)).toEqual([100, 110, 20]);
  expect(seriesOf(now + 60_000)).toHaveLength(1);
  // A curve would not lie below straight strokes.
  expect(seriesOf(now, { smooth: true })).toHaveLength(1);
});

test('a moment that stands alone has a few of its grain beside it', () => {
  const axisOf = (at: string, grain: 'minute' | 'day', ...more: string[]) => {
    const timed = widget('line', ['at']);
    timed.query.dimensions[0]!.grain = grain;
    const rows = [at, ...more].map((each): Cell[] => [each, 1]);
    const option = toOption(timed, data([column('at', 'instant'), amount], rows), context);
    return option.xAxis as { min?: number; max?: number; axisLabel: { formatter: (at: number) => string } };
  };
  const at = '2026-03-01T10:02:00Z';
  const minute = axisOf(at, 'minute');
  expect([minute.min, minute.max]).toEqual([Date.parse(at) - 180_000, Date.parse(at) + 180_000]);
  expect(minute.axisLabel.formatter(Date.parse(at))).toMatch(/^\d\d:02$/);
  const day = axisOf('2026-03-01', 'day');
  expect(day.max! - day.min!).toBe(6 * 86_400_000);
  expect(day.axisLabel.formatter(new Date(2026, 2, 1).getTime())).toBe('1 Mar');
  expect(axisOf(at, 'minute', '2026-03-01T10:03:00Z')).not.toHaveProperty('min');
});

test('a line goes down to zero where nothing happened, and leaves a gap where that cannot be known', () => {
  const at = column('at', 'instant');
  const rows = [
    ['2026-03-01 10:00:00+00', 'a', '5'],
    ['2026-03-01 10:03:00+00', 'b', '7'],
    ['2026-03-01 10:03:00+00', 'a', '2'],
  ];
  const drawn = (aggregation: 'sum' | 'avg') => {
    const timed = widget('line', ['at', 'city']);
    timed.query.dimensions[0]!.grain = 'minute';
    timed.query.measures[0]!.aggregation = aggregation;
    timed.query.series = ['city'];
    const answer = data([at, column('city', 'text'), amount], rows);
    const option = toOption(timed, answer, context);
    return (option.series as Drawn).slice(0, 2).map((one) => one.data.map((point) => (point as unknown[])[1] ?? null));
  };
  expect(drawn('sum')).toEqual([
    [5, 0, 0, 2],
    [0, 0, 0, 7],
  ]);
  expect(drawn('avg')).toEqual([
    [5, null, null, 2],
    [null, null, null, 7],
  ]);
});

test('names stand as one reads them, unless the answer was sorted; a line of very many points is sampled', () => {
  const drawn = (rows: Cell[][], sort: WidgetDefinition['query']['sort'] = []) => {
    const named = widget('line', ['name']);
    named.query.sort = sort;
    const option = toOption(named, data([column('name', 'text'), amount], rows), context);
    const [series] = option.series as (Drawn[number] & { sampling?: string })[];
    return { names: (option.xAxis as { data: string[] }).data, points: series?.data, sampling: series?.sampling };
  };
  const rows: Cell[][] = [
    ['b10', 3],
    [null, 2],
    ['b9', null],
  ];
  expect(drawn(rows)).toEqual({
    names: ['b9', 'b10', 'No value'],
    points: [
      [0, null],
      [1, 3],
      [2, 2],
    ],
    sampling: undefined,
  });
  expect(drawn(rows, [{ by: 'sum(amount)', direction: 'desc' }]).names).toEqual(['b10', 'No value', 'b9']);
  const many = (count: number) => drawn(Array.from({ length: count }, (_, index): Cell[] => [`b${index}`, index]));
  expect([many(2_000).sampling, many(2_001).sampling]).toEqual([undefined, 'lttb']);
  expect(drawn([])).toEqual({ names: [], points: undefined, sampling: undefined });
});
