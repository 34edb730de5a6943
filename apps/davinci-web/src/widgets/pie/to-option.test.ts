/** Proves which slices a pie has, how large they are, and that the others are told apart. */
import { expect, test } from 'vitest';
import { DARK, LIGHT } from '../../shell/tokens.ts';
import type { Cell } from '../contract.ts';
import { amount, column, context, data, widget } from '../testing/widget-fixture.ts';
import { toOption, toSlices } from './to-option.ts';

test('a pie has at most ten slices and none below zero', () => {
  const rows = Array.from({ length: 14 }, (_, index): Cell[] => [`v${index}`, 14 - index]);
  const slices = toSlices(data([column('a', 'text'), amount], [...rows, ['minus', -3]]), 'sum');
  expect(slices).toHaveLength(10);
  expect(slices.at(-1)).toEqual({ value: null, amount: 5 + 4 + 3 + 2 + 1, others: true });
});

/** Of two colours `#rrggbb`, as WCAG defines it: 1 to 21. */
function contrast(a: string, b: string): number {
  const luminance = (colour: string) => {
    const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
      const part = Number.parseInt(colour.slice(at, at + 2), 16) / 255;
      return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [lower = 0, higher = 0] = [luminance(a), luminance(b)].sort((left, right) => left - right);
  return (higher + 0.05) / (lower + 0.05);
}

test.each([
  ['light', LIGHT],
  ['dark', DARK],
])('the others have a colour of their own that is seen on a card: %s', (_, palette) => {
  const rows = Array.from({ length: 12 }, (__, index): Cell[] => [`s${index}`, String(20 - index)]);
  const option = toOption(widget('pie', ['a']), data([column('a', 'text'), amount], rows), { ...context, palette });
  const [pie] = option.series as { data: { name: string; itemStyle: { color: string } }[] }[];
  const { color } = pie!.data.at(-1)!.itemStyle;
  expect(pie!.data.at(-1)!.name).toBe('Others');
  expect(palette.series).not.toContain(color);
  expect(contrast(color, palette.surface)).toBeGreaterThanOrEqual(3);
});

test('what a slice is of the whole stands beside it; averages have no others, and what is nothing has no slice', () => {
  const drawn = (rows: Cell[][]) => {
    const option = toOption(widget('pie', ['a']), data([column('a', 'text'), amount], rows), context);
    const [pie] = option.series as { data: unknown[]; label: { formatter: (at: { dataIndex: number }) => string } }[];
    return pie!.data.map((_, dataIndex) => pie!.label.formatter({ dataIndex }));
  };
  expect(
    drawn([
      [null, '1'],
      ['small', '1'],
      ['large', '6'],
      ['nothing', null],
      ['zero', 0],
    ]),
  ).toEqual(['large\n75%', 'No value\n12.5%', 'small\n12.5%']);
  expect(drawn([])).toEqual([]);
  const averages = Array.from({ length: 12 }, (_, index): Cell[] => [`v${index}`, index + 1]);
  const slices = toSlices(data([column('a', 'text'), amount], averages), 'avg');
  expect(slices.map((slice) => slice.amount)).toEqual([12, 11, 10, 9, 8, 7, 6, 5, 4, 3]);
  expect(slices.some(({ others }) => others)).toBe(false);
});

test('the two lines of a label do not run into each other', () => {
  const option = toOption(widget('pie', ['a']), data([column('a', 'text'), amount], [['shipped', 1]]), context);
  const [pie] = option.series as { label: { fontSize: number; lineHeight: number } }[];
  expect(pie!.label.lineHeight).toBeGreaterThanOrEqual(1.3 * pie!.label.fontSize);
});
