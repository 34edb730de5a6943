/** Proves that what is broken comes first, that nothing is told twice, and that a quiet platform has no problems. */
import type { ViewState } from '@rtdp/davinci-api/client';
import type { SourceView } from '@rtdp/dbus/client';
import type { MountView } from '@rtdp/moonbox/client';
import type { FlowStatus } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import { brokenDashboards, findProblems, overallHealth, verdictOf } from './find-problems.ts';

const reason = { code: 'X', message: 'the server does not answer', next: 'Start it.', facts: {} };

function source(part: Partial<SourceView>): SourceView {
  return {
    name: 'shop',
    kind: 'postgres',
    source: 'postgresql.shop',
    topic: 'postgresql.shop',
    partitions: 4,
    origin: 'rest',
    wanted: 'running',
    state: 'running',
    reason: null,
    health: { status: 'ok', detail: '' },
    stream: null,
    slot: null,
    definition: {},
    createdAt: '',
    changedAt: '',
    ...part,
  };
}

function flow(part: Partial<FlowStatus>): FlowStatus {
  return {
    name: 'copy',
    description: '',
    stream: 'default',
    state: 'running',
    wanted: 'running',
    reason: null,
    origin: 'rest',
    revision: 1,
    pull: null,
    definition: {},
    createdAt: '',
    updatedAt: '',
    worker: 'w',
    rowsPerSecond: 0,
    lag: 0,
    openDeadLetters: 0,
    tables: [],
    ...part,
  };
}

const table = (part: Partial<FlowStatus['tables'][number]>): FlowStatus['tables'][number] => ({
  schema: 'public',
  table: 'orders',
  sinkNamespace: 'postgresql.warehouse.public.orders.*.0.0',
  sources: [],
  state: 'running',
  reason: null,
  lag: 0,
  watermark: null,
  freshnessMs: 100,
  loading: false,
  loadFailed: false,
  commitNumber: '1',
  rowsPerSecond: 0,
  rowsIn: 0,
  applied: 0,
  stale: 0,
  deleted: 0,
  dead: 0,
  openDeadLetters: 0,
  onlyInserts: false,
  latency: null,
  partitions: [],
  ...part,
});

test('a quiet platform has none, and what somebody paused is not one', () => {
  expect(findProblems({ sources: [source({})], flows: [flow({ tables: [table({})] })], mounts: [] })).toEqual([]);
  expect(
    findProblems({ sources: [source({ state: 'paused' })], flows: [flow({ state: 'paused' })], mounts: [] }),
  ).toEqual([]);
});

test('what is broken comes before what is late, with its own words and page', () => {
  const problems = findProblems({
    sources: [source({ state: 'failed', reason })],
    flows: [flow({ openDeadLetters: 3, tables: [table({ lag: 1_000_000 })] })],
    mounts: [],
  });
  expect(problems.map(({ about, kind }) => `${about} ${kind}`)).toEqual([
    'source broken',
    'table late',
    'dead-letters late',
  ]);
  expect(problems[0]).toMatchObject({ message: reason.message, next: reason.next, href: '/sources/shop' });
});

test('a table whose source is away is told by that source; one that is late by itself says how far it is behind', () => {
  const stale = table({ sources: ['postgresql.shop.shop.public.orders.1.0.0'], freshnessMs: 24_000 });
  const away = source({ health: { status: 'degraded', detail: 'It reconnects.' } });
  const of = (sources: SourceView[], late: typeof stale) =>
    findProblems({ sources, flows: [flow({ tables: [late] })], mounts: [] });
  expect(of([away], stale)).toMatchObject([{ about: 'source', message: 'It reconnects.' }]);
  expect(of([source({})], stale)).toMatchObject([{ about: 'table', behind: { ms: 24_000 } }]);
  // Of another source, whose name begins alike.
  expect(of([source({ ...away, source: 'postgresql.sho' })], stale).map(({ about }) => about)).toEqual([
    'source',
    'table',
  ]);
  // Messages wait for it in any case, and what it says itself is its own.
  expect(of([away], table({ ...stale, lag: 20_000 }))[1]).toMatchObject({ behind: { messages: 20_000 } });
  expect(of([away], table({ ...stale, state: 'retrying', reason }))[1]).toMatchObject({ message: reason.message });
});

test('a table that stopped by itself comes before what is late, also while it loads', () => {
  const stopped = table({ state: 'paused', loading: true, reason });
  const flows = [flow({ openDeadLetters: 3, tables: [table({ loading: true }), stopped] })];
  expect(findProblems({ sources: [], flows, mounts: [] })).toMatchObject([
    { about: 'table', kind: 'broken', message: reason.message, next: reason.next },
    { about: 'dead-letters', kind: 'late' },
  ]);
});

test('a source that is only late says how far', () => {
  const [late] = findProblems({
    sources: [source({ stream: { lagMillis: 9_000 } as SourceView['stream'] })],
    flows: [],
    mounts: [],
  });
  expect(late).toMatchObject({ about: 'source', kind: 'late', behind: { ms: 9_000 } });
});

test('rows that wait in the dead letter are one problem, whatever table they are of', () => {
  const waiting = flow({ openDeadLetters: 1, tables: [table({ openDeadLetters: 1 })] });
  expect(findProblems({ sources: [], flows: [waiting], mounts: [] }).map(({ about }) => about)).toEqual([
    'dead-letters',
  ]);
});

test('a service that is degraded because of a flow does not tell it again', () => {
  const health = {
    status: 'degraded' as const,
    at: '',
    services: [
      {
        name: 'wormhole' as const,
        status: 'degraded' as const,
        since: '',
        detail: '',
        parts: [{ name: 'flows', status: 'degraded' as const, detail: 'Flow copy is failed.' }],
      },
    ],
  };
  const problems = findProblems({ health, sources: [], flows: [flow({ state: 'failed', reason })], mounts: [] });
  expect(problems.map(({ about }) => about)).toEqual(['flow']);
  // Where nothing else tells it, the platform is not said to run without a fault.
  expect(findProblems({ health, sources: [], flows: [flow({})], mounts: [] })).toMatchObject([
    { about: 'service', kind: 'late', part: 'flows', message: 'Flow copy is failed.' },
  ]);
  const down = { ...health, services: [{ ...health.services[0]!, status: 'down' as const, parts: [] }] };
  expect(findProblems({ health: down, sources: [], flows: [], mounts: [] })).toMatchObject([
    { about: 'service', kind: 'broken' },
  ]);
});

test('a view or widget that cannot be asked is told with where it is missed, unless its mount tells it already', () => {
  const gone = {
    code: 'SQL_UNKNOWN_COLUMN',
    message: 'There is no column o.totl.',
    next: 'Did you mean total?',
    facts: {},
  };
  const dashboards = [{ id: 'd', name: 'Countries' }];
  const state: ViewState = {
    viewId: 'v',
    version: 1,
    tables: [{ database: 'warehouse', table: 'orders', sinkNamespace: null }],
    error: gone,
    dashboards,
    widgets: [],
  };
  const views = [{ id: 'v', name: 'Large orders' }];
  const of = (part: Partial<ViewState>, mounts: MountView[] = []) =>
    findProblems({ sources: [], flows: [], mounts, views, states: [{ ...state, ...part }] });
  const { message, next } = gone;
  const shownOn = ['Countries'];
  expect(of({})).toEqual([
    { key: 'view v', kind: 'broken', about: 'view', name: 'Large orders', message, next, href: '/views/v', shownOn },
  ]);
  const widgets = [{ id: 'w', name: 'Revenue', error: gone, dashboards }];
  expect(of({ error: null, dashboards: [], widgets })).toMatchObject([
    { kind: 'broken', about: 'widget', name: 'Revenue', message, href: '/widgets/w', shownOn },
  ]);
  expect(of({ error: { ...gone, code: 'SERVICE_UNAVAILABLE' } })).toEqual([]);
  expect(of({ error: { ...gone, code: 'DAVINCI_VIEW_FORBIDDEN' } })).toEqual([]);
  expect([...brokenDashboards([state])]).toEqual(['d']);
  expect([...brokenDashboards([{ ...state, error: null, dashboards: [], widgets }])]).toEqual(['d']);
  expect([...brokenDashboards([{ ...state, error: { ...gone, code: 'SERVICE_UNAVAILABLE' } }])]).toEqual([]);
  const down = { name: 'warehouse', state: 'failing', error: gone } as unknown as MountView;
  expect(of({}, [down]).map(({ about }) => about)).toEqual(['mount']);
});

test('the whole is not fine while something needs attention', () => {
  expect(overallHealth('ok', [])).toBe('ok');
  expect(overallHealth('ok', [{ kind: 'broken' }])).toBe('degraded');
  expect(overallHealth('down', [{ kind: 'late' }])).toBe('down');
});

test('all is said to be fine only while the platform says so of itself', () => {
  const error = new Error('it does not answer');
  expect(verdictOf([], { data: {}, error: null })).toBe('fine');
  expect(verdictOf([], { data: {}, error })).toBe('untold');
  expect(verdictOf([], { data: undefined, error })).toBe('unknown');
  expect(verdictOf([], { data: undefined, error: null })).toBe('unknown');
});
