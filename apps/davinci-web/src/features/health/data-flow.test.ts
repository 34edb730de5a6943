/** Proves that the picture joins what belongs together, and that trouble upstream colours what depends on it. */
import type { SourceView } from '@rtdp/dbus/client';
import type { MountView } from '@rtdp/moonbox/client';
import type { FlowStatus } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import type { Graph } from '../console/graph.ts';
import { type DataFlowParts, dataFlowGraph, standOf } from './data-flow.ts';

const words = {
  rate: (rows: number) => `${rows}/s`,
  shortRate: (rows: number) => `${rows}/s`,
  shortLag: (lag: number) => `${lag} msg`,
  behind: (milliseconds: number) => `${milliseconds} ms`,
  tables: (count: number) => `${count} tables`,
};
const source = {
  name: 'shop',
  topic: 'postgresql.shop',
  state: 'running',
  reason: null,
  health: { status: 'ok', detail: '' },
  stream: null,
  slot: null,
} as unknown as SourceView;
const flow = (lag: number, deadLetters = 0): FlowStatus =>
  ({
    name: 'copy',
    state: 'running',
    wanted: 'running',
    reason: null,
    openDeadLetters: deadLetters,
    lag,
    rowsPerSecond: 5,
    definition: { source: { topic: 'postgresql.shop' } },
    tables: ['orders', 'items'].map((table) => ({
      schema: 'shop',
      table,
      sinkNamespace: `postgresql.warehouse.shop.${table}.*.0.0`,
      state: 'running',
      reason: null,
      lag,
      loading: false,
      loadFailed: false,
      freshnessMs: 10,
      openDeadLetters: table === 'items' ? deadLetters : 0,
      rowsPerSecond: 2,
    })),
  }) as unknown as FlowStatus;
const mount = (state: 'ok' | 'failing'): MountView =>
  ({
    name: 'warehouse',
    kind: 'postgres',
    schemas: null,
    state,
    error: null,
    tables: 2,
    sinkNamespacePrefix: null,
    connection: { database: 'warehouse' },
  }) as unknown as MountView;
const error = {
  code: 'SQL_UNKNOWN_COLUMN',
  message: 'There is no column o.totl.',
  next: 'Did you mean total?',
  facts: {},
};
const graphOf = (
  lag: number,
  state: 'ok' | 'failing',
  broken: Partial<DataFlowParts['states'][number]> = {},
  deadLetters = 0,
) =>
  dataFlowGraph(
    {
      sources: [source],
      rates: new Map([['shop', 12.5]]),
      flows: [flow(lag, deadLetters)],
      mounts: [mount(state)],
      views: [
        { id: 'v', name: 'Orders' },
        { id: 'loose', name: 'Loose' },
      ],
      states: [
        {
          viewId: 'v',
          tables: [{ database: 'warehouse', table: 'orders', sinkNamespace: null }],
          error: null,
          widgets: [],
          ...broken,
        },
      ],
      dashboards: [{ id: 'd', name: 'Shop live', viewIds: ['v'] }],
    },
    words,
  );

test('a row can be followed from its source to its dashboard', () => {
  const graph = graphOf(0, 'ok');
  const edges = graph.edges.map(({ from, to }) => `${from} → ${to}`);
  expect(edges).toEqual([
    'source:shop → topic:postgresql.shop',
    'topic:postgresql.shop → flow:copy',
    'flow:copy → sink:postgresql.warehouse.shop',
    'sink:postgresql.warehouse.shop → mount:warehouse',
    'mount:warehouse → view:v',
    'view:v → dashboard:d',
  ]);
  expect(graph.nodes.every(({ status }) => status === 'ok')).toBe(true);
  expect(graph.nodes.find(({ kind }) => kind === 'sink')?.figures).toEqual(['2 tables']);
});

test('a sink leads into those mounts only that show its schema', () => {
  const intoMounts = (mounts: readonly MountView[]) =>
    dataFlowGraph(
      { sources: [], rates: new Map(), flows: written, mounts, views: [], states: [], dashboards: [] },
      words,
    )
      .edges.filter(({ to }) => to.startsWith('mount:'))
      .map(({ from, to }) => `${from} → ${to}`);
  const [table] = flow(0).tables;
  const tables = ['postgresql.warehouse.shop', 'postgresql.warehouse.%45rp', 'mysql.warehouse.warehouse'].map(
    (sink) => ({ ...table!, sinkNamespace: `${sink}.orders.*.0.0` }),
  );
  const written = [{ ...flow(0), tables }];
  const whole = mount('ok');
  const shop = { ...whole, name: 'shop', schemas: ['shop'] };
  const erp = { ...whole, name: 'erp', schemas: ['Erp', 'analytics'] };
  const mysql = { ...whole, name: 'mysql', kind: 'mysql' as const };
  expect(intoMounts([whole])).toEqual([
    'sink:postgresql.warehouse.shop → mount:warehouse',
    'sink:postgresql.warehouse.%45rp → mount:warehouse',
  ]);
  expect(intoMounts([shop, erp, mysql])).toEqual([
    'sink:postgresql.warehouse.shop → mount:shop',
    'sink:postgresql.warehouse.%45rp → mount:erp',
    'sink:mysql.warehouse.warehouse → mount:mysql',
  ]);
});

test('a mount that fails breaks the views and dashboards behind it, a lag is told on the edge', () => {
  const graph = graphOf(1_000_000, 'failing');
  const status = (id: string) => graph.nodes.find((node) => node.id === id)?.status;
  expect(['mount:warehouse', 'view:v', 'dashboard:d'].map(status)).toEqual(['broken', 'broken', 'broken']);
  expect(['flow:copy', 'sink:postgresql.warehouse.shop'].map(status)).toEqual(['late', 'late']);
  expect(graph.edges.find(({ to }) => to === 'flow:copy')?.label).toBe('1000000 msg');
});

test('how fast rows move is told on each edge that rows move along', () => {
  const edges = graphOf(0, 'ok').edges.map(({ from, to, label }) => [`${from} → ${to}`, label]);
  expect(Object.fromEntries(edges)).toMatchObject({
    'source:shop → topic:postgresql.shop': '12.5/s',
    'flow:copy → sink:postgresql.warehouse.shop': '4/s',
    'sink:postgresql.warehouse.shop → mount:warehouse': '4/s',
  });
});

test('rows in the dead letter are told as such by flow and sink, and hold nothing up', () => {
  const { nodes, edges } = graphOf(0, 'ok', {}, 3);
  const told = nodes.filter(({ status }) => status !== 'ok').map(({ id, status, cause }) => ({ id, status, cause }));
  expect(told).toEqual(
    ['flow:copy', 'sink:postgresql.warehouse.shop'].map((id) => ({
      id,
      status: 'late',
      cause: { is: 'dead-letters', count: 3 },
    })),
  );
  expect(edges.every(({ status }) => status === 'ok')).toBe(true);
});

test('a view that cannot be asked is broken with its reason, and so is the dashboard behind it; what is not its fault is not', () => {
  const find = (graph: ReturnType<typeof graphOf>, id: string) => graph.nodes.find((node) => node.id === id);
  const broken = graphOf(0, 'ok', { error });
  expect(find(broken, 'view:v')).toMatchObject({ status: 'broken', detail: error.message });
  expect(find(broken, 'dashboard:d')).toMatchObject({ status: 'broken', detail: error.message });
  expect(find(broken, 'mount:warehouse')?.status).toBe('ok');
  const widgets = [{ id: 'w', name: 'Revenue', error, dashboards: [{ id: 'd', name: 'Shop live' }] }];
  const ofWidget = graphOf(0, 'ok', { widgets });
  expect(find(ofWidget, 'view:v')?.status).toBe('ok');
  expect(find(ofWidget, 'dashboard:d')).toMatchObject({ status: 'broken', detail: error.message });
  const elsewhere = graphOf(0, 'ok', { error: { ...error, code: 'SERVICE_UNAVAILABLE' } });
  expect(find(elsewhere, 'view:v')?.status).toBe('unknown');
});

test('that nothing flows is said only when everybody has answered', () => {
  const nothing = { nodes: [], edges: [] };
  const something: Graph = {
    nodes: [{ id: 'mount:w', kind: 'mount', title: 'w', status: 'ok', figures: [] }],
    edges: [],
  };
  const [answered, waiting, failed] = [
    { isPending: false, error: null },
    { isPending: true, error: null },
    { isPending: false, error: 'it does not answer' },
  ];
  expect(standOf(nothing, [answered, answered])).toEqual({ isPending: false, error: null });
  expect(standOf(nothing, [answered, waiting])).toEqual({ isPending: true, error: null });
  expect(standOf(nothing, [answered, failed])).toMatchObject({ error: 'it does not answer' });
  expect(standOf(something, [waiting, failed])).toEqual({ isPending: false, error: null });
});
