/** Proves that a moment in which nothing happened is told as that, and not jumped over. */
import { expect, test } from 'vitest';
import { absentValue, fillMoments } from './fill-moments.ts';

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
