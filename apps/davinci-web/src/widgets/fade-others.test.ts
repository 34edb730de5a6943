/** Proves that the chosen mark of a chart of each kind stands out from all others, also where newer data has moved it. */
import { expect, test } from 'vitest';
import { barTable, toOption as toBars } from './bar/to-option.ts';
import type { Cell, Pick } from './contract.ts';
import { FADED, fadeOthers } from './fade-others.ts';
import { schema as lineSchema } from './line/schema.ts';
import { lineTable, toOption as toLines } from './line/to-option.ts';
import { categoryMarks, pickOf } from './picks.ts';
import { toOption as toPie, toSlices } from './pie/to-option.ts';
import { amount, column, context, data, widget } from './testing/widget-fixture.ts';

interface Item {
  itemStyle?: { opacity?: number };
  symbolSize?: number;
}
type Faded = { data: Item[]; lineStyle?: { opacity?: number } }[];

const opacities = (option: Record<string, unknown>) =>
  (option.series as Faded).map((one) => one.data.map((item) => item?.itemStyle?.opacity));

const answer = (...rows: Cell[][]) => data([column('category', 'text'), amount], rows);
const outdoor: Pick[] = [{ column: 'category', value: 'outdoor' }];

test('the bars that are not chosen fade, wherever newer data puts the chosen one', () => {
  const bars = widget('bar', ['category']);
  const drawn = (rows: Cell[][], chosen: Pick[]) => {
    const option = toBars(bars, answer(...rows), context);
    const faded = fadeOthers(option, categoryMarks(bars, barTable(bars, answer(...rows))), chosen);
    return { option, faded };
  };
  const before: Cell[][] = [
    ['outdoor', 7],
    ['garden', 5],
  ];
  expect(opacities(drawn(before, outdoor).faded)).toEqual([[undefined, FADED]]);
  expect(opacities(drawn(before.toReversed(), outdoor).faded)).toEqual([[FADED, undefined]]);
  // Where nothing is chosen, or what was chosen is no longer there, all stands as it did.
  for (const chosen of [[], [{ column: 'category', value: 'desk' }]]) {
    const { option, faded } = drawn(before, chosen);
    expect(faded).toBe(option);
  }
});

test('of the bars of several series the chosen one stays, and the whole category where that is chosen', () => {
  const bars = widget('bar', ['category', 'size'], {});
  bars.query.series = ['size'];
  const given = data(
    [column('category', 'text'), column('size', 'text'), amount],
    [
      ['garden', 's', 9],
      ['garden', 'l', 8],
      ['outdoor', 's', 2],
      ['outdoor', 'l', 1],
    ],
  );
  const option = toBars(bars, given, context);
  const marks = categoryMarks(bars, barTable(bars, given));
  const one = opacities(fadeOthers(option, marks, [...outdoor, { column: 'size', value: 's' }])).flat();
  expect(one.filter((each) => each === undefined)).toHaveLength(1);
  const whole = opacities(fadeOthers(option, marks, outdoor));
  expect(whole).toEqual([
    [FADED, undefined],
    [FADED, undefined],
  ]);
});

test('a slice keeps its colour and a point of a line is drawn where its line fades', () => {
  const pie = widget('pie', ['category']);
  const given = answer(['outdoor', 7], ['garden', 5]);
  const slices = toSlices(given, 'sum');
  const marks = {
    picks: ({ dataIndex }: { dataIndex: number }) => [pickOf(pie.query.dimensions[0]!, slices[dataIndex]!.value)],
    nameOf: () => undefined,
  };
  const option = toPie(pie, given, context);
  const [drawn] = (fadeOthers(option, marks, outdoor).series as { data: { itemStyle: object }[] }[])[0]!.data;
  expect(drawn?.itemStyle).toEqual((option.series as { data: { itemStyle: object }[] }[])[0]!.data[0]!.itemStyle);
  expect(opacities(fadeOthers(option, marks, outdoor))).toEqual([[undefined, FADED]]);

  const line = widget('line', ['category']);
  const lines = fadeOthers(
    toLines(line, given, context),
    categoryMarks(line, lineTable(line, given, lineSchema)),
    outdoor,
  );
  const [first] = lines.series as Faded;
  expect(first?.lineStyle?.opacity).toBe(FADED);
  const points = first!.data.map(({ itemStyle, symbolSize }) => [itemStyle?.opacity, symbolSize !== undefined]);
  // Names stand in their order: garden, outdoor.
  expect(points).toEqual([
    [0, false],
    [1, true],
  ]);
});
