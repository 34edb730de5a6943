/** Proves what each kind draws of an answer. */
import { expect, test } from 'vitest';
import { DARK, LIGHT } from '../shell/tokens.ts';
import { toOption as barOption, barTable } from './bar/to-option.ts';
import { toShares } from './category-table.ts';
import type { ChartContext } from './chart-words.ts';
import { createColourBook } from './colours.ts';
import type { Cell, QueryColumn, WidgetData, WidgetDefinition } from './contract.ts';
import { fitGauge, toOption as gaugeOption, gaugeRange, roundAbove } from './gauge/to-option.ts';
import { toHeat } from './heat-map/to-option.ts';
import { toOption as lineOption } from './line/to-option.ts';
import { categoryMarks, findMark, isPicked, picksAt, pivotPicks, trendPicks } from './picks.ts';
import { toOption as pieOption, toSlices } from './pie/to-option.ts';
import { pivotText, toPivot } from './pivot/to-option.ts';
import { toGroups } from './scatter/to-option.ts';
import { onTheWay, sparkline, toScorecard, trendRange } from './scorecard/to-option.ts';
import { toSeries } from './series.ts';
import { toneOf } from './table/to-option.ts';
import { formatAtGrain, toMoment } from './time-values.ts';

const context: ChartContext = {
  palette: LIGHT,
  language: 'en',
  colours: createColourBook().open(),
  words: { others: 'Others', none: 'No value', emptyText: 'Empty text', say: (key) => key },
};

function column(
  name: string,
  modelType: QueryColumn['modelType'],
  role: QueryColumn['role'] = 'dimension',
): QueryColumn {
  return { name, type: 'text', modelType, role, label: name.toUpperCase(), format: '' };
}

const amount = column('sum(amount)', 'number', 'measure');

function widget(kind: string, dimensions: string[], part: Partial<WidgetDefinition> = {}): WidgetDefinition {
  return {
    kind,
    name: kind,
    settings: {},
    query: {
      dimensions: dimensions.map((each) => ({ column: each })),
      measures: [{ column: 'amount', aggregation: 'sum' }],
      filters: [],
      having: [],
      sort: [],
      limit: 1_000,
    },
    ...part,
  };
}

function data(columns: QueryColumn[], rows: Cell[][]): WidgetData {
  return { columns, rows, truncated: false };
}

type Drawn = { id: string; name: string; data: unknown[]; color: string }[];

test('more than ten series become the nine largest and the sum of the others, place by place', () => {
  const rows = Array.from({ length: 12 }, (_, index): Cell[] => ['x', `s${index}`, String(index + 1)]);
  const table = toSeries(data([column('a', 'text'), column('b', 'text'), amount], [...rows, ['y', 's0', 5]]), {
    category: 0,
    series: 1,
    measures: [2],
    aggregations: ['sum'],
  });
  expect(table.categories).toEqual(['x', 'y']);
  expect(table.series.map((one) => one.value)).toEqual(['s0', 's4', 's5', 's6', 's7', 's8', 's9', 's10', 's11', null]);
  expect(table.series.at(-1)).toMatchObject({ others: true, values: [2 + 3 + 4, null] });
  expect(table.rest).toBe(3);
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
  const option = pieOption(widget('pie', ['a']), data([column('a', 'text'), amount], rows), { ...context, palette });
  const [pie] = option.series as { data: { name: string; itemStyle: { color: string } }[] }[];
  const { color } = pie!.data.at(-1)!.itemStyle;
  expect(pie!.data.at(-1)!.name).toBe('Others');
  expect(palette.series).not.toContain(color);
  expect(contrast(color, palette.surface)).toBeGreaterThanOrEqual(3);
});

test('averages are never added up: what is too much is left out and counted', () => {
  const rows = Array.from({ length: 12 }, (_, index): Cell[] => ['x', `s${index}`, index]);
  const table = toSeries(data([column('a', 'text'), column('b', 'text'), amount], rows), {
    category: 0,
    series: 1,
    measures: [2],
    aggregations: ['avg'],
  });
  expect(table.series).toHaveLength(10);
  expect(table.series.some((one) => one.others)).toBe(false);
  expect(table.rest).toBe(2);
});

test('a line stands in time, oldest first, whatever the order of the answer', () => {
  const answer = data(
    [column('at', 'date'), amount],
    [
      ['2026-03-02', '20'],
      ['2026-03-01', '10'],
    ],
  );
  const option = lineOption(widget('line', ['at']), answer, context);
  const [series] = option.series as Drawn;
  expect(series?.data).toEqual([
    [new Date(2026, 2, 1).getTime(), 10],
    [new Date(2026, 2, 2).getTime(), 20],
  ]);
  expect(option.xAxis).toMatchObject({ type: 'time' });
});

test('bars begin at zero, stacked ones are sorted by their whole, and shares add up to one', () => {
  const answer = data(
    [column('region', 'text'), column('status', 'text'), amount],
    [
      ['north', 'a', 1],
      ['south', 'a', 5],
      ['south', 'b', 5],
      ['north', 'b', 3],
    ],
  );
  const stacked = widget('bar', ['region', 'status'], { settings: { stack: 'stacked' } });
  const option = barOption(stacked, answer, context);
  expect(option.xAxis).toMatchObject({ data: ['south', 'north'] });
  expect((option.yAxis as { scale?: boolean }).scale).toBeUndefined();
  const shares = toShares({
    categories: ['x'],
    rest: 0,
    series: [
      { value: 'a', measure: 2, values: [1] },
      { value: 'b', measure: 2, values: [3] },
    ],
  });
  expect(shares.series.map((one) => one.values[0])).toEqual([0.25, 0.75]);
});

test('values keep their colours and their places in the stack, in whatever order the rows come and whatever draws them', () => {
  const book = createColourBook();
  const drawn = (kind: 'bar' | 'pie', order: string[]): Map<string, string> => {
    const own = { ...context, colours: book.open() };
    if (kind === 'pie') {
      const rows = order.map((each, index): Cell[] => [each, index + 1]);
      const option = pieOption(widget('pie', ['status']), data([column('status', 'text'), amount], rows), own);
      const [{ data: slices }] = option.series as [{ data: { name: string; itemStyle: { color: string } }[] }];
      return new Map(slices.map(({ name, itemStyle }) => [name, itemStyle.color]));
    }
    const columns = [column('day', 'text'), column('status', 'text'), amount];
    const rows = order.map((each): Cell[] => ['x', each, 1]);
    const series = barOption(widget('bar', ['day', 'status']), data(columns, rows), own).series as Drawn;
    return new Map(series.map(({ name, color }) => [name, color]));
  };
  const first = drawn('bar', ['paid', 'open', 'lost', 'sent', 'back']);
  const second = drawn('bar', ['back', 'lost', 'sent', 'open', 'paid']);
  expect(new Set(first.values()).size).toBe(5);
  expect([...second]).toEqual([...first]);
  expect([...first.keys()]).toEqual(['back', 'lost', 'open', 'paid', 'sent']);
  const slices = drawn('pie', ['sent', 'paid', 'back']);
  expect([...slices].every(([name, colour]) => colour === first.get(name))).toBe(true);
});

test('a clicked mark gives the values of its dimensions; "others" gives none', () => {
  const shown = {
    category: 0,
    seriesIndex: 1,
    rest: 0,
    table: {
      categories: ['x'] as Cell[],
      rest: 1,
      series: [
        { value: 's', measure: 2, values: [1] },
        { value: null, measure: 2, values: [1], others: true as const },
      ],
    },
  };
  const two = widget('bar', ['day', 'status']);
  expect(picksAt(two, shown, { dataIndex: 0, seriesIndex: 0 })).toEqual([
    { column: 'day', value: 'x' },
    { column: 'status', value: 's' },
  ]);
  expect(picksAt(two, shown, { dataIndex: 0, seriesIndex: 1 })).toEqual([]);
});

test('a pie has at most ten slices and none below zero', () => {
  const rows = Array.from({ length: 14 }, (_, index): Cell[] => [`v${index}`, 14 - index]);
  const slices = toSlices(data([column('a', 'text'), amount], [...rows, ['minus', -3]]), 'sum');
  expect(slices).toHaveLength(10);
  expect(slices.at(-1)).toEqual({ value: null, amount: 5 + 4 + 3 + 2 + 1, others: true });
});

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

  const seriesOf = (at: number, settings = {}) =>
    lineOption({ ...timed, kind: 'line', settings }, answer, context, undefined, undefined, at).series as Drawn;
  const [line, gaps, ...others] = seriesOf(now);
  expect([line!.data.length, gaps!.data.length, others]).toEqual([3, 3, []]);
  expect(gaps).toMatchObject({ name: line!.name, color: LIGHT.surface, silent: true });
  expect((gaps!.data as Cell[][]).map(([, value]) => value)).toEqual([null, 110, 20]);
  expect((line!.data as Cell[][]).map(([, value]) => value)).toEqual([100, 110, 20]);
  expect(seriesOf(now + 60_000)).toHaveLength(1);
  // A curve would not lie below straight strokes.
  expect(seriesOf(now, { smooth: true })).toHaveLength(1);
});

test('what is over goes by how far the tables are complete, whatever the clock of the reader says', () => {
  const rows: Cell[][] = ['10:00', '10:01', '10:02', '10:03'].map((time, index) => [
    `2026-03-01 ${time}:00+00`,
    [100, 110, 90, 5][index]!,
  ]);
  const timed = widget('scorecard', ['at']);
  timed.query.dimensions[0]!.grain = 'minute';
  const upTo = (...watermarks: (string | null)[]): WidgetData => ({
    ...data([column('at', 'instant'), amount], rows),
    freshness: watermarks.map((watermark, index) => ({
      sinkNamespace: `table ${index}`,
      commitNumber: '7',
      watermark: watermark === null ? null : `2026-03-01T${watermark}.123456Z`,
      loading: false,
    })),
  });
  const at = (time: string) => Date.parse(`2026-03-01T${time}Z`);
  const openAt = (answer: WidgetData, time: string) => toScorecard(timed, answer, at(time)).open;
  expect(openAt(upTo(), '10:03:20')).toBe(1);
  expect(openAt(upTo(null), '10:03:20')).toBe(1);
  // The clock is ten minutes fast, or slow.
  expect(openAt(upTo('10:03:15'), '10:13:20')).toBe(1);
  expect(openAt(upTo('10:03:15'), '09:53:20')).toBe(4);
  // The tables are behind: of two the one that is more so counts.
  const behind = upTo('10:03:15', '10:02:15');
  expect(toScorecard(timed, behind, at('10:03:20'))).toMatchObject({ open: 2, change: expect.closeTo(0.1) });
  const gaps = lineOption({ ...timed, kind: 'line' }, behind, context, undefined, undefined, at('10:03:20'))
    .series as Drawn;
  expect((gaps[1]!.data as Cell[][]).map(([, value]) => value)).toEqual([null, 110, 90, 5]);
  expect(openAt(upTo('10:04:00'), '10:04:01')).toBe(0);
  // What has not begun is no moment that grows.
  expect(openAt(upTo('09:59:00'), '09:59:30')).toBe(0);
});

test('a moment that stands alone has a few of its grain beside it', () => {
  const axisOf = (at: string, grain: 'minute' | 'day', ...more: string[]) => {
    const timed = widget('line', ['at']);
    timed.query.dimensions[0]!.grain = grain;
    const rows = [at, ...more].map((each): Cell[] => [each, 1]);
    const option = lineOption(timed, data([column('at', 'instant'), amount], rows), context);
    return option.xAxis as { min?: number; max?: number; axisLabel: { formatter: (at: number) => string } };
  };
  const at = '2026-03-01T10:02:00Z';
  const minute = axisOf(at, 'minute');
  expect([minute.min, minute.max]).toEqual([Date.parse(at) - 180_000, Date.parse(at) + 180_000]);
  expect(minute.axisLabel.formatter(Date.parse(at))).toMatch(/^\d\d:02$/);
  const day = axisOf('2026-03-01', 'day');
  expect(day.max! - day.min!).toBe(6 * 86_400_000);
  expect(day.axisLabel.formatter(new Date(2026, 2, 1).getTime())).toBe('1 Mar');
  expect(axisOf(at, 'minute', '2026-03-01T10:03:00Z')).not.toHaveProperty('min');
});

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
    gaugeOption(widget('gauge', [], { settings: { ...settings, ...part } }), data([amount], [[value]]), context);
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
    const option = fitGauge(gaugeOption(widget('gauge', []), data([amount], [[250]]), context), {
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

test('a heat map sorts both sides and leaves empty cells empty', () => {
  const heat = toHeat(
    widget('heat-map', ['hour', 'day']),
    data(
      [column('hour', 'number'), column('day', 'text'), amount],
      [
        [10, 'b', 1],
        [9, 'a', 2],
        [9, 'b', null],
      ],
    ),
  );
  expect(heat.across).toEqual([9, 10]);
  expect(heat.down).toEqual(['a', 'b']);
  expect(heat.cells).toEqual([
    [1, 1, 1],
    [0, 0, 2],
  ]);
});

test('a heat map has no value last, as the other charts have it, in whatever language it is named', () => {
  const named = (region: string | null): Cell[] => [1, region, 1];
  const heat = toHeat(
    widget('heat-map', ['hour', 'region']),
    data(
      [column('hour', 'number'), column('region', 'text'), amount],
      [named('Saarland'), named(null), named('Bremen')],
    ),
  );
  expect(heat.down).toEqual(['Bremen', 'Saarland', null]);
});

test('a pivot totals only what adds up', () => {
  const answer = data([column('region', 'text'), column('status', 'text'), amount], [['n', null, '5']]);
  const summed = toPivot(widget('pivot', ['region', 'status']), answer, context);
  expect(summed).toMatchObject({ fields: { rows: ['c0'], columns: ['c1'], values: ['c2'] }, totals: true });
  expect(summed.data).toEqual([{ c0: 'n', c1: '', c2: 5 }]);
  expect([pivotText(null), pivotText('')].map((each) => summed.meta[1]?.formatter(each))).toEqual([
    'No value',
    'Empty text',
  ]);
  const averaged = widget('pivot', ['region', 'status']);
  averaged.query.measures[0]!.aggregation = 'avg';
  expect(toPivot(averaged, answer, context).totals).toBe(false);
});

test('points of the smallest series stand together', () => {
  const rows = Array.from({ length: 12 }, (_, index): Cell[] => [`p${index}`, `s${index}`, 1, 2]);
  const groups = toGroups(
    widget('scatter', ['p', 's']),
    data([column('p', 'text'), column('s', 'text'), amount, amount], rows),
  );
  expect(groups).toHaveLength(10);
  expect(groups.at(-1)).toMatchObject({ others: true, rows: [9, 10, 11] });
});

test('a cell of a pivot and a moment of a trend stand for their values', () => {
  const pivot = widget('pivot', ['region', 'size']);
  const answer = data(
    [column('region', 'text'), column('size', 'number'), amount],
    [
      ['n', 5, 1],
      ['', 6, 3],
      [null, 7, 2],
    ],
  );
  expect(pivotPicks(pivot, answer, { c0: pivotText(null), c1: '7', $$extra$$: 'c2' })).toEqual([
    { column: 'region', value: null },
    { column: 'size', value: 7 },
  ]);
  // A text of no letters is a value; that there is none is another one.
  expect(pivotPicks(pivot, answer, { c0: pivotText('') })).toEqual([{ column: 'region', value: '' }]);
  expect(pivotPicks(pivot, answer, { c1: '5' })).toEqual([{ column: 'size', value: 5 }]);
  expect(pivotPicks(pivot, answer, { c0: 'unknown' })).toEqual([]);
  const trend = widget('scorecard', ['at']);
  trend.query.dimensions[0]!.grain = 'day';
  const days = data(
    [column('at', 'date'), amount],
    [
      ['2026-03-03', 3],
      ['2026-03-01', 1],
      ['2026-03-02', 2],
    ],
  );
  const at = (part: number) => trendPicks(trend, days, part);
  expect([at(0), at(0.4), at(1)].map(([pick]) => pick?.value)).toEqual(['2026-03-01', '2026-03-02', '2026-03-03']);
  expect(at(1)).toEqual([{ column: 'at', value: '2026-03-03', grain: 'day' }]);
  expect(trendPicks(trend, data([column('at', 'date'), amount], []), 0.5)).toEqual([]);
});

test('a count on its way shows whole numbers, an amount its fractions, and both arrive', () => {
  const parts = [0, 0.1, 0.35, 0.8, 0.99, 1];
  const counted = parts.map((part) => onTheWay(10, 17, part));
  expect(counted.every(Number.isInteger)).toBe(true);
  expect([counted[0], counted.at(-1)]).toEqual([10, 17]);
  expect(onTheWay(1.5, 2.5, 0.5)).toBeCloseTo(2.375);
  expect(onTheWay(1.5, 2.5, 1)).toBe(2.5);
});

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

test('rules compare numbers as numbers, the first that holds wins, and nothing has no tone', () => {
  const rules = [
    { column: 'a', operator: '>' as const, value: '100', tone: 'broken' as const },
    { column: 'a', operator: '>=' as const, value: 20, tone: 'late' as const },
  ];
  expect([toneOf(rules, '1000'), toneOf(rules, 20), toneOf(rules, '9'), toneOf(rules, null)]).toEqual([
    'broken',
    'late',
    undefined,
    undefined,
  ]);
});

test('moments are read with and without a zone', () => {
  expect(toMoment('2026-03-01 10:00:00.25+02')).toBe(Date.UTC(2026, 2, 1, 8, 0, 0, 250));
  expect(toMoment('2026-03-01T10:00:00Z')).toBe(Date.UTC(2026, 2, 1, 10));
  expect(toMoment('2026-03-01 10:00:00-03:30')).toBe(Date.UTC(2026, 2, 1, 13, 30));
  expect(toMoment('2026-03-01')).toBe(new Date(2026, 2, 1).getTime());
  expect([toMoment('soon'), toMoment(null), toMoment(5)]).toEqual([undefined, undefined, undefined]);
  expect(formatAtGrain('2026-03-01', 'month', 'en')).toBe('Mar 2026');
});

test('a mark is found again by what it stands for, wherever newer data put it, and is gone with it', () => {
  const bars = widget('bar', ['day', 'status']);
  const answer = (rows: Cell[][]) => data([column('day', 'text'), column('status', 'text'), amount], rows);
  const marksOf = (rows: Cell[][]) => categoryMarks(bars, barTable(bars, answer(rows)));
  const before = marksOf([
    ['mon', 'open', 5],
    ['tue', 'paid', 9],
  ]);
  const name = before.nameOf({ seriesIndex: 0, dataIndex: 1 });
  expect(before.picks({ seriesIndex: 0, dataIndex: 1 })).toEqual([
    { column: 'day', value: 'mon' },
    { column: 'status', value: 'open' },
  ]);
  const moved = marksOf([
    ['wed', 'lost', 1],
    ['mon', 'open', 50],
    ['tue', 'paid', 90],
  ]);
  const found = findMark(moved, [3, 3, 3], name ?? '');
  expect(moved.picks(found!)).toEqual(before.picks({ seriesIndex: 0, dataIndex: 1 }));
  expect(found).not.toEqual({ seriesIndex: 0, dataIndex: 1 });
  expect(findMark(marksOf([['tue', 'paid', 9]]), [1], name ?? '')).toBeUndefined();
});

test('the row of a table is marked that stands for all of its marks, at their grains', () => {
  const table = widget('table', ['region', 'at', 'at']);
  table.query.dimensions[1]!.grain = 'day';
  table.query.dimensions[2]!.grain = 'hour';
  const row: Cell[] = ['n', '2026-03-01', '2026-03-01 10:00:00'];
  const marks = [
    { column: 'region', value: 'n' },
    { column: 'at', value: '2026-03-01', grain: 'day' as const },
    { column: 'at', value: '2026-03-01 10:00:00', grain: 'hour' as const },
  ];
  expect(isPicked(table, row, marks)).toBe(true);
  expect(isPicked(table, ['n', '2026-03-01', '2026-03-01 11:00:00'], marks)).toBe(false);
  expect(isPicked(table, row, marks.slice(0, 2))).toBe(false);
  // The same value, but of another grain, and marks of a widget that had other dimensions.
  expect(isPicked(table, ['n', '2026-03-01 10:00:00', '2026-03-01'], marks)).toBe(false);
  expect(isPicked(widget('table', []), [1], marks)).toBe(false);
});

test('a line goes down to zero where nothing happened, and leaves a gap where that cannot be known', () => {
  const at = column('at', 'instant');
  const rows = [
    ['2026-03-01 10:00:00+00', 'a', '5'],
    ['2026-03-01 10:03:00+00', 'b', '7'],
    ['2026-03-01 10:03:00+00', 'a', '2'],
  ];
  const drawn = (aggregation: 'sum' | 'avg') => {
    const timed = widget('line', ['at', 'city']);
    timed.query.dimensions[0]!.grain = 'minute';
    timed.query.measures[0]!.aggregation = aggregation;
    timed.query.series = ['city'];
    const answer = data([at, column('city', 'text'), amount], rows);
    const option = lineOption(timed, answer, context);
    return (option.series as Drawn).slice(0, 2).map((one) => one.data.map((point) => (point as unknown[])[1] ?? null));
  };
  expect(drawn('sum')).toEqual([
    [5, 0, 0, 2],
    [0, 0, 0, 7],
  ]);
  expect(drawn('avg')).toEqual([
    [5, null, null, 2],
    [null, null, null, 7],
  ]);
});

test('a line and a number go on until the answer where nothing happened lately', () => {
  const rows: Cell[][] = [
    ['2026-03-01 10:01:00+00', '7'],
    ['2026-03-01 10:00:00+00', '5'],
  ];
  const told = (aggregation: 'sum' | 'avg') => {
    const timed = widget('line', ['at']);
    timed.query.dimensions[0]!.grain = 'minute';
    timed.query.measures[0]!.aggregation = aggregation;
    timed.query.filters = [{ column: 'at', operator: 'relative', values: [{ unit: 'hour', amount: 1 }] }];
    const now = Date.parse('2026-03-01T10:04:20Z');
    const answer = { ...data([column('at', 'instant'), amount], rows), askedAt: now };
    const [series] = lineOption(timed, answer, context, undefined, undefined, now).series as Drawn;
    return [series!.data.map((point) => (point as unknown[])[1]), toScorecard(timed, answer, now)] as const;
  };
  const [sums, card] = told('sum');
  expect(sums).toEqual([5, 7, 0, 0]);
  expect([card.value, card.trend.length, card.change]).toEqual([0, 4, undefined]);
  // What is not added up is not known.
  expect(told('avg')[0]).toEqual([5, 7, null, null]);
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
