/** Proves that a moment in which nothing happened is told as that, and not jumped over. */
import { expect, test } from 'vitest';
import type { Cell, Filter, WidgetData, WidgetDefinition } from './contract.ts';
import { absentValue, endOfAnswer, fillMoments } from './fill-moments.ts';
import { toOption as lineOption } from './line/to-option.ts';
import { toScorecard } from './scorecard/to-option.ts';
import { amount, column, context, type Drawn, data, widget } from './testing/widget-fixture.ts';

test('moments between are written as the answer writes its own', () => {
  expect(fillMoments(['2026-03-01 10:58:00+00', '2026-03-01 11:01:00+00'], 'minute')).toEqual([
    { value: '2026-03-01 10:58:00+00', place: 0 },
    { value: '2026-03-01 10:59:00+00', place: undefined },
    { value: '2026-03-01 11:00:00+00', place: undefined },
    { value: '2026-03-01 11:01:00+00', place: 1 },
  ]);
  const written = (moments: (string | null)[], grain: 'day' | 'hour' | 'month') =>
    fillMoments(moments, grain).map(({ value }) => value);
  expect(written(['2026-02-27', '2026-03-02'], 'day')).toEqual([
    '2026-02-27',
    '2026-02-28',
    '2026-03-01',
    '2026-03-02',
  ]);
  expect(written(['2026-03-01 22:00:00', '2026-03-02 00:00:00'], 'hour')[1]).toBe('2026-03-01 23:00:00');
  expect(written(['2025-12-01', '2026-02-01'], 'month')[1]).toBe('2026-01-01');
  // Neighbours, what is alone, and what is no moment.
  expect(written([null, '2026-03-01', '2026-03-02', '2026-03-03'], 'day')).toHaveLength(4);
  expect(written(['2026-03-01'], 'day')).toEqual(['2026-03-01']);
});

test('days of another zone are an hour longer or shorter, and are no gap', () => {
  // Midnight of Berlin, where summer time begins on 29 March.
  const midnights = [
    '2026-03-27 23:00:00+00',
    '2026-03-28 23:00:00+00',
    '2026-03-29 22:00:00+00',
    '2026-03-30 22:00:00+00',
  ];
  expect(fillMoments(midnights, 'day')).toHaveLength(4);
});

test('of too many moments each gap tells its first and its last', () => {
  const filled = fillMoments(['2016-03-01 00:00:00+00', '2026-03-01 00:00:00+00', '2026-03-01 00:02:00+00'], 'minute');
  expect(filled.map(({ value }) => value)).toEqual([
    '2016-03-01 00:00:00+00',
    '2016-03-01 00:01:00+00',
    '2026-02-28 23:59:00+00',
    '2026-03-01 00:00:00+00',
    '2026-03-01 00:01:00+00',
    '2026-03-01 00:02:00+00',
  ]);
});

test('nothing is zero where one counts or adds up, and unknown otherwise', () => {
  const absent = (aggregation: 'sum' | 'count' | 'avg' | 'max') =>
    absentValue({ column: 'x', aggregation }, { having: [] });
  expect((['sum', 'count', 'avg', 'max'] as const).map(absent)).toEqual([0, 0, null, null]);
  const having = [{ by: 'sum(x)', operator: '>' as const, values: [5] }];
  expect(absentValue({ column: 'x', aggregation: 'sum' }, { having })).toBeNull();
});

test('what is over by the end of the answer stands behind its last row, and what is not over does not', () => {
  const until = (time: string) =>
    fillMoments(['2026-03-01 10:58:00+00'], 'minute', Date.parse(`2026-03-01T${time}Z`)).map(({ value }) =>
      String(value).slice(11, 16),
    );
  expect(until('10:58:40')).toEqual(['10:58']);
  expect(until('10:59:59')).toEqual(['10:58']);
  expect(until('11:00:00')).toEqual(['10:58', '10:59']);
  expect(until('11:01:30')).toEqual(['10:58', '10:59', '11:00']);
  expect(until('09:00:00')).toEqual(['10:58']);
  expect(fillMoments([], 'minute', Date.now())).toEqual([]);
  // Of very many the first and the last.
  const years = fillMoments(['2016-03-01 10:00:00+00'], 'minute', Date.parse('2026-03-01T10:02:30Z'));
  expect(years.map(({ value }) => value)).toEqual([
    '2016-03-01 10:00:00+00',
    '2016-03-01 10:01:00+00',
    '2026-03-01 10:01:00+00',
  ]);
});

test('an answer goes on until now where it was asked until now, and as far as its tables are complete', () => {
  const now = Date.parse('2026-03-01T11:30:20Z');
  const complete = '2026-03-01T11:30:05.5Z';
  const relative = (amount: number) => ({
    column: 'at',
    operator: 'relative' as const,
    values: [{ unit: 'hour' as const, amount }],
  });
  const shown = ['2026-03-01 11:00:00+00', '2026-03-01 11:20:00+00'];
  const endOf = (
    { moments = shown, ...part }: Partial<WidgetData> & { moments?: string[] },
    filters: Filter[] = [],
    sort: WidgetDefinition['query']['sort'] = [],
  ) => {
    const query = {
      dimensions: [{ column: 'at', grain: 'minute' as const }],
      measures: [],
      filters,
      having: [],
      sort,
      limit: 60,
    };
    const data = { truncated: false, askedAt: now, ...part };
    return endOfAnswer({ kind: 'line', name: '', query, settings: {} }, data, 0, moments);
  };
  const fresh = (watermark: string | null, loading = false) => ({
    freshness: [{ sinkNamespace: 't', commitNumber: '1', watermark, loading }],
  });
  expect(endOf({}, [relative(1)])).toBe(now);
  expect(endOf({}, [relative(0)])).toBe(now);
  expect(endOf(fresh(complete), [relative(1)])).toBe(Date.parse(complete));
  // Hours before this one are over, as is what has an end of its own.
  expect(endOf({}, [relative(-1)])).toBeUndefined();
  expect(endOf(fresh(complete), [{ column: 'at', operator: '<', values: ['2026-03-01 11:25:00'] }])).toBeUndefined();
  expect(endOf(fresh(complete), [relative(1), { column: 'at', operator: '<=', values: ['x'] }])).toBeUndefined();
  // What a controller asked counts, and what is said of other columns does not.
  expect(endOf({ request: { filters: [relative(1)] } })).toBe(now);
  expect(endOf({ request: { filters: [relative(-1)] } }, [relative(1)])).toBeUndefined();
  expect(endOf({}, [relative(1), { column: 'city', operator: '=', values: ['x'] }])).toBe(now);
  // Without a span: the newest of a table that is live, unless that was long ago.
  expect(endOf(fresh(complete))).toBe(Date.parse(complete));
  expect(endOf({ ...fresh(complete), request: { values: { until: '2026-03-01' } } })).toBeUndefined();
  expect(endOf(fresh('2026-03-01T12:00:00Z'))).toBe(now);
  expect(endOf({ ...fresh(complete), moments: ['2024-03-01 11:00:00+00', '2024-03-01 11:20:00+00'] })).toBeUndefined();
  expect(endOf({})).toBeUndefined();
  // What is not complete is not told as nothing.
  expect(endOf(fresh(complete, true), [relative(1)])).toBeUndefined();
  expect(endOf(fresh(null), [relative(1)])).toBeUndefined();
  expect(endOf({ truncated: true }, [relative(1)], [{ by: 'at', direction: 'asc', nulls: 'last' }])).toBeUndefined();
});

test('a line and a number go on until the answer where nothing happened lately', () => {
  const rows: Cell[][] = [
    ['2026-03-01 10:01:00+00', '7'],
    ['2026-03-01 10:00:00+00', '5'],
  ];
  const told = (aggregation: 'sum' | 'avg') => {
    const timed = widget('line', ['at']);
    timed.query.dimensions[0]!.grain = 'minute';
    timed.query.measures[0]!.aggregation = aggregation;
    timed.query.filters = [{ column: 'at', operator: 'relative', values: [{ unit: 'hour', amount: 1 }] }];
    const now = Date.parse('2026-03-01T10:04:20Z');
    const answer = { ...data([column('at', 'instant'), amount], rows), askedAt: now };
    const [series] = lineOption(timed, answer, context, undefined, undefined, now).series as Drawn;
    return [series!.data.map((point) => (point as unknown[])[1]), toScorecard(timed, answer, now)] as const;
  };
  const [sums, card] = told('sum');
  expect(sums).toEqual([5, 7, 0, 0]);
  expect([card.value, card.trend.length, card.change]).toEqual([0, 4, undefined]);
  // What is not added up is not known.
  expect(told('avg')[0]).toEqual([5, 7, null, null]);
});
