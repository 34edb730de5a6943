/** Proves how the columns of a table are written, and which of its cells have a tone. */
import { expect, test } from 'vitest';
import type { Cell, WidgetData, WidgetDefinition } from '../contract.ts';
import { amount, column, data, widget } from '../testing/widget-fixture.ts';
import { toColumns, toneOf } from './to-option.ts';

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

test('a column knows whether it is a number or a time and at which grain; bars end at the largest amount, whatever its sign', () => {
  const table = widget('table', ['region', 'size', 'at'], { settings: { bars: true } });
  table.query.dimensions[2]!.grain = 'hour';
  const columns = [column('region', 'text'), column('size', 'number'), column('at', 'instant'), amount];
  const rows: Cell[][] = [
    ['n', 900, '2026-03-01 10:00:00+00', '3'],
    ['s', 901, '2026-03-01 11:00:00+00', '-7.5'],
    ['w', 902, null, null],
  ];
  const shown = (widgetShown: WidgetDefinition, answer: WidgetData) =>
    toColumns(widgetShown, answer).map(({ title, numeric, time, grain, most }) => [title, numeric, time, grain, most]);
  expect(shown(table, data(columns, rows))).toEqual([
    ['REGION', false, false, undefined, undefined],
    // Of a dimension it says nothing how large it is.
    ['SIZE', true, false, undefined, undefined],
    ['AT', false, true, 'hour', undefined],
    ['SUM(AMOUNT)', true, false, undefined, 7.5],
  ]);
  expect(shown(table, data(columns, [])).at(-1)).toEqual(['SUM(AMOUNT)', true, false, undefined, 0]);
  expect(
    shown({ ...table, settings: {} }, data(columns, rows))
      .at(-1)
      ?.at(-1),
  ).toBeUndefined();
});

test('a column has the rules that are its own, in their order, and none that cannot be understood', () => {
  const rule = (part: object) => ({ column: 'region', operator: '=', value: 'n', tone: 'ok', ...part });
  const rules = [
    rule({ operator: '!=', tone: 'late' }),
    rule({ column: 'sum(amount)' }),
    rule({ operator: 'like' }),
    rule({ tone: 'red' }),
    rule({ value: null }),
    null,
    rule({}),
  ];
  const answer = data([column('region', 'text'), amount], []);
  const [region, sum] = toColumns(widget('table', ['region'], { settings: { rules } }), answer);
  expect(region?.rules).toEqual([rules[0], rules[6]]);
  expect(sum?.rules).toEqual([rules[1]]);
  expect(['n', 's', '', null].map((value) => toneOf(region!.rules, value))).toEqual(['ok', 'late', 'late', undefined]);
  expect(toColumns(widget('table', ['region'], { settings: { rules: 'all' } }), answer)[0]?.rules).toEqual([]);
});
