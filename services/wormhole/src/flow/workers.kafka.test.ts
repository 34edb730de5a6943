/** Two workers share the partitions, take each other's over, and do what either was asked; a lost position stops the flow. */
import { randomUUID } from 'node:crypto';
import { eventually } from '@rtdp/testing/eventually';
import { expect, test, vi } from 'vitest';
import { flowFixture, ORGANISATION } from '../testing/flow-fixture.ts';
import { SourceWriter } from '../testing/source-writer.ts';
import { ordersOf } from '../testing/tables.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('partitions move to a worker that joins and back when it leaves, and every row is there once', async () => {
  await using fixture = await flowFixture();
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  let key = 0;
  let isSending = true;
  const sending = (async () => {
    while (isSending) {
      await source.rows(orders, [{ op: 'i', values: [String(++key), 'row', '1.00'] }], key % source.partitions);
    }
  })();
  const lanes = (from: typeof service) =>
    from.runningFlows().flatMap(({ run }) => run?.partitions.map(({ partition }) => partition) ?? []);
  expect(
    await eventually(
      () => lanes(service).length,
      (n) => n === 2,
    ),
  ).toBe(2);

  const second = await fixture.addWorker();
  const shared = await eventually(
    () => [lanes(service), lanes(second.service)],
    ([first, other]) => first?.length === 1 && other?.length === 1,
    30_000,
  );
  expect(shared.flat().sort()).toEqual([0, 1]);
  const held = await eventually(
    () => second.service.runningFlows()[0]?.run?.tables[0]?.notices.own.size,
    (size) => size === 1,
  );
  expect(held).toBe(1);
  await second.stop();
  expect(
    await eventually(
      () => lanes(service).length,
      (n) => n === 2,
      30_000,
    ),
  ).toBe(2);
  isSending = false;
  await sending;
  const count = async () => (await sink.query('select count(*)::int as n from public.orders')).rows[0]?.n;
  expect(await eventually(count, (n) => n === key)).toBe(key);
  expect(key).toBeGreaterThan(50);
});

test('a flow paused through one worker is paused in the other', async () => {
  await using fixture = await flowFixture();
  await fixture.service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  const second = await fixture.addWorker();
  const running = () => second.service.runningFlows().length;
  expect(await eventually(running, (n) => n === 1)).toBe(1);
  await fixture.service.pauseFlow(ORGANISATION, 'all');
  expect(await eventually(running, (n) => n === 0)).toBe(0);
  await second.service.startFlow(ORGANISATION, 'all');
  expect(
    await eventually(
      () => fixture.service.runningFlows().length,
      (n) => n === 1,
    ),
  ).toBe(1);
});

test('a table paused through one worker is paused in the other, holds every row, and goes on in both when either resumes it', async () => {
  await using fixture = await flowFixture();
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  let key = 0;
  const sendEach = async () => {
    for (let partition = 0; partition < source.partitions; partition++) {
      await source.rows(orders, [{ op: 'i', values: [String(++key), 'row', '1.00'] }], partition);
    }
  };
  await sendEach();
  const count = async () =>
    (await sink.query('select count(*)::int as n from public.orders').catch(() => ({ rows: [{ n: 0 }] }))).rows[0]?.n;
  expect(await eventually(count, (n) => n === 2)).toBe(2);
  const second = await fixture.addWorker();
  const states = () =>
    [service, second.service].map((each) =>
      each.runningFlows().flatMap(({ run }) => run?.partitions.flatMap(({ lanes }) => [...lanes].map((l) => l.state))),
    );
  const shared = await eventually(states, (now) => now.every((lanes) => lanes.length === 1 && lanes[0] === 'running'));
  expect(shared).toEqual([['running'], ['running']]);

  const name = { schema: 'public', table: 'orders' };
  await service.commandTable(ORGANISATION, 'all', name, 'pause', 'somebody');
  const paused = await eventually(states, (now) => now.every((lanes) => lanes[0] === 'paused'));
  expect(paused).toEqual([['paused'], ['paused']]);
  expect(second.service.runningFlows()[0]?.run?.tables[0]?.paused?.message).toBe('paused by somebody');
  await sendEach();
  await second.service.commandTable(ORGANISATION, 'all', name, 'resume', 'somebody');
  expect(await eventually(states, (now) => now.every((lanes) => lanes[0] === 'running'))).toEqual([
    ['running'],
    ['running'],
  ]);
  expect(await eventually(count, (n) => n === 4)).toBe(4);
});

test('a flow that was there before its topic has all of it, and asks for no pull that the source makes anyway', async () => {
  const asked: { namespace: string; since: Date | undefined }[] = [];
  const later = `later${randomUUID().slice(0, 8)}`;
  await using fixture = await flowFixture({
    pulls: {
      capturedTables: async () => [{ namespace: `postgresql.${later}.public.orders.1.0.0` }],
      requestPull: async (namespace, since) => `pull ${asked.push({ namespace, since })}`,
      failureOf: async () => null,
    },
  });
  const { sink } = fixture;
  const { service } = fixture;
  const flow = fixture.flow({
    name: 'early',
    from: 'pull',
    autoStart: false,
    source: { namespace: `postgresql.${later}.public.*` },
  });
  const stored = await service.deploy(flow, { organisationId: ORGANISATION, origin: 'rest' });
  const waiting = fixture.flow(
    { name: 'waiting', from: 'pull', source: { namespace: `postgresql.${later}.public.*` } },
    { schema: 'waiting' },
  );
  await service.deploy(waiting, { organisationId: ORGANISATION, origin: 'rest' });
  const late = fixture.flow(
    { name: 'late', from: 'pull', autoStart: false, source: { namespace: `postgresql.${later}.public.*` } },
    { schema: 'late' },
  );
  await service.deploy(late, { organisationId: ORGANISATION, origin: 'rest' });
  const state = async () => service.stateOf(await service.get(ORGANISATION, 'waiting'));
  expect((await eventually(state, ({ reason }) => reason !== null)).reason).toMatchObject({
    code: 'BUS_TOPIC_MISSING',
    next: expect.stringMatching(/correct source\.namespace;/),
  });
  const source = await SourceWriter.create(fixture.bus, `postgresql.${later}`, 2);
  await source.rows(ordersOf(later), [{ op: 'i', values: ['1', 'before the start', '1.00'] }], 0);
  await source.rows(ordersOf(later), [{ op: 'i', values: ['2', 'before the start', '1.00'] }], 1);
  await service.startFlow(ORGANISATION, 'early');
  const count = (schema: string) => async () =>
    (await sink.query(`select count(*)::int as n from ${schema}.orders`).catch(() => ({ rows: [{ n: 0 }] }))).rows[0]
      ?.n;
  expect(await eventually(count('public'), (n) => n === 2)).toBe(2);
  expect(await eventually(count('waiting'), (n) => n === 2)).toBe(2);
  expect(
    await eventually(
      () => asked.length,
      (n) => n === 2,
    ),
  ).toBe(2);
  expect(asked.map(({ since }) => since)).toContainEqual(stored.createdAt);

  // Once retention has deleted from the topic, a pull of before may be gone from it: another is asked for.
  await fixture.bus.admin().deleteRecords(source.topic, [{ partition: 0, offset: 1n }]);
  await service.startFlow(ORGANISATION, 'late');
  await eventually(
    () => asked.length,
    (n) => n === 3,
  );
  expect(asked[2]).toMatchObject({ since: undefined });
  await service.stopFlow(ORGANISATION, 'late');
  await service.stopFlow(ORGANISATION, 'early');
  await service.stopFlow(ORGANISATION, 'waiting');
  await fixture.bus.admin().deleteTopic(source.topic);
});

test('a position that retention has deleted stops the flow with the reason; restarted, it begins anew', async () => {
  const pulled: string[] = [];
  await using fixture = await flowFixture({
    partitions: 1,
    pulls: {
      capturedTables: async () => [{ namespace: `postgresql.${fixture.instance}.public.orders.1.0.0` }],
      requestPull: async (namespace) => `pull ${pulled.push(namespace)}`,
      failureOf: async () => null,
    },
  });
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  await source.rows(orders, [{ op: 'i', values: ['1', 'row', '1.00'] }]);
  const ids = async () =>
    (await sink.query('select id from public.orders order by id').catch(() => ({ rows: [] }))).rows.map(({ id }) => id);
  await eventually(ids, (all) => all.length === 1);
  await service.stopFlow(ORGANISATION, 'all');
  await source.rows(orders, [{ op: 'i', values: ['2', 'lost', '1.00'] }]);
  await source.rows(orders, [{ op: 'i', values: ['3', 'still there', '1.00'] }]);
  const high = (await fixture.bus.admin().topicOffsets(source.topic))[0]?.high ?? 0n;
  await fixture.bus.admin().deleteRecords(source.topic, [{ partition: 0, offset: high - 1n }]);
  await service.startFlow(ORGANISATION, 'all');
  const state = async () => service.stateOf(await service.get(ORGANISATION, 'all'));
  const failed = await eventually(state, ({ state: now }) => now === 'failed');
  expect(failed).toMatchObject({ state: 'failed', reason: { code: 'WORMHOLE_POSITION_LOST' } });
  expect(await ids()).toEqual(['1']);

  await service.restart(ORGANISATION, 'all', undefined);
  expect(
    await eventually(
      () => pulled.length,
      (n) => n === 1,
    ),
  ).toBe(1);
  await source.rows(orders, [{ op: 'i', values: ['4', 'after', '1.00'] }]);
  expect(await eventually(ids, (all) => all.includes('4'))).toEqual(['1', '4']);
  await service.restart(ORGANISATION, 'all', 'earliest');
  expect(await eventually(ids, (all) => all.includes('3'))).toEqual(['1', '3', '4']);
});
