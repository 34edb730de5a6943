/** Proves that past figures show what nobody knew as a gap, never as zero, in which the pointer still finds what happened, and count whole things wholly. */
import { expect, test } from 'vitest';
import { LIGHT } from '../../shell/tokens.ts';
import type { ChartContext } from '../../widgets/chart-words.ts';
import { createColourBook } from '../../widgets/colours.ts';
import { gapsOf, historyOption, withGaps } from './history-option.ts';

test('a stretch in which nothing was measured is a gap, filled as closely as what was measured', () => {
  const measured = [20, 30, 40, 50, 120, 130].map((at) => [at, at] as const);
  const filled = withGaps(measured, 0, 140);
  expect(filled.filter(([, value]) => value !== null)).toEqual(measured);
  const unknown = filled.filter(([, value]) => value === null).map(([at]) => at);
  expect(unknown).toEqual([60, 70, 80, 90, 100, 110]);
  // What is said of it reaches from what was measured last to what was measured next.
  expect(gapsOf(filled)).toEqual([[50, 120]]);
  // One that came late, or was missed, is no gap.
  expect(
    withGaps(
      [0, 10, 40].map((at) => [at, 1] as const),
      0,
      40,
    ),
  ).toHaveLength(3);
  // Before the first one and after the last one nobody knew either.
  expect(withGaps([[500, 1]], 0, 1_000).length).toBeGreaterThan(400);
  const nothing = withGaps([], 0, 1_000);
  expect(nothing.every(([, value]) => value === null)).toBe(true);
  expect(gapsOf(nothing)).toEqual([[nothing[0]![0], nothing.at(-1)![0]]]);
});

const context: ChartContext = {
  palette: LIGHT,
  language: 'en',
  colours: createColourBook().open(),
  words: { others: '', none: '', emptyText: '', say: (key) => key },
};

test('a gap is shaded and has no line at zero; half a byte is no place on an axis', () => {
  const points = [70, 80, 90, 100].map((at) => [at, 0] as const);
  const option = historyOption(
    {
      from: 0,
      to: 100,
      lines: [
        { key: 'rate', name: 'Rate', write: String, points },
        { key: 'held', name: 'Log held back', write: String, points, whole: true },
      ],
      marks: [{ at: 80, word: 'started', kind: 'ok' }],
      unmeasured: 'not measured',
    },
    context,
    'past',
  );
  const series = option.series as {
    markLine: { data: object[] };
    markArea: { data: [{ xAxis: number; label: { show: boolean } }, { xAxis: number }][] };
  }[];
  for (const { markLine, markArea } of series) {
    expect(markLine.data).toMatchObject([{ xAxis: 80 }]);
    expect(markArea.data).toMatchObject([[{ xAxis: 10 }, { xAxis: 70 }]]);
  }
  expect(series.map(({ markArea }) => markArea.data[0]![0].label.show)).toEqual([true, false]);
  expect((option.yAxis as { minInterval?: number }[]).map(({ minInterval }) => minInterval)).toEqual([undefined, 1]);
});

test('a peak that would flatten the rest leaves its strip, and says its value there', () => {
  const points = Array.from({ length: 60 }, (_, at) => [at, at === 5 ? 750 : 4] as const);
  const lines = [{ key: 'rate', name: 'Rate', write: (value: number) => `${value} rows/s`, points }];
  const history = { from: 0, to: 60, lines, marks: [], unmeasured: 'not measured' };
  const option = historyOption(history, context, 'past');
  expect(option.yAxis).toMatchObject([{ max: 8 }]);
  expect(option.series).toMatchObject([
    { markPoint: { data: [{ coord: [5, 8], label: { position: 'right', formatter: '750 rows/s' } }] } },
  ]);
});
