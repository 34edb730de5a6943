/** Proves what controllers and clicked marks ask of a widget, and that editing can be taken back. */
import type { Controller, Dashboard, ViewModel } from '@rtdp/davinci-api/client';
import { expect, test } from 'vitest';
import { freshnessNow, isBehind, waitBeforeTry } from './answer-age.ts';
import { type Draft, edit, freePlace } from './draft.ts';
import {
  askedOf,
  type CrossFilter,
  cascadeOf,
  choicesRequest,
  defaultValue,
  isStep,
  markFilters,
  notFollowed,
  readValue,
  togglePicks,
} from './filters.ts';
import { relativeKey, relativeOf } from './relative-spans.ts';

const view: ViewModel = {
  id: 'v1',
  name: 'orders',
  description: '',
  version: 1,
  variables: [{ name: 'region', label: '', type: 'text', default: null, scope: 'query' }],
  model: [
    { column: 'status', type: 'text', role: 'dimension', label: '', format: '', aggregation: 'count' },
    { column: 'at', type: 'instant', role: 'dimension', label: '', format: '', aggregation: 'count' },
  ],
};

function controller(part: Partial<Controller>): Controller {
  return {
    id: 'c',
    kind: 'select',
    label: '',
    targets: [{ viewId: 'v1', column: 'status' }],
    options: { values: [] },
    ...part,
  };
}

const none: readonly CrossFilter[] = [];

test('a controller filters the columns and sets the variables of its own views only', () => {
  const asked = (each: Controller, value: Parameters<typeof readValue>[0]) =>
    askedOf(view, 'i', { controllers: [each], crossFilter: true }, { c: readValue(value) }, none);
  expect(asked(controller({}), '{"values":["open","paid"]}').filters).toEqual([
    { column: 'status', operator: 'in', values: ['open', 'paid'] },
  ]);
  expect(asked(controller({ kind: 'text' }), '{"values":["50%_off"]}').filters).toEqual([
    { column: 'status', operator: 'like', values: ['%50\\%\\_off%'] },
  ]);
  expect(asked(controller({ targets: [{ viewId: 'v1', variable: 'region' }] }), '{"values":["north"]}').values).toEqual(
    { region: 'north' },
  );
  expect(
    asked(controller({ targets: [{ viewId: 'other', column: 'status' }] }), '{"values":["open"]}').filters,
  ).toEqual([]);
  expect(asked(controller({ targets: [{ viewId: 'v1', column: 'gone' }] }), '{"values":["open"]}').filters).toEqual([]);
  const dates = controller({ kind: 'date-range', targets: [{ viewId: 'v1', column: 'at' }] });
  expect(asked(dates, '{"relative":{"unit":"day","amount":7}}').filters).toEqual([
    { column: 'at', operator: 'relative', values: [{ unit: 'day', amount: 7 }] },
  ]);
  expect(asked(dates, '{"from":"2026-01-01","to":null}').filters).toEqual([
    { column: 'at', operator: '>=', values: ['2026-01-01'] },
  ]);
});

test('an address that was mistyped filters nothing', () => {
  expect([readValue('{'), readValue('null'), readValue('5'), readValue('{"values":3}')]).toEqual([
    undefined,
    undefined,
    undefined,
    undefined,
  ]);
  expect(defaultValue(controller({ default: { unit: 'day', amount: 0 } }))).toEqual({
    relative: { unit: 'day', amount: 0 },
  });
  expect(defaultValue(controller({ default: ['a'] }))).toEqual({ values: ['a'] });
  expect(defaultValue(controller({}))).toBeUndefined();
  expect(relativeOf(relativeKey({ unit: 'month', amount: -1 }))).toEqual({ unit: 'month', amount: -1 });
});

test('the choices of a controller are narrowed by the others, never by itself, and only on its own view', () => {
  const city = controller({ id: 'city', targets: [{ viewId: 'v1', column: 'status' }] });
  const since = controller({ id: 'since', kind: 'date-range', targets: [{ viewId: 'v1', column: 'at' }] });
  const region = controller({ id: 'region', targets: [{ viewId: 'v1', variable: 'region' }] });
  const elsewhere = controller({ id: 'elsewhere', targets: [{ viewId: 'v2', column: 'status' }] });
  const values = {
    city: readValue('{"values":["open"]}'),
    since: readValue('{"from":"2026-01-01","to":null}'),
    region: readValue('{"values":["north"]}'),
    elsewhere: readValue('{"values":["x"]}'),
  };
  const asked = cascadeOf(view, 'city', [city, since, region, elsewhere], values);
  expect(asked).toEqual({
    filters: [{ column: 'at', operator: '>=', values: ['2026-01-01'] }],
    values: { region: 'north' },
  });
  // What is typed is looked for among all that is left, not among those that came at once.
  const from = { viewId: 'v1', column: 'status' };
  expect(choicesRequest(from, asked, 'op')).toEqual({
    ...from,
    filters: asked.filters,
    values: { region: 'north' },
    search: 'op',
    limit: 200,
  });
  const nothing = cascadeOf(view, 'city', [city, elsewhere], values);
  expect(choicesRequest(from, nothing, '')).toEqual({ ...from, filters: [], values: {}, limit: 200 });
});

test('a clicked mark filters the others, not its own widget, and a second click takes it back', () => {
  const label = () => 'Status: open';
  const picks = [{ column: 'status', value: 'open' }];
  const once = togglePicks([], picks, 'i1', 'v1', label);
  const dashboard = { controllers: [], crossFilter: true };
  expect(askedOf(view, 'i2', dashboard, {}, once).filters).toEqual([
    { column: 'status', operator: '=', values: ['open'] },
  ]);
  expect(askedOf(view, 'i1', dashboard, {}, once).filters).toEqual([]);
  expect(askedOf(view, 'i2', { ...dashboard, crossFilter: false }, {}, once).filters).toEqual([]);
  expect(togglePicks(once, picks, 'i1', 'v1', label)).toEqual([]);
  expect(togglePicks(once, [{ column: 'status', value: 'paid' }], 'i1', 'v1', label)).toHaveLength(1);
});

test('a widget of another view, or of one without the column, does not follow a clicked mark, and knows which', () => {
  const clicked = togglePicks([], [{ column: 'status', value: 'open' }], 'i1', 'v1', () => 'Status: open');
  const lacking = { ...view, model: [] };
  expect(notFollowed(view, 'i2', clicked)).toEqual([]);
  expect(notFollowed({ ...view, id: 'v2' }, 'i2', clicked)).toEqual(clicked);
  expect(notFollowed(lacking, 'i2', clicked)).toEqual(clicked);
  expect(askedOf(lacking, 'i2', { controllers: [], crossFilter: true }, {}, clicked).filters).toEqual([]);
  // Its own mark is chosen there.
  expect(notFollowed({ ...view, id: 'v2' }, 'i1', clicked)).toEqual([]);
});

test('an answer is behind a commit with a higher number, and behind any where it knows none', () => {
  const fresh = (sinkNamespace: string, commitNumber: string | null) => ({
    sinkNamespace,
    commitNumber,
    watermark: null,
    loading: false,
  });
  const heard = new Map([fresh('a', '1795635840123457'), fresh('b', null)].map((each) => [each.sinkNamespace, each]));
  expect(isBehind([fresh('a', '1795635840123456')], heard)).toBe(true);
  expect(isBehind([fresh('a', '999')], heard)).toBe(true);
  const notBehind = [fresh('a', '1795635840123457'), fresh('a', '1795635840123458')];
  expect(isBehind([fresh('a', null)], heard)).toBe(true);
  expect(isBehind([fresh('b', null), fresh('c', null)], heard)).toBe(false);
  expect(isBehind([...notBehind, fresh('b', '1'), fresh('c', '1')], heard)).toBe(false);
  // Asked again ever later, and for as long as it is old.
  expect([0, 1, 2, 3, 4, 5, 5_000].map(waitBeforeTry)).toEqual([250, 500, 1_000, 2_000, 4_000, 4_000, 4_000]);
});

test('an answer is as fresh as its own commit, not as one that came since', () => {
  const at = (commitNumber: string, watermark: string | null) => ({
    sinkNamespace: 'a',
    commitNumber,
    watermark,
    loading: false,
  });
  const [early, late] = ['2026-01-01T10:00:00Z', '2026-01-01T10:00:09Z'];
  const heard = (freshness: ReturnType<typeof at>) => new Map([['a', freshness]]);
  expect(freshnessNow(at('5', early), heard(at('5', late)))).toEqual(at('5', late));
  expect(freshnessNow(at('5', late), heard(at('5', early)))).toEqual(at('5', late));
  expect(freshnessNow(at('5', early), heard(at('6', late)))).toEqual(at('5', early));
  expect(freshnessNow(at('5', early), new Map())).toEqual(at('5', early));
});

test('a moment at a grain is the whole of it', () => {
  const month = markFilters({ column: 'at', value: '2026-02-01', grain: 'month' }, false);
  expect(month).toEqual([
    { column: 'at', operator: '>=', values: ['2026-02-01'] },
    { column: 'at', operator: '<', values: ['2026-03-01 00:00:00'] },
  ]);
  const minute = markFilters({ column: 'at', value: '2026-02-01 10:00:00+00', grain: 'minute' }, true);
  expect(minute[1]?.values).toEqual(['2026-02-01T10:01:00.000Z']);
  expect(markFilters({ column: 'at', value: null, grain: 'day' }, true)).toEqual([
    { column: 'at', operator: 'is null', values: [] },
  ]);
});

function draft(): Draft {
  const dashboard: Dashboard = {
    id: 'd',
    name: 'Shop',
    folder: '',
    description: '',
    tabs: [{ id: 't', name: 'One', items: [{ id: 'a', kind: 'text', x: 0, y: 0, w: 12, h: 4 }] }],
    controllers: [],
    crossFilter: true,
    refreshed: 'live',
    settings: {},
    version: 1,
    createdAt: '',
    updatedAt: '',
  };
  return { now: dashboard, past: [], future: [] };
}

test('every change can be taken back and done again; a change that changes nothing is none', () => {
  const start = draft();
  const added = edit(start, { do: 'add', tab: 't', item: { id: 'b', kind: 'text', w: 12, h: 4 } });
  expect(added.now.tabs[0]?.items[1]).toMatchObject({ id: 'b', x: 12, y: 0 });
  const same = edit(added, { do: 'place', tab: 't', places: added.now.tabs[0]!.items });
  expect(same).toBe(added);
  const moved = edit(added, { do: 'place', tab: 't', places: [{ id: 'a', x: 0, y: 4, w: 12, h: 4 }] });
  const back = edit(edit(moved, { do: 'undo' }), { do: 'undo' });
  expect(back.now).toBe(start.now);
  expect(edit(edit(back, { do: 'redo' }), { do: 'redo' }).now).toBe(moved.now);
  expect(edit(start, { do: 'removeTab', id: 't' }).now).toBe(start.now);
});

test('a new item takes the first free place', () => {
  const item = (id: string, x: number, y: number, w: number, h: number) => ({ id, kind: 'text', x, y, w, h });
  expect(freePlace([], 6, 4)).toEqual({ x: 0, y: 0 });
  expect(freePlace([item('a', 0, 0, 24, 2)], 6, 4)).toEqual({ x: 0, y: 2 });
  expect(freePlace([item('a', 0, 0, 8, 4), item('b', 16, 0, 8, 4)], 8, 4)).toEqual({ x: 8, y: 0 });
});

test('each choice of a controller is a step that Back undoes, what is typed one as a whole, over a default too', () => {
  const untouched = new URLSearchParams('f.other=1');
  const set = new URLSearchParams([['f.c', JSON.stringify({ values: ['paid'] })]]);
  expect(isStep(controller({ kind: 'select' }), set)).toBe(true);
  expect(isStep(controller({ kind: 'date-range' }), set)).toBe(true);
  for (const kind of ['text', 'number', 'number-range'] as const) {
    expect(isStep(controller({ kind, default: 'paid' }), untouched)).toBe(true);
    expect(isStep(controller({ kind }), set)).toBe(false);
  }
});
