/** Proves that the labels of a time axis tell its ticks apart, whatever the span and the room. */
import type { Grain } from '@rtdp/davinci-api/client';
import { init } from 'echarts';
import { expect, test } from 'vitest';
import { grid, timeAxis } from './chart-parts.ts';
import { context } from './testing/widget-fixture.ts';

const DAY = 86_400_000;
const HOUR = DAY / 24;

function ofDays(days: number): number[] {
  const last = new Date(2026, 10, 26).getTime();
  return Array.from({ length: days + 1 }, (_, ago) => last - (days - ago) * DAY);
}

function labels(moments: readonly number[], width: number, grain?: Grain): string[] {
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: 200 });
  chart.setOption({
    animation: false,
    grid: grid(false),
    xAxis: timeAxis(context, moments, grain),
    yAxis: { show: false },
    series: [{ type: 'line', data: moments.map((moment) => [moment, 1]) }],
  });
  const svg = chart.renderToSVGString();
  chart.dispose();
  return [...svg.matchAll(/<text[^>]*>([^<]+)<\/text>/g)].map(([, text]) => text!);
}

test('no two ticks of a time axis have the same label', () => {
  for (const days of [3, 10, 40, 89, 91, 125, 400, 1_000, 1_200, 4_000]) {
    for (const width of [300, 900, 1_800]) {
      const shown = labels(ofDays(days), width);
      expect(shown.length, `${days} days in ${width} pixels`).toBeGreaterThan(1);
      expect(new Set(shown).size, `${days} days in ${width} pixels: ${shown}`).toBe(shown.length);
    }
  }
});

test('hours of more than one day say which day they are of', () => {
  const last = new Date(2026, 10, 26, 17, 30).getTime();
  for (const hours of [24, 25, 30, 36, 47, 48]) {
    for (const width of [300, 900, 1_800]) {
      const shown = labels(
        Array.from({ length: hours + 1 }, (_, ago) => last - (hours - ago) * HOUR),
        width,
      );
      expect(shown.length, `${hours} hours in ${width} pixels`).toBeGreaterThan(1);
      expect(new Set(shown).size, `${hours} hours in ${width} pixels: ${shown}`).toBe(shown.length);
    }
  }
});

test('no label is finer than what it is of: days have days, months their own beginnings', () => {
  const days = [24, 25, 26].map((day) => new Date(2026, 10, day).getTime());
  expect(labels(days, 600, 'day')).toEqual(['24 Nov', '25 Nov', '26 Nov']);
  expect(labels(days.slice(1), 600, 'day')).toEqual(['25 Nov', '26 Nov']);
  const months = [8, 9, 10].map((month) => new Date(2026, month).getTime());
  expect(labels(months, 600, 'month')).toEqual(['Sept 2026', 'Oct 2026', 'Nov 2026']);
  expect(labels(months.slice(1), 600, 'month')).toEqual(['Oct 2026', 'Nov 2026']);
  const years = [2024, 2025].map((year) => new Date(year, 0).getTime());
  expect(labels(years, 600, 'year')).toEqual(['2024', '2025']);
});

test('months have evenly many between them also where labels would collide, as at the short February', () => {
  const months = Array.from({ length: 10 }, (_, month) => new Date(2026, month).getTime());
  for (const width of [300, 700, 1_800]) {
    expect(labels(months, width, 'month')).toEqual(['Jan 2026', 'Apr 2026', 'Jul 2026', 'Oct 2026']);
  }
});
