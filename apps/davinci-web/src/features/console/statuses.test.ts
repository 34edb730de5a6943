/** Proves that a flow is told in the same words wherever it is told, and by what is the matter with it. */
import type { FlowStatus, TableStatus } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import { flowGraph } from '../flows/flow-graph.ts';
import { flowCondition, flowTablesCondition } from './statuses.ts';

const table = (part: Partial<TableStatus>): TableStatus =>
  ({
    schema: 'public',
    table: 'orders',
    state: 'running',
    reason: null,
    lag: 0,
    loading: false,
    loadFailed: false,
    freshnessMs: 100,
    rowsPerSecond: 0,
    openDeadLetters: 0,
    onlyInserts: false,
    ...part,
  }) as TableStatus;
const flow = (part: Partial<FlowStatus>): FlowStatus =>
  ({
    name: 'copy',
    state: 'running',
    wanted: 'running',
    reason: null,
    lag: 0,
    openDeadLetters: 0,
    onlyInserts: false,
    definition: { source: { topic: 'postgresql.shop', namespace: 'postgresql.shop.public.*' } },
    tables: [],
    ...part,
  }) as FlowStatus;
const words = { rate: String, messages: String, shortLag: String, fresh: String, more: String };

test('a flow that runs with rows in the dead letter is told by them, and so is the table that has them, alone', () => {
  const one = flow({
    openDeadLetters: 2,
    tables: [table({}), table({ table: 'items', openDeadLetters: 2 })],
  });
  const told = { status: 'late', cause: { is: 'dead-letters', count: 2 } };
  expect(flowCondition(one)).toEqual(told);
  const sinks = flowGraph(one, words).nodes.filter(({ kind }) => kind === 'sink');
  expect(sinks.map(({ title, status, cause }) => ({ title, status, cause }))).toEqual([
    { title: 'public.orders', status: 'ok', cause: undefined },
    { title: 'public.items', ...told },
  ]);
});

test('those of a table that it no longer writes are told too', () => {
  expect(flowCondition(flow({ openDeadLetters: 1, tables: [table({})] }))).toEqual({
    status: 'late',
    cause: { is: 'dead-letters', count: 1 },
  });
});

test('what stands still or is late is said before them, and a load or another attempt by its own word', () => {
  const waiting = { openDeadLetters: 1 };
  expect(flowTablesCondition([table({ ...waiting, lag: 1_000_000 })])).toEqual({ status: 'late' });
  expect(flowTablesCondition([table({ ...waiting, state: 'stopped' })])).toEqual({ status: 'paused' });
  expect(flowTablesCondition([table({ loading: true })])).toEqual({ status: 'late', cause: { is: 'loading' } });
  expect(flowTablesCondition([table({ loading: true }), table({ state: 'retrying' })])).toEqual({
    status: 'late',
    cause: { is: 'retrying' },
  });
  expect(flowCondition(flow({ ...waiting, state: 'failed' }))).toEqual({ status: 'broken' });
  expect(flowCondition(flow({ state: 'retrying' }))).toEqual({ status: 'late', cause: { is: 'retrying' } });
});
