/** Proves that a legend cuts no name, whatever room it has. */
import { expect, test } from 'vitest';
import { LIGHT } from '../shell/tokens.ts';
import { legend } from './chart-parts.ts';
import { fitLegend, legendIn, pageFrom, type Room } from './fit-legend.ts';
import { fitPie } from './pie/to-option.ts';

const measure = (text: string) => text.length * 7;
const roomOf = (width: number, height: number, from = 0): Room => ({ width, height, measure, from });
const names = (count: number) => Array.from({ length: count }, (_, index) => `country ${index}`);

test('names stand in rows where there is room for them, and what is drawn begins below', () => {
  const option = { legend: { id: 'legend', data: names(8), textStyle: { fontSize: 12 } }, grid: { top: 32, left: 0 } };
  const wide = fitLegend(option, roomOf(900, 300));
  expect(wide).toMatchObject({ legend: { type: 'plain', id: 'legend' }, grid: { top: 32 } });
  const two = fitLegend(option, roomOf(420, 300));
  expect(two).toMatchObject({ legend: { type: 'plain', textStyle: { overflow: 'truncate' } }, grid: { top: 56 } });
  // In a low card there is one row, and pages of it.
  expect(fitLegend(option, roomOf(420, 120))).toMatchObject({ legend: { type: 'scroll' }, grid: { top: 32 } });
  expect(fitLegend({ series: [] }, roomOf(420, 120))).toEqual({ series: [] });
});

test('a page of a legend ends where a whole name ends, on every page', () => {
  const widths = [50, 80, 20, 120, 40, 200, 60];
  for (let from = 0; from < widths.length; from++) {
    const wide = pageFrom(widths, from, 200);
    const ends = widths
      .slice(from)
      .map((_, at, rest) => rest.slice(0, at + 1).reduce((sum, each) => sum + each, at * 12));
    expect(ends).toContain(wide);
    expect(wide <= 200 || wide === widths[from]).toBe(true);
    // The next one would not have fitted.
    expect(ends.filter((end) => end <= 200).every((end) => end <= wide)).toBe(true);
  }
  const { type, width, longest } = legendIn(
    { data: ['a very very very very long name of a thing', 'b', 'c'] },
    roomOf(180, 90),
  );
  expect([type, width <= 180, longest < 180]).toEqual(['scroll', true, true]);
});

test('beside a pie stand its labels where they have room, else the legend says the same', () => {
  const option = (count: number, labels = true) => ({
    ...legend({ palette: LIGHT } as never, names(count), {}),
    series: [
      {
        data: names(count),
        radius: [66, 100],
        label: { show: labels, formatter: ({ dataIndex }: { dataIndex: number }) => `country ${dataIndex}\n12%` },
        labelLine: {},
      },
    ],
  });
  type Fitted = { legend?: object; series: [{ radius: [number, number]; label: { show: boolean }; center: number[] }] };
  const fitOf = (count: number, width: number, height: number, labels = true) =>
    fitPie(option(count, labels), roomOf(width, height)) as unknown as Fitted;
  const wide = fitOf(5, 600, 300);
  expect([wide.legend, wide.series[0].label.show]).toEqual([undefined, true]);
  // From the ring to the edge is room for a label.
  expect(300 - wide.series[0].radius[1]).toBeGreaterThan(measure('country 0'));
  for (const [count, width, height] of [
    [5, 200, 300],
    [10, 600, 120],
    [3, 160, 150],
  ] as const) {
    const { legend: told, series } = fitOf(count, width, height);
    expect([told !== undefined, series[0].label.show]).toEqual([true, false]);
    expect(series[0].center[1]! + series[0].radius[1]).toBeLessThanOrEqual(height);
    expect(series[0].center[1]! - series[0].radius[1]).toBeGreaterThan(20);
  }
  expect(fitOf(5, 600, 300, false).legend).toBeDefined();
  // Of a pie of one slice nothing is told apart.
  expect(fitOf(1, 100, 60).series[0].radius[1]).toBeGreaterThan(0);
});
