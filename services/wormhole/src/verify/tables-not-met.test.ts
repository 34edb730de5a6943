import type { DbusClient } from '@rtdp/dbus/client';
import { expect, test } from 'vitest';
import type { FlowStatus } from '../client.ts';
import type { FlowDefinition } from '../flow/definition.ts';
import { tablesNotMet } from './verify-flow.ts';

type Tables = Awaited<ReturnType<DbusClient['listTables']>>;
const table = (schema: string, name: string, captured: boolean, keyColumns: string[]): Tables[number] => ({
  ...{
    schema,
    table: name,
    captured,
    keyColumns,
    chosen: captured,
    capture: 'all changes',
    replicaIdentity: 'default',
  },
  ...{ partitioned: false, estimatedRows: 0, bytes: 0, problems: [], capturedAt: null, namespace: null, version: null },
  ...{ stopped: false, excludedBy: null, rows: 0, deadLetters: 0, lagMillis: null },
});

test('a captured table that the flow has no sink table for is named with the reason', async () => {
  const listSources = async () =>
    [
      { name: 'away', source: 'postgresql.away' },
      { name: 'erp', source: 'postgresql.erp' },
    ] as Awaited<ReturnType<DbusClient['listSources']>>;
  const listTables = async (source: string) => {
    // That the server of a source of other flows is away is nothing to this one.
    if (source === 'away') throw new Error('its server does not answer');
    return [
      table('public', 'orders', true, ['id']),
      table('public', 'Odd notes', true, []),
      table('public', 'left_out', false, ['id']),
      table('other', 'orders', true, ['id']),
    ];
  };
  const definition = { source: { namespace: 'postgresql.erp.public.*.*.*.*' } } as FlowDefinition;
  const tables = [{ sources: ['postgresql.erp.public.orders.3.0.0'] }] as FlowStatus['tables'];
  const found = await tablesNotMet({ listSources, listTables }, definition, { tables });
  expect(found.map(({ source, verdict, sink }) => [source, verdict, sink])).toEqual([
    ['postgresql.erp.public.%4fdd%20notes.0.0.0', 'not comparable', null],
  ]);
  expect(found[0]?.notes).toHaveLength(2);
});
