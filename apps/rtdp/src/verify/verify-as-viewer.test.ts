/** Who only reads is not told where stores are: what is asked for then are the addresses, and with them nothing else is missing. */
import type { DbusClient } from '@rtdp/dbus/client';
import type { FlowStatus } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import { verifyFlow } from './verify-flow.ts';

test('without connections in the definitions, the addresses are asked for one by one, and are enough', async () => {
  const status = {
    definition: { source: { namespace: 'postgresql.erp.public.*.*.*.*' }, steps: [], sink: { store: 'postgres' } },
    tables: [{ schema: 'landed', table: 'orders', sources: ['postgresql.erp.public.orders.3.0.0'] }],
  } as unknown as FlowStatus;
  const sources = [{ name: 'erp', source: 'postgresql.erp', definition: { name: 'erp' } }];
  const verify = (addresses: { sourceUrl?: string; sinkUrl?: string }) =>
    verifyFlow({
      dbus: {
        listSources: async () => sources as unknown as Awaited<ReturnType<DbusClient['listSources']>>,
        listTables: async () => [],
      },
      wormhole: { status: async () => status },
      flow: 'all',
      addresses,
      platform: undefined,
    });
  const nowhere = 'postgres://nobody:nothing@127.0.0.1:1/none';
  await expect(verify({})).rejects.toMatchObject({
    code: 'RTDP_ADDRESS_UNKNOWN',
    next: expect.stringContaining('--sink-url'),
  });
  await expect(verify({ sinkUrl: nowhere })).rejects.toMatchObject({
    code: 'RTDP_ADDRESS_UNKNOWN',
    next: expect.stringContaining('--source-url'),
  });
  await expect(verify({ sinkUrl: nowhere, sourceUrl: nowhere })).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
});
