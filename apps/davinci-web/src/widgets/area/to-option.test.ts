/** Proves that areas lie on each other from zero, and what they are where nothing happened. */
import { expect, test } from 'vitest';
import type { Settings } from '../contract.ts';
import { amount, column, context, type Drawn, data, widget } from '../testing/widget-fixture.ts';
import { toOption } from './to-option.ts';

interface Option {
  series: (Drawn[number] & { data: [number, number | null][]; stack?: string; areaStyle?: object })[];
  yAxis: { scale: boolean; max?: number };
}

test('areas lie on each other from zero unless told otherwise, and as shares they end at one', () => {
  const answer = data(
    [column('at', 'date'), column('status', 'text'), amount],
    [
      ['2026-03-02', 'open', '30'],
      ['2026-03-01', 'paid', '15'],
      ['2026-03-01', 'open', '5'],
      ['2026-03-02', 'paid', null],
    ],
  );
  const drawn = (settings: Settings) => {
    const option = toOption(widget('area', ['at', 'status'], { settings }), answer, context);
    const { series, yAxis } = option as unknown as Option;
    expect(series.every(({ areaStyle }) => areaStyle !== undefined)).toBe(true);
    expect(yAxis.scale).toBe(false);
    const values = series.map((one) => [one.name, ...one.data.map(([, value]) => value)]);
    return { values, stacks: series.map(({ stack }) => stack), most: yAxis.max };
  };
  const amounts = [
    ['open', 5, 30],
    ['paid', 15, null],
  ];
  expect(drawn({})).toEqual({ values: amounts, stacks: ['all', 'all'], most: undefined });
  expect(drawn({ stack: 'unknown' })).toEqual(drawn({}));
  expect(drawn({ stack: 'none' })).toEqual({ values: amounts, stacks: [undefined, undefined], most: undefined });
  expect(drawn({ stack: 'percent' })).toEqual({
    values: [
      ['open', 0.25, 1],
      ['paid', 0.75, null],
    ],
    stacks: ['all', 'all'],
    most: 1,
  });
});

test('an area goes down to zero where nothing happened, and is none where there is no row', () => {
  const timed = widget('area', ['at']);
  timed.query.dimensions[0]!.grain = 'day';
  const drawn = (...rows: [string, number][]) =>
    (toOption(timed, data([column('at', 'date'), amount], rows), context) as unknown as Option).series;
  const day = (date: number) => new Date(2026, 2, date).getTime();
  expect(drawn(['2026-03-04', 7], ['2026-03-01', 5]).map((one) => one.data)).toEqual([
    [
      [day(1), 5],
      [day(2), 0],
      [day(3), 0],
      [day(4), 7],
    ],
  ]);
  expect(drawn()).toEqual([]);
});
