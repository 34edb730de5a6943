/** Proves that tooltips are sentences: what, of whom, when, how much with its unit, and compared to what; in both languages. */
import { createInstance } from 'i18next';
import { expect, test } from 'vitest';
import en from '../locales/en/widgets.json' with { type: 'json' };
import zh from '../locales/zh/widgets.json' with { type: 'json' };
import { LIGHT } from '../shell/tokens.ts';
import { barTable } from './bar/to-option.ts';
import { categoryTip } from './category-tip.ts';
import type { ChartContext } from './chart-words.ts';
import { createColourBook } from './colours.ts';
import type { Cell, QueryColumn, WidgetData, WidgetDefinition } from './contract.ts';
import { tellChange, tellScorecard, toScorecard } from './scorecard/to-option.ts';
import { strong, type Tip, tipHtml, tipText } from './tip.ts';
import { chartWords } from './use-chart-context.ts';

async function contextIn(language: string): Promise<ChartContext> {
  const words = createInstance();
  await words.init({
    lng: language,
    defaultNS: 'widgets',
    resources: { en: { widgets: en }, zh: { widgets: zh } },
    interpolation: { escapeValue: false },
  });
  return {
    palette: LIGHT,
    language,
    colours: createColourBook().open(),
    words: chartWords(words.getFixedT(language, 'widgets')),
  };
}

const revenue: QueryColumn = {
  name: 'revenue',
  type: 'numeric',
  modelType: 'number',
  role: 'measure',
  label: 'Revenue',
  format: 'currency:EUR',
};
const day: QueryColumn = { name: 'at', type: 'date', modelType: 'date', role: 'dimension', label: 'Day', format: '' };
const text = (label: string): QueryColumn => ({ ...day, name: label, type: 'text', modelType: 'text', label });

function told(columns: QueryColumn[], rows: Cell[][], settings: WidgetDefinition['settings'] = {}) {
  const data: WidgetData = { columns, rows, truncated: false };
  const dimensions = columns
    .filter(({ role }) => role === 'dimension')
    .map((each): { column: string; grain?: 'day' } => ({
      column: each.name,
      ...(each === day ? { grain: 'day' } : {}),
    }));
  const measures = [{ column: 'total', aggregation: 'sum' as const }];
  const query = { dimensions, measures, filters: [], having: [], sort: [], limit: 100 };
  const widget: WidgetDefinition = { kind: 'bar', name: 'bar', settings, query };
  const found = barTable(widget, data);
  const labels = found.table.series.map(({ value }) => String(value));
  const isPercent = settings.stack === 'percent';
  const of = (at: number, context: ChartContext, now?: number): Tip =>
    categoryTip({ found, widget, data, labels, colours: [], isPercent }, at, context, now);
  return { of };
}

const days: Cell[][] = [
  ['2026-03-02', '150.50'],
  ['2026-03-01', '100'],
];

test('a moment is compared with the one before, a name with all of them', async () => {
  const english = await contextIn('en');
  const chinese = await contextIn('zh');
  const inTime = told([day, revenue], days);
  expect(tipText(inTime.of(1, english))).toBe(
    'Revenue on Mon, 2 Mar 2026: €150.50. 50.5% more than on Sun, 1 Mar 2026 (€100.00).',
  );
  expect(tipText(inTime.of(0, english))).toBe('Revenue on Sun, 1 Mar 2026: €100.00.');
  expect(tipText(inTime.of(1, english, new Date(2026, 2, 2, 9).getTime()))).toBe(
    'Revenue on Mon, 2 Mar 2026: €150.50. It is not over yet, so it is not compared.',
  );
  expect(tipText(inTime.of(1, chinese))).toMatch(
    /^2026年3月2日周一的Revenue：€150\.50。 比2026年3月1日周日（€100.00）多 50\.5%。$/,
  );
  const manifold = told(
    [day, revenue],
    [
      ['2026-03-01', 2],
      ['2026-03-02', 272],
    ],
  );
  expect(tipText(manifold.of(1, english))).toContain('136 times as much as on Sun, 1 Mar 2026 (€2.00).');
  const byName = told(
    [text('Country'), revenue],
    [
      ['JP', 300],
      [null, 100],
      ['', 0],
    ],
  );
  expect(tipText(byName.of(0, english))).toBe('Revenue for JP: €300.00. 75% of the €400.00 shown here.');
  expect(tipText(byName.of(1, english))).toContain('Revenue for No value: €100.00.');
  expect(tipText(byName.of(2, english))).toContain('Revenue for Empty text: €0.00.');
});

test('several figures are lines that end the sentence, with their changes or their parts, and their sum', async () => {
  const english = await contextIn('en');
  const rows: Cell[][] = [
    ['2026-03-01', 'paid', 100],
    ['2026-03-01', 'open', 0],
    ['2026-03-02', 'paid', 80],
    ['2026-03-02', 'open', 40],
  ];
  const inTime = told([day, text('Status'), revenue], rows).of(1, english);
  expect(inTime.head).toBe('Revenue on Mon, 2 Mar 2026, by Status:');
  expect(inTime.lines?.map(({ label, value, note }) => [label, value, note])).toEqual([
    // From nothing on there is no percentage.
    ['open', '€40.00', ''],
    ['paid', '€80.00', '−20%'],
    ['Together', '€120.00', '+20%'],
  ]);
  expect(inTime.notes).toEqual(['The changes are against Sun, 1 Mar 2026.']);
  const byName = rows.map(([, ...rest]) => ['JP', ...rest] as Cell[]).slice(2);
  const parts = told([text('Country'), text('Status'), revenue], [...byName, ['CN', 'paid', 360]]).of(1, english);
  expect(parts.lines?.map(({ note }) => note)).toEqual(['33.3%', '66.7%', '']);
  expect(parts.notes).toEqual(['25% of the €480.00 shown here.']);
  const shares = told([text('Country'), text('Status'), revenue], byName, { stack: 'percent' }).of(0, english);
  expect(shares.lines?.slice(0, 2).map(({ value, note }) => [value, note])).toEqual([
    ['33.3%', '€40.00'],
    ['66.7%', '€80.00'],
  ]);
});

test('a number tells when it was and what it was before; a sum only what it is', async () => {
  const english = await contextIn('en');
  const data: WidgetData = { columns: [day, revenue], rows: days, truncated: false };
  const query = {
    dimensions: [{ column: 'at', grain: 'day' as const }],
    measures: [{ column: 'total', aggregation: 'sum' as const }],
    filters: [],
    having: [],
    sort: [],
    limit: 60,
  };
  const told = (settings: WidgetDefinition['settings']) => {
    const widget: WidgetDefinition = { kind: 'scorecard', name: 'card', settings, query };
    return tellScorecard(widget, data, toScorecard(widget, data), english);
  };
  expect(told({})).toBe('Revenue on Mon, 2 Mar 2026: €150.50. 50.5% more than on Sun, 1 Mar 2026 (€100.00).');
  expect(told({ value: 'total' })).toBe('Revenue: €250.50.');
  // The day is not over: its change would be a fall that is none.
  const widget: WidgetDefinition = { kind: 'scorecard', name: 'card', settings: {}, query };
  const early: WidgetData = { ...data, rows: [...days, ['2026-03-03', 1]] };
  const card = toScorecard(widget, early, new Date(2026, 2, 3, 9).getTime());
  expect(tellScorecard(widget, early, card, english)).toBe(
    'Revenue on Tue, 3 Mar 2026: €1.00. It is not over yet, so it is not compared.',
  );
  expect(tellChange(widget, early, card, english)).toBe(
    'Revenue on Mon, 2 Mar 2026: €150.50. 50.5% more than on Sun, 1 Mar 2026 (€100.00).',
  );
});

test.each(['en', 'zh'])('a change says against what it is, whatever the moments: %s', async (language) => {
  const { say } = (await contextIn(language)).words;
  const units = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year', 'moment'];
  const told = units.flatMap((unit) => [say(`scorecard.against.${unit}`), say(`scorecard.changeOf.${unit}`)]);
  expect(told.every((words) => words.includes(language === 'en' ? 'against' : '较前'))).toBe(true);
  expect(new Set(told).size).toBe(2 * units.length);
});

test('nothing in a tooltip is markup but its own', async () => {
  const head = `<img src=x>: ${strong('<i>7</i>')}`;
  const lines = [{ colour: '"red', label: "o'clock & more", value: '<b>', note: '<u>' }];
  const html = tipHtml({ head, lines, notes: ['<s>'] }, await contextIn('en'));
  expect(html).not.toMatch(/<(img|i|u|s)\b/);
  expect(html).not.toContain('"red');
  expect(html).toContain('o&#39;clock &#38; more');
  expect(html).toContain('<b>&#60;i&#62;7');
});
