/** Proves how moments are read, and which of them are over. */
import { expect, test } from 'vitest';
import type { Cell, WidgetData } from './contract.ts';
import { toOption as lineOption } from './line/to-option.ts';
import { toScorecard } from './scorecard/to-option.ts';
import { amount, column, context, type Drawn, data, widget } from './testing/widget-fixture.ts';
import { formatAtGrain, toMoment } from './time-values.ts';

test('moments are read with and without a zone', () => {
  expect(toMoment('2026-03-01 10:00:00.25+02')).toBe(Date.UTC(2026, 2, 1, 8, 0, 0, 250));
  expect(toMoment('2026-03-01T10:00:00Z')).toBe(Date.UTC(2026, 2, 1, 10));
  expect(toMoment('2026-03-01 10:00:00-03:30')).toBe(Date.UTC(2026, 2, 1, 13, 30));
  expect(toMoment('2026-03-01')).toBe(new Date(2026, 2, 1).getTime());
  expect([toMoment('soon'), toMoment(null), toMoment(5)]).toEqual([undefined, undefined, undefined]);
  expect(formatAtGrain('2026-03-01', 'month', 'en')).toBe('Mar 2026');
});

test('what is over goes by how far the tables are complete, whatever the clock of the reader says', () => {
  const rows: Cell[][] = ['10:00', '10:01', '10:02', '10:03'].map((time, index) => [
    `2026-03-01 ${time}:00+00`,
    [100, 110, 90, 5][index]!,
  ]);
  const timed = widget('scorecard', ['at']);
  timed.query.dimensions[0]!.grain = 'minute';
  const upTo = (...watermarks: (string | null)[]): WidgetData => ({
    ...data([column('at', 'instant'), amount], rows),
    freshness: watermarks.map((watermark, index) => ({
      sinkNamespace: `table ${index}`,
      commitNumber: '7',
      watermark: watermark === null ? null : `2026-03-01T${watermark}.123456Z`,
      loading: false,
    })),
  });
  const at = (time: string) => Date.parse(`2026-03-01T${time}Z`);
  const openAt = (answer: WidgetData, time: string) => toScorecard(timed, answer, at(time)).open;
  expect(openAt(upTo(), '10:03:20')).toBe(1);
  expect(openAt(upTo(null), '10:03:20')).toBe(1);
  // The clock is ten minutes fast, or slow.
  expect(openAt(upTo('10:03:15'), '10:13:20')).toBe(1);
  expect(openAt(upTo('10:03:15'), '09:53:20')).toBe(4);
  // The tables are behind: of two the one that is more so counts.
  const behind = upTo('10:03:15', '10:02:15');
  expect(toScorecard(timed, behind, at('10:03:20'))).toMatchObject({ open: 2, change: expect.closeTo(0.1) });
  const gaps = lineOption({ ...timed, kind: 'line' }, behind, context, undefined, undefined, at('10:03:20'))
    .series as Drawn;
  expect((gaps[1]!.data as Cell[][]).map(([, value]) => value)).toEqual([null, 110, 90, 5]);
  expect(openAt(upTo('10:04:00'), '10:04:01')).toBe(0);
  // What has not begun is no moment that grows.
  expect(openAt(upTo('09:59:00'), '09:59:30')).toBe(0);
});
