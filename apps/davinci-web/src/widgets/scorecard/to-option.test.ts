/** Proves which number a scorecard shows, what it is compared with, and how its trend is drawn. */
import { expect, test } from 'vitest';
import type { Cell, QueryColumn } from '../contract.ts';
import { amount, column, context, data, widget } from '../testing/widget-fixture.ts';
import { chosenPlace, onTheWay, sparkline, toScorecard, trendRange } from './to-option.ts';

test('a scorecard shows the newest moment exactly, the change against the one before, and what that means', () => {
  const answer = data(
    [column('at', 'datetime'), amount],
    [
      ['2026-03-01 10:02:00', '150.10'],
      ['2026-03-01 10:01:00', '100'],
    ],
  );
  const card = toScorecard(
    widget('scorecard', ['at'], { settings: { goodWhen: 'down', warnAt: 100, badAt: 200 } }),
    answer,
  );
  expect(card).toMatchObject({ value: '150.10', change: expect.closeTo(0.501), verdict: 'bad', tone: 'late' });
  expect(sparkline(card.trend)).toMatch(/^M0 28L100 2$/);
  const range = trendRange(widget('scorecard', ['at']), answer, card, context);
  expect(range).toMatchObject({ least: 100, most: 150.1, told: { least: '100', most: '150.1' } });
  expect([range?.told.from, range?.told.to].map((at) => at?.slice(-5))).toEqual(['01:00', '02:00']);
  expect(toScorecard(widget('scorecard', []), data([amount], [['7']])).value).toBe('7');
  expect(toScorecard(widget('scorecard', ['at'], { settings: { value: 'total' } }), answer).value).toBeCloseTo(250.1);
});

test('a moment that is not over is shown and not compared, and the way to it is broken', () => {
  const now = Date.parse('2026-03-01T10:02:20Z');
  const rows: Cell[][] = [
    ['2026-03-01 10:02:00+00', '20'],
    ['2026-03-01 10:01:00+00', '110'],
    ['2026-03-01 10:00:00+00', '100'],
  ];
  const answer = data([column('at', 'instant'), amount], rows);
  const timed = widget('scorecard', ['at']);
  timed.query.dimensions[0]!.grain = 'minute';
  const card = toScorecard(timed, answer, now);
  expect(card).toMatchObject({ value: '20', change: expect.closeTo(0.1), verdict: 'good', open: 1 });
  // Beside the number of one moment stands the change of another.
  expect(card.against).toBe('changeOf.minute');
  expect([sparkline(card.trend, 'over', 1), sparkline(card.trend, 'open', 1)]).toEqual(['M0 28L50 2', 'M50 2L100 28']);
  // What still grows is not the least that there was.
  const range = trendRange(timed, answer, card, context);
  expect(range).toMatchObject({ least: 100, most: 110, told: { least: '100', most: '110' } });
  expect(range?.told.to).toContain(':01');
  // A minute later it is over.
  expect(toScorecard(timed, answer, now + 60_000)).toMatchObject({
    change: expect.closeTo(-0.818),
    against: 'against.minute',
    open: 0,
  });
  expect(toScorecard(timed, data(answer.columns as QueryColumn[], rows.slice(0, 2)), now).change).toBeUndefined();
});

test('a scorecard compares a moment with the one before it, though that has no row', () => {
  const timed = widget('scorecard', ['at']);
  timed.query.dimensions[0]!.grain = 'minute';
  const rows = ['10:00', '10:03', '10:05', '10:06'].map((time, index): Cell[] => [
    `2026-03-01 ${time}:00+00`,
    String(10 + index * 10),
  ]);
  const now = Date.parse('2026-03-01T10:09:00Z');
  const cardOf = (count: number) =>
    toScorecard(timed, data([column('at', 'instant'), amount], rows.slice(0, count)), now);
  expect(cardOf(4)).toMatchObject({ value: '40', change: expect.closeTo(1 / 3) });
  // From nothing there is no part.
  expect(cardOf(3).change).toBeUndefined();
  expect(cardOf(3).trend.map(({ value }) => value)).toEqual([10, 0, 0, 20, 0, 30]);
});

test('a chosen moment has its place in the trend, as long as it is in it', () => {
  const timed = widget('scorecard', ['at']);
  const trend = [0, 30, 120].map((moment, index) => ({ moment, at: `t${index}` }));
  const placeAt = (value: string) => chosenPlace(timed, trend, [{ column: 'at', value }]);
  expect(['t0', 't1', 't2', 'gone'].map(placeAt)).toEqual([0, 25, 100, undefined]);
  expect(chosenPlace(timed, trend, [])).toBeUndefined();
});

test('a count on its way shows whole numbers, an amount its fractions, and both arrive', () => {
  const parts = [0, 0.1, 0.35, 0.8, 0.99, 1];
  const counted = parts.map((part) => onTheWay(10, 17, part));
  expect(counted.every(Number.isInteger)).toBe(true);
  expect([counted[0], counted.at(-1)]).toEqual([10, 17]);
  expect(onTheWay(1.5, 2.5, 0.5)).toBeCloseTo(2.375);
  expect(onTheWay(1.5, 2.5, 1)).toBe(2.5);
});

test('a scorecard without a row has no number, and one that should be high is late and broken below its limits', () => {
  const timed = widget('scorecard', ['at']);
  const none = data([column('at', 'instant'), amount], []);
  const card = toScorecard(timed, none);
  expect(card).toMatchObject({ value: null, change: undefined, trend: [], open: 0, tone: undefined });
  expect([sparkline(card.trend), trendRange(timed, none, card, context)]).toEqual(['', undefined]);
  const summed = { ...timed, settings: { value: 'total', warnAt: 20, badAt: 10 } };
  expect(toScorecard(summed, none)).toMatchObject({ value: null, tone: undefined });
  const toneOf = (value: Cell) =>
    toScorecard(widget('scorecard', [], { settings: { warnAt: 20, badAt: 10 } }), data([amount], [[value]])).tone;
  expect(['21', '20', '11', '10', null].map(toneOf)).toEqual(['ok', 'late', 'late', 'broken', undefined]);
});
