/** Proves that the picture of a flow leaves it to the room on the page where a text is cut, and writes shortly where there is little. */
import type { FlowStatus, TableStatus } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import { flowGraph } from './flow-graph.ts';

const words = {
  rate: (rows: number) => `${rows} rows/s`,
  messages: (lag: number) => `${lag} messages behind`,
  shortLag: (lag: number) => `${lag} msg`,
  fresh: (milliseconds: number) => `${milliseconds} ms old`,
  more: (count: number) => `${count} more`,
};
const flow = {
  name: 'items',
  state: 'running',
  wanted: 'running',
  reason: null,
  lag: 5,
  openDeadLetters: 0,
  onlyInserts: false,
  definition: {
    source: { topic: 'postgresql.shop', namespace: 'postgresql.shop.public.orders.*.*.*' },
    steps: [
      { name: 'lines', sql: 'select o.id, o.status, line\nfrom orders o, jsonb_array_elements(o.lines) as line' },
    ],
  },
  tables: [
    {
      schema: 'analytics',
      table: 'items',
      state: 'running',
      reason: null,
      lag: 5,
      loading: false,
      loadFailed: false,
      freshnessMs: 100,
      rowsPerSecond: 4,
      openDeadLetters: 0,
      onlyInserts: false,
    } as unknown as TableStatus,
  ],
} as unknown as FlowStatus;

test('a step has its whole statement, in one line', () => {
  const step = flowGraph(flow, words).nodes.find(({ kind }) => kind === 'step');
  expect(step?.detail).toBe('select o.id, o.status, line from orders o, jsonb_array_elements(o.lines) as line');
});

test('an edge says how far its table is behind in few letters, a box in words', () => {
  const { nodes, edges } = flowGraph(flow, words);
  expect(edges.find(({ to }) => to === 'sink:analytics.items')?.label).toBe('5 msg');
  expect(nodes.find(({ kind }) => kind === 'topic')?.figures).toEqual(['5 messages behind']);
});

test('a topic in which nothing waits says so: what stands there means the same at every look', () => {
  const { nodes } = flowGraph({ ...flow, lag: 0 }, words);
  expect(nodes.find(({ kind }) => kind === 'topic')?.figures).toEqual(['0 messages behind']);
});
