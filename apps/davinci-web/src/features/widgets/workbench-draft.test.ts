/** Proves how fields become a widget in the workbench. */
import type { ModelColumn } from '@rtdp/davinci-api/client';
import { expect, test } from 'vitest';
import { nameOf } from '../../widgets/contract.ts';
import { type Change, change, emptyDraft, type WidgetDraft } from './workbench-draft.ts';

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

test('the kind follows the fields until somebody chooses one', () => {
  expect(after({ do: 'add', column: amount }).kind).toBe('scorecard');
  expect(after({ do: 'add', column: amount }, { do: 'add', column: region }).kind).toBe('bar');
  expect(after({ do: 'add', column: amount }, { do: 'add', column: at }).kind).toBe('line');
  expect(after({ do: 'add', column: region }).kind).toBe('table');
  const chosen = after({ do: 'add', column: amount }, { do: 'kind', kind: 'pie' }, { do: 'add', column: region });
  expect(chosen.kind).toBe('pie');
});

test('a time is grouped by day at first, and a second field of the same name gets another', () => {
  const draft = after(
    { do: 'add', column: at },
    { do: 'add', column: at },
    { do: 'add', column: amount },
    { do: 'add', column: amount },
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
