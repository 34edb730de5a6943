/** Proves what bars and lines have in common: lines across the picture, and chosen colours. */
import { expect, test } from 'vitest';
import { LIGHT } from '../shell/tokens.ts';
import { toOption as barOption } from './bar/to-option.ts';
import { toOption as lineOption } from './line/to-option.ts';
import { amount, column, context, type Drawn, data, widget } from './testing/widget-fixture.ts';

test('a reference line is on the picture and the axis reaches it; a chosen colour is that of its measure', () => {
  const settings = {
    lines: [{ value: 50, label: 'Goal' }, { value: 'x', label: '' }, null],
    colours: { 'sum(amount)': 3 },
  };
  const answer = data(
    [column('region', 'text'), amount],
    [
      ['n', 30],
      ['s', 20],
    ],
  );
  type Option = {
    series: (Drawn[number] & { markLine: { data: { xAxis?: number; label: { formatter: () => string } }[] } })[];
    xAxis: { max: (extent: { max: number }) => number | null; min: (extent: { min: number }) => number | null };
  };
  const option = barOption(
    widget('bar', ['region'], { settings: { ...settings, horizontal: true } }),
    answer,
    context,
  ) as unknown as Option;
  expect(option.series[0]!.color).toBe(LIGHT.series[3]);
  expect(option.series[0]!.markLine.data).toMatchObject([{ xAxis: 50 }]);
  expect(option.series[0]!.markLine.data[0]!.label.formatter()).toBe('Goal: 50');
  expect([option.xAxis.max({ max: 30 }), option.xAxis.max({ max: 80 }), option.xAxis.min({ min: 0 })]).toEqual([
    50,
    null,
    null,
  ]);
  const line = lineOption(widget('line', ['region'], { settings }), answer, context) as unknown as Option;
  expect(line.series[0]!.markLine.data).toMatchObject([{ yAxis: 50 }]);
  // A line below all bars does not cut their feet off: they stand on zero, as do those that hang from it.
  expect([option.xAxis.min({ min: 70 }), option.xAxis.max({ max: -70 })]).toEqual([null, 50]);
  const below = { ...settings, lines: [{ value: -50, label: '' }], horizontal: true };
  const hanging = barOption(widget('bar', ['region'], { settings: below }), answer, context) as unknown as Option;
  expect([hanging.xAxis.max({ max: -70 }), hanging.xAxis.min({ min: 20 })]).toEqual([null, -50]);
  // Shares have another scale.
  const percent = barOption(
    widget('bar', ['region'], { settings: { ...settings, stack: 'percent' } }),
    answer,
    context,
  );
  expect(JSON.stringify(percent.series)).not.toContain('markLine');
});
