/** Proves that the labels of a time axis tell its ticks apart, whatever the span and the room. */
import { init } from 'echarts';
import { expect, test } from 'vitest';
import { LIGHT } from '../shell/tokens.ts';
import { timeAxis } from './chart-parts.ts';
import type { ChartContext } from './chart-words.ts';
import { createColourBook } from './colours.ts';

const DAY = 86_400_000;
const context: ChartContext = {
  palette: LIGHT,
  language: 'en',
  colours: createColourBook().open(),
  words: { others: 'Others', none: 'No value', emptyText: 'Empty text', say: (key) => key },
};

function labels(days: number, width: number): string[] {
  const last = new Date(2026, 10, 26).getTime();
  const moments = Array.from({ length: days + 1 }, (_, ago) => last - (days - ago) * DAY);
  const chart = init(null, null, { renderer: 'svg', ssr: true, width, height: 200 });
  chart.setOption({
    animation: false,
    xAxis: timeAxis(context, moments),
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
      const shown = labels(days, width);
      expect(shown.length, `${days} days in ${width} pixels`).toBeGreaterThan(1);
      expect(new Set(shown).size, `${days} days in ${width} pixels: ${shown}`).toBe(shown.length);
    }
  }
});
