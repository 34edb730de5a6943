/** Proves how fields become a widget in the workbench. */
import type { ModelColumn } from '@rtdp/davinci-api/client';
import { expect, test } from 'vitest';
import { nameOf } from '../../widgets/contract.ts';
import { type Change, change, emptyDraft, missingIn, type WidgetDraft } from './workbench-draft.ts';
import { type DraftHistory, type HistoryStep, historyOf, takeStep } from './workbench-history.ts';

function column(name: string, type: ModelColumn['type'], role: ModelColumn['role']): ModelColumn {
  return { column: name, type, role, label: '', format: '', aggregation: 'sum' };
}

const region = column('region', 'text', 'dimension');
const status = column('status', 'text', 'dimension');
const at = column('at', 'instant', 'dimension');
const amount = column('amount', 'number', 'measure');
const model = [region, status, at, amount];

function after(...steps: Change[]): WidgetDraft {
  return steps.reduce((draft, step) => change(draft, step, model), emptyDraft('v'));
}

const names = (draft: WidgetDraft) => [...draft.query.dimensions, ...draft.query.measures].map(nameOf);

test('a draft needs a view, a field and then a name before it can be kept', () => {
  expect(missingIn(emptyDraft(undefined))).toBe('view');
  expect(missingIn({ ...emptyDraft(undefined), name: 'By region' })).toBe('view');
  expect(missingIn({ ...emptyDraft('v'), name: 'By region' })).toBe('field');
  expect(missingIn({ ...emptyDraft('v'), name: 'By region', kind: 'of-another-version' })).toBeUndefined();
  const withField = after({ do: 'add', column: region });
  expect(missingIn({ ...withField, name: '  ' })).toBe('name');
  expect(missingIn({ ...withField, name: 'By region' })).toBeUndefined();
});

test('the kind follows the fields until somebody chooses one', () => {
  expect(after({ do: 'add', column: amount }).kind).toBe('scorecard');
  expect(after({ do: 'add', column: amount }, { do: 'add', column: region }).kind).toBe('bar');
  expect(after({ do: 'add', column: amount }, { do: 'add', column: at }).kind).toBe('line');
  expect(after({ do: 'add', column: region }).kind).toBe('table');
  const chosen = after({ do: 'add', column: amount }, { do: 'kind', kind: 'pie' }, { do: 'add', column: region });
  expect(chosen.kind).toBe('pie');
});

test('fields dropped onto the columns of a table become a picture as clicked ones do, unless the table was chosen', () => {
  const dropped: Change[] = [
    { do: 'add', column: region, shelf: 'category' },
    { do: 'add', column: amount, shelf: 'category' },
  ];
  expect(after(...dropped)).toMatchObject({ kind: 'bar', query: { measures: [{ column: 'amount' }] } });
  expect(after(...dropped.toReversed()).kind).toBe('bar');
  const chosen = after({ do: 'kind', kind: 'table' }, ...dropped);
  expect(chosen).toMatchObject({ kind: 'table', query: { measures: [] } });
});

test('a field is put once by clicks, and again where it is dragged on purpose or added up otherwise', () => {
  const once = after({ do: 'add', column: amount }, { do: 'add', column: region });
  expect(change(change(once, { do: 'add', column: region }, model), { do: 'add', column: amount }, model)).toBe(once);
  const dragged = change(once, { do: 'add', column: region, shelf: 'series' }, model);
  expect(names(dragged)).toEqual(['region', 'region 2', 'sum(amount)']);
  const averaged = change(once, { do: 'aggregation', field: 'sum(amount)', aggregation: 'avg' }, model);
  expect(names(change(averaged, { do: 'add', column: amount }, model))).toEqual([
    'region',
    'avg(amount)',
    'sum(amount)',
  ]);
});

test('a time is grouped by day at first, and a second field of the same name gets another', () => {
  const draft = after(
    { do: 'add', column: at },
    { do: 'add', column: at, shelf: 'category' },
    { do: 'add', column: amount },
    { do: 'add', column: amount, shelf: 'values' },
  );
  expect(draft.query.dimensions).toEqual([
    { column: 'at', grain: 'day' },
    { column: 'at', grain: 'day', alias: 'at 2' },
  ]);
  expect(names(draft)).toEqual(['at', 'at 2', 'sum(amount)', 'sum(amount) 2']);
});

test('a field moves between shelves, and one that is pushed out goes to the other', () => {
  const two = after({ do: 'add', column: amount }, { do: 'add', column: region }, { do: 'add', column: status });
  expect(two.kind).toBe('bar');
  const swapped = change(two, { do: 'move', field: 'status', shelf: 'category' }, model);
  expect(swapped.query.series).toEqual(['region']);
  const back = change(swapped, { do: 'move', field: 'status', shelf: 'series' }, model);
  expect(back.query.series).toEqual(['status']);
});

test('another aggregation keeps the sort; taking a field away takes its sort too', () => {
  const sorted = after(
    { do: 'add', column: region },
    { do: 'add', column: amount },
    { do: 'sort', field: 'sum(amount)', direction: 'asc' },
  );
  const averaged = change(sorted, { do: 'aggregation', field: 'sum(amount)', aggregation: 'avg' }, model);
  expect(averaged.query.sort).toEqual([{ by: 'avg(amount)', direction: 'asc' }]);
  expect(change(averaged, { do: 'remove', field: 'avg(amount)' }, model).query).toMatchObject({
    measures: [],
    sort: [],
  });
});

test('another view begins anew but keeps the name', () => {
  const named = after({ do: 'name', name: 'Mine' }, { do: 'add', column: region });
  expect(change(named, { do: 'view', viewId: 'w' }, model)).toMatchObject({
    name: 'Mine',
    viewId: 'w',
    query: { dimensions: [] },
  });
});

test('what is said of a measure goes with it when it is added up otherwise, and goes when it goes', () => {
  const said = after(
    { do: 'add', column: region },
    { do: 'add', column: amount },
    { do: 'having', having: [{ by: 'sum(amount)', operator: '>', values: [100] }] },
    { do: 'setting', name: 'formats', value: { 'sum(amount)': 'currency:EUR' } },
    { do: 'setting', name: 'colours', value: { 'sum(amount)': 2 } },
    { do: 'label', field: 'sum(amount)', label: ' Turnover ' },
  );
  expect(said.settings.names).toEqual({ 'sum(amount)': 'Turnover' });
  expect(change(said, { do: 'label', field: 'sum(amount)', label: '' }, model).settings.names).toEqual({});
  const averaged = change(said, { do: 'aggregation', field: 'sum(amount)', aggregation: 'avg' }, model);
  expect(averaged.query.having).toEqual([{ by: 'avg(amount)', operator: '>', values: [100] }]);
  expect(averaged.settings).toMatchObject({
    formats: { 'avg(amount)': 'currency:EUR' },
    colours: { 'avg(amount)': 2 },
  });
  expect(change(averaged, { do: 'remove', field: 'avg(amount)' }, model).query.having).toEqual([]);
});

test('changes are taken back and done again; what is typed in one go is one step', () => {
  const take = (history: DraftHistory, ...steps: HistoryStep[]) =>
    steps.reduce((now, step) => takeStep(now, step, model), history);
  const start = historyOf(emptyDraft('v'));
  const typed = take(start, { do: 'name', name: 'A' }, { do: 'name', name: 'Ab' }, { do: 'add', column: amount });
  expect(take(typed, { do: 'undo' }).now).toMatchObject({ name: 'Ab', query: { measures: [] } });
  const back = take(typed, { do: 'undo' }, { do: 'undo' });
  expect(back.now).toBe(start.now);
  expect(take(back, { do: 'undo' })).toBe(back);
  expect(take(back, { do: 'redo' }, { do: 'redo' }).now).toBe(typed.now);
  expect(take(back, { do: 'redo' }, { do: 'add', column: region }).future).toEqual([]);
  const having = (value: number): HistoryStep => ({
    do: 'having',
    having: [{ by: 'sum(amount)', operator: '>', values: [value] }],
  });
  const filtered = take(typed, having(1), having(12), having(123));
  expect(take(filtered, { do: 'undo' }).now.query.having).toEqual([]);
  // Edits of two filters, one after the other, are two steps.
  const filters = (...values: string[]): HistoryStep => ({
    do: 'filters',
    filters: values.map((value) => ({ column: 'region', operator: '=' as const, values: [value] })),
  });
  const both = take(
    start,
    filters('a'),
    filters('a', 'b'),
    filters('ax', 'b'),
    filters('axy', 'b'),
    filters('axy', 'bz'),
  );
  const first = take(both, { do: 'undo' });
  expect(first.now.query.filters.map(({ values }) => values[0])).toEqual(['axy', 'b']);
  expect(take(first, { do: 'undo' }).now.query.filters.map(({ values }) => values[0])).toEqual(['a', 'b']);
});
