import type { DbusClient } from '@rtdp/dbus/client';
import type { FlowStatus } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import { pullProgress, readPullStates, rowsExpected } from './pull-progress.ts';

test('a pull that DBus was not asked for yet says what it waits for', () => {
  const pull = { state: 'waiting' as const, waitsFor: 'a source that captures erp.*', tables: {} };
  expect(pullProgress({ pull, tables: [] }, new Map())).toBe('waits for a source that captures erp.*');
});

test('the first pull of a flow is done once DBus has read all of it and the sinks have its end', async () => {
  const progress = async (states: ('running' | 'done' | 'failed')[], loading: boolean) =>
    pullProgress(
      {
        pull: {
          state: 'requested',
          waitsFor: null,
          tables: { 'public.orders': 'pull-0', 'public.customers': 'pull-1' },
        },
        tables: [{ loading }] as FlowStatus['tables'],
      },
      await readPullStates({
        listSources: async () => [{ name: 'erp' }] as Awaited<ReturnType<DbusClient['listSources']>>,
        listPulls: async () =>
          states.map((state, at) => ({ id: `pull-${at}`, state })) as Awaited<ReturnType<DbusClient['listPulls']>>,
      }),
    );
  expect(await progress(['done', 'running'], true)).toBe('1 of 2 tables read');
  expect(await progress(['done', 'done'], true)).toBe('read, being stored');
  expect(await progress(['done', 'done'], false)).toBe('done');
  expect(await progress(['failed', 'done'], false)).toBe('failed: public.orders');
});

test('no estimate is told where there is none, or more was read', () => {
  expect(rowsExpected({ rows: 50, estimatedRows: 0 })).toBeNull();
  expect(rowsExpected({ rows: 0, estimatedRows: 0 })).toBeNull();
  expect(rowsExpected({ rows: 51, estimatedRows: 50 })).toBeNull();
  expect(rowsExpected({ rows: 50, estimatedRows: 50 })).toBe(50);
});
