/** Proves where a gauge ends, which part of it is late or bad, and what is written around it. */
import { expect, test } from 'vitest';
import { LIGHT } from '../../shell/tokens.ts';
import { amount, context, data, widget } from '../testing/widget-fixture.ts';
import { fitGauge, gaugeRange, roundAbove, toOption } from './to-option.ts';

test('a gauge ends at its goal, else at a round number above', () => {
  expect(gaugeRange(widget('gauge', []), data([amount], [[130]]))).toEqual({ value: 130, low: 0, high: 200 });
  expect(gaugeRange(widget('gauge', []), data([amount, amount], [[130, 180]])).high).toBe(180);
  expect([0, 3, 1_000, 1_001].map(roundAbove)).toEqual([1, 5, 1_000, 2_000]);
});

test('a gauge tells where it is late and bad, and writes it where there is room', () => {
  const settings = { warnAt: 100, badAt: 400, maximum: 500 };
  type Part = { axisLine: { lineStyle: { color: unknown } }; progress: { itemStyle?: { color: string } } };
  type Written = { name: string; title: { show: boolean; offsetCenter: [number, number] } };
  const drawn = (value: number, part = {}) =>
    toOption(widget('gauge', [], { settings: { ...settings, ...part } }), data([amount], [[value]]), context);
  const seriesOf = (option: Record<string, unknown>) => option.series as [Part, Part & { data: Written[] }];
  const [number, limits] = seriesOf(drawn(250));
  expect(number.progress.itemStyle?.color).toBe(LIGHT.late);
  expect(limits.axisLine.lineStyle.color).toEqual([
    [0.2, LIGHT['line-strong']],
    [0.8, LIGHT.late],
    [1, LIGHT.broken],
  ]);
  expect(limits.data.map(({ name }) => name)).toEqual(['100', '400', '0', '500']);
  const only = (part: object) => seriesOf(drawn(250, part))[1].axisLine.lineStyle.color;
  expect(only({ warnAt: null, badAt: null })).toEqual([[1, LIGHT['line-strong']]]);
  expect(only({ warnAt: 0 })).toEqual([
    [0.8, LIGHT.late],
    [1, LIGHT.broken],
  ]);
  expect(only({ warnAt: 600, badAt: null })).toEqual([[1, LIGHT['line-strong']]]);
  const fitted = (width: number, height: number) =>
    seriesOf(fitGauge(drawn(250), { width, height, measure: (text) => text.length * 7, from: 0 }))[1];
  for (const { name, title } of fitted(300, 220).data) {
    expect(title.show).toBe(true);
    expect(Math.abs(title.offsetCenter[0]) + (name.length * 7) / 2).toBeLessThanOrEqual(150);
  }
  expect(fitted(120, 90).data.some(({ title }) => title.show)).toBe(false);
});

test('what the number of a gauge is of stands right below it, however large the gauge', () => {
  const below = (size: number) => {
    const option = fitGauge(toOption(widget('gauge', []), data([amount], [[250]]), context), {
      width: size,
      height: size,
      measure: (text) => text.length * 7,
      from: 0,
    });
    return (option.series as { title: { offsetCenter: [number, number] } }[])[0]!.title.offsetCenter[1];
  };
  expect(below(1_000)).toBe(below(600));
  expect(below(100)).toBeLessThan(below(600));
});

test('a gauge without a number stands at its beginning and says so, and its goal is above that', () => {
  const settings = { minimum: 50, maximum: 40, warnAt: 10 };
  interface Dial {
    min: number;
    max: number;
    progress: { itemStyle: { color: string } };
    data: [{ value: number }];
    detail: { formatter: (shown: number) => string };
  }
  const drawn = (...rows: number[][]) => {
    const option = toOption(widget('gauge', [], { settings }), data([amount], rows), context);
    const [{ min, max, progress, data: shown, detail }] = option.series as [Dial];
    const [{ value }] = shown;
    return { ends: [min, max], value, written: detail.formatter(value), colour: progress.itemStyle.color };
  };
  expect(drawn([130])).toEqual({ ends: [50, 200], value: 130, written: '130', colour: LIGHT.late });
  expect(drawn()).toMatchObject({ value: 50, written: '–', colour: LIGHT.accent });
});
