/** Flows do not hold each other: a sink that is down stops only its own flow, which loses nothing; a fenced worker writes nothing. */

import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { ownPostgres } from '@rtdp/testing/own-postgres';
import { expect, test, vi } from 'vitest';
import { flowFixture, ORGANISATION } from '../testing/flow-fixture.ts';
import { ordersOf } from '../testing/tables.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('while the sink of one flow is down another flow goes on, and afterwards nothing is missing', async () => {
  await using fragile = await ownPostgres();
  await using fixture = await flowFixture();
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  await service.deploy(fixture.flow({ name: 'steady' }), { organisationId: ORGANISATION, origin: 'rest' });
  await service.deploy(
    fixture.flow({
      name: 'fragile',
      retry: { firstMs: 50, maximumMs: 500 },
      // So small that the flow is full at once: the other must not wait for it.
      limits: { rows: 100, bytes: 2_000 },
      sink: {
        store: 'postgres',
        connection: connectionOf(fragile.url),
      },
    }),
    { organisationId: ORGANISATION, origin: 'rest' },
  );
  let key = 0;
  const send = async (messages: number) => {
    for (let message = 0; message < messages; message++) {
      const rows = Array.from({ length: 20 }, () => ({
        op: 'i' as const,
        values: [String(++key), 'x'.repeat(50), '1.00'],
      }));
      await source.rows(orders, rows, message % source.partitions);
    }
  };
  const steadyCount = async () =>
    (await sink.query('select count(*)::int as n from public.orders').catch(() => ({ rows: [{ n: 0 }] }))).rows[0]?.n;
  await send(10);
  expect(await eventually(steadyCount, (n) => n === key)).toBe(key);

  const flowNamed = (name: string) => service.runningFlows().find(({ stored }) => stored.name === name);
  await fragile.kill();
  await send(60);
  const troubled = await eventually(
    () => flowNamed('fragile')?.state,
    (state) => state === 'retrying',
  );
  expect(troubled).toBe('retrying');
  expect(flowNamed('fragile')?.reason?.code).toBe('STORE_UNREACHABLE');
  expect(await eventually(steadyCount, (n) => n === key)).toBe(key);
  expect(flowNamed('steady')?.state).toBe('running');

  await fragile.restart();
  await send(10);
  const { default: pg } = await import('pg');
  const client = new pg.Client({ connectionString: fragile.url });
  // A failed expectation ends the server under this client; that is not what is to be told then.
  client.on('error', () => undefined);
  await client.connect();
  const fragileCount = async () =>
    // The sink may have been killed before it had the table.
    (
      await client
        .query<{ n: number }>('select count(*)::int as n from public.orders')
        .catch(() => ({ rows: [{ n: 0 }] }))
    ).rows[0]?.n;
  expect(await eventually(fragileCount, (n) => n === key, 30_000)).toBe(key);
  expect(
    await eventually(
      () => flowNamed('fragile')?.state,
      (state) => state === 'running',
    ),
  ).toBe('running');
  await client.end();
});

test('a worker whose partition was claimed by another writes nothing more until it has claimed it again', async () => {
  await using fixture = await flowFixture({ partitions: 1 });
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  await source.rows(orders, [{ op: 'i', values: ['1', 'first', '1.00'] }]);
  const read = async () =>
    (await sink.query('select id, status from public.orders order by id').catch(() => ({ rows: [] }))).rows;
  await eventually(read, (rows) => rows.length === 1);

  const run = service.runningFlows()[0]?.run;
  const table = run?.tables[0];
  const lane = () => run?.lanesOf(table!)[0];
  const epoch = lane()!.epoch;
  const other = await table!.sink();
  const claim = await other!.claim(source.topic, 0, 'another worker');
  expect(claim.epoch).toBeGreaterThan(epoch);
  await source.rows(orders, [{ op: 'i', values: ['2', 'second', '1.00'] }]);
  const reason = await eventually(
    () => lane()?.reason,
    (found) => found !== undefined,
  );
  expect(reason?.code).toBe('STORE_FENCED');
  expect(await read()).toHaveLength(1);
  // Kafka says that the partition is this worker's: after a pause it claims it and goes on from where the sink stands.
  expect(await eventually(read, (rows) => rows.length === 2)).toHaveLength(2);
  expect(lane()!.epoch).toBeGreaterThan(claim.epoch);
});

test('a sink that is frozen does not keep its flow from being stopped, nor other flows from being deployed', async () => {
  await using fixture = await flowFixture();
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  await source.rows(orders, [{ op: 'i', values: ['1', 'first', '1.00'] }]);
  const count = async () =>
    (await sink.query('select count(*)::int as n from public.orders').catch(() => ({ rows: [{ n: 0 }] }))).rows[0]?.n;
  await eventually(count, (n) => n === 1);
  // Somebody holds the row that every batch locks first, and never lets go: to the flow the sink says nothing.
  const client = await sink.pool.connect();
  await client.query('begin');
  await client.query('select * from rtdp.sink_progress for update');
  await source.rows(orders, [{ op: 'i', values: ['2', 'second', '1.00'] }]);
  await service.stopFlow(ORGANISATION, 'all');
  await client.query('rollback');
  client.release();
  await service.startFlow(ORGANISATION, 'all');
  expect(await eventually(count, (n) => n === 2)).toBe(2);
});
