/** Pulls whose rows fail, or that begin twice: nothing is detected as deleted that the source still has, and no row stays twice. */
import { eventually } from '@rtdp/testing/eventually';
import { pullMessage } from '@rtdp/ums/marks';
import { expect, test, vi } from 'vitest';
import { readStatus } from '../admin/read-status.ts';
import type { Reason } from '../state/flow-store.ts';
import { type FlowFixture, flowFixture, ORGANISATION } from '../testing/flow-fixture.ts';
import { namespaceOf, type SourceRow, type SourceTable } from '../testing/source-writer.ts';
import { ordersOf } from '../testing/tables.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

/** Everything in one send, so that one work of the lane holds it whole. */
function sendPull(
  { source }: FlowFixture,
  table: SourceTable,
  firstId: bigint,
  parts: ('start' | 'end' | SourceRow[] | Buffer)[],
): Promise<void> {
  return source.sendAll(
    parts.map((part) => {
      if (Buffer.isBuffer(part)) {
        const { key } = source.outgoing(0, source.rowsMessage(table, [], [], 'data_initial_data'));
        return { partition: 0, key, value: part };
      }
      if (typeof part !== 'string') {
        const ids = part.map(() => source.nextId());
        return source.outgoing(0, source.rowsMessage(table, part, ids, 'data_initial_data'));
      }
      const mark = { namespace: namespaceOf(table), batchId: 1, id: source.nextId(), timestamp: '2026-01-01 10:00:00' };
      return source.outgoing(0, pullMessage(part, { ...mark, context: {} }, { id: 'p', firstId: String(firstId) }));
    }),
  );
}

test('a pulled row in the dead letter keeps what the sink holds until it is mended', async () => {
  await using fixture = await flowFixture({ partitions: 1 });
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  const stored = await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  const look = async () =>
    (await sink.query('select id, status from public.orders order by id::bigint').catch(() => ({ rows: [] }))).rows;
  await source.rows(
    orders,
    ['1', '2', '3'].map((id) => ({ op: 'i' as const, values: [id, 'old', '1.00'] })),
  );
  await eventually(look, (rows) => rows.length === 3);
  await sink.query('alter table public.orders add constraint small check (total < 1000)');
  // Key 3 is gone at the source; key 2 is there, but the sink refuses what it is now.
  await sendPull(fixture, orders, source.nextId(), [
    'start',
    [
      { op: 'i', values: ['1', 'pulled', '2.00'] },
      { op: 'i', values: ['2', 'pulled', '5000.00'] },
    ],
    'end',
  ]);
  const open = () => fixture.around.deadLetters.list(stored.id, { status: 'open', limit: 10 });
  const [letter] = await eventually(open, (letters) => letters.length === 1);
  await eventually(look, (rows) => rows[0]?.status === 'pulled');
  await source.rows(orders, [{ op: 'i', values: ['9', 'after', '1.00'] }]);
  await eventually(look, (rows) => rows.some(({ id }) => id === '9'));
  expect((await look()).map(({ id, status }) => `${id} ${status}`)).toEqual(['1 pulled', '2 old', '3 old', '9 after']);

  await fixture.around.deadLetters.change(letter!.id, { edited: [...letter!.tuple!.slice(0, 6), '999.00'] });
  await service.replay(ORGANISATION, 'all', [String(letter!.id)], 'tester');
  expect((await look()).map(({ id, status }) => `${id} ${status}`)).toEqual(['1 pulled', '2 pulled', '9 after']);
});

test('a message of a pull that cannot be read at all holds the detection back until it is given up', async () => {
  await using fixture = await flowFixture({ partitions: 1 });
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  const stored = await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  const look = async () =>
    (await sink.query('select id from public.orders order by id::bigint').catch(() => ({ rows: [] }))).rows.map(
      ({ id }) => id,
    );
  await source.rows(orders, [{ op: 'i', values: ['1', 'old', '1.00'] }]);
  await eventually(look, (ids) => ids.length === 1);
  await sendPull(fixture, orders, source.nextId(), ['start', Buffer.from('{"protocol":'), 'end']);
  await source.rows(orders, [{ op: 'i', values: ['9', 'after', '1.00'] }]);
  await eventually(look, (ids) => ids.includes('9'));
  expect(await look()).toEqual(['1', '9']);
  const [letter] = await fixture.around.deadLetters.list(stored.id, { status: 'open', limit: 10 });
  await service.discard(ORGANISATION, 'all', [String(letter!.id)], 'tester');
  expect(await look()).toEqual(['9']);
});

test('a pull that began twice replaces what its first beginning brought', async () => {
  await using fixture = await flowFixture({ partitions: 1 });
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  const keyless = { ...orders, fields: orders.fields.map(({ key: _, ...field }) => field) };
  await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  const look = async () =>
    (await sink.query('select id from public.orders order by id::bigint').catch(() => ({ rows: [] }))).rows.map(
      ({ id }) => id,
    );
  await source.rows(keyless, [{ op: 'i', values: ['0', 'before', '1.00'] }]);
  await eventually(look, (ids) => ids.includes('0'));
  const row: SourceRow = { op: 'i', values: ['1', 'once', '1.00'] };
  // DBus was killed in the middle, and a table without a key is pulled from its beginning again, as the same pull.
  await sendPull(fixture, keyless, source.nextId(), ['start', [row]]);
  await sendPull(fixture, keyless, source.nextId(), ['start', [row], 'end']);
  await source.rows(keyless, [{ op: 'i', values: ['2', 'after', '1.00'] }]);
  await eventually(look, (ids) => ids.includes('2'));
  expect(await look()).toEqual(['1', '2']);
});

test('a table whose pull gave up says so, with the way out, until the pull goes on', async () => {
  let failure: Reason | null = {
    code: 'DBUS_PULL_FAILED',
    message: 'its pull failed: permission denied',
    next: 'Resume it.',
  };
  const asked: string[] = [];
  await using fixture = await flowFixture({
    partitions: 1,
    pulls: {
      capturedTables: async () => [],
      requestPull: async () => '',
      failureOf: async (namespace, pullId) => {
        asked.push(`${namespace} ${pullId}`);
        return failure;
      },
    },
  });
  const { source, instance, service } = fixture;
  const orders = ordersOf(instance);
  await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  // The sink table is made by its first row.
  await source.rows(orders, [{ op: 'i', values: ['2', 'changed', '1.00'] }]);
  await eventually(
    () => service.runningFlows()[0]?.run?.tables.length,
    (n) => n === 1,
  );
  const firstId = source.nextId();
  await sendPull(fixture, orders, firstId, ['start', [{ op: 'i', values: ['1', 'pulled', '2.00'] }]]);
  const status = async () =>
    (await readStatus(service, fixture.around, { organisationId: ORGANISATION, roles: [] }, 'all')).tables[0];
  const failed = await eventually(status, (table) => table?.loadFailed === true);
  expect(failed).toMatchObject({ state: 'running', loading: true, loadFailed: true, watermark: null, reason: failure });
  expect(new Set(asked)).toEqual(new Set([`${namespaceOf(orders)} p`]));
  failure = null;
  const resumed = await eventually(status, (table) => table?.loadFailed === false);
  expect(resumed).toMatchObject({ loading: true, loadFailed: false, reason: null });
  await sendPull(fixture, orders, firstId, ['end']);
  expect(await eventually(status, (table) => table?.loading === false)).toMatchObject({ loading: false, reason: null });
});
