/** What Wormhole tells on the feedback topic: counts and latencies of each batch, and notices whose watermark heartbeats move on. */
import { eventually } from '@rtdp/testing/eventually';
import { readMessage } from '@rtdp/ums/message';
import { expect, test, vi } from 'vitest';
import { type FlowFixture, flowFixture, ORGANISATION } from '../testing/flow-fixture.ts';
import { ordersOf } from '../testing/tables.ts';
import { followMessage } from './follow-message.ts';
import { BATCH_KIND, FEEDBACK_TOPIC, NOTICE_KIND } from './records.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

type Told = Record<string, unknown>;

/** Everything told of the sink tables of one database, in order. */
async function told(fixture: FlowFixture, database: string): Promise<Told[]> {
  const records: Told[] = [];
  const topics = await fixture.bus.admin().listTopics();
  if (!topics.includes(FEEDBACK_TOPIC)) return records;
  for (let partition = 0; partition < (await fixture.bus.admin().partitionCount(FEEDBACK_TOPIC)); partition++) {
    for await (const batch of fixture.bus.readFrom(FEEDBACK_TOPIC, partition, 'earliest')) {
      for (const { value, key } of batch.messages) {
        if (value === null || !String(key).includes(`.${database}.`)) continue;
        const { kind, namespace, fields, rows } = readMessage(value);
        records.push({ kind, namespace, ...Object.fromEntries(fields.map(({ name }, at) => [name, rows[0]?.[at]])) });
      }
    }
  }
  return records;
}

test('batches are counted and timed, and the watermark follows heartbeats when nothing happens', async () => {
  await using fixture = await flowFixture();
  const { source, instance, service, sink } = fixture;
  const orders = ordersOf(instance);
  await service.deploy(fixture.flow({ name: 'all' }), { organisationId: ORGANISATION, origin: 'rest' });
  const ids = await source.rows(orders, [
    { op: 'i', values: ['1', 'a', '1.00'] },
    { op: 'i', values: ['2', 'b', '1.00'] },
  ]);
  await source.rows(orders, [{ op: 'u', values: ['1', 'old', '1.00'], id: ids[0]! }]);
  await source.heartbeat();

  const all = await eventually(
    () => told(fixture, sink.name),
    (records) =>
      records.some(({ kind, watermark }) => kind === NOTICE_KIND && watermark !== null) &&
      records.filter(({ kind }) => kind === BATCH_KIND).length >= 1,
  );
  const batches = all.filter(({ kind }) => kind === BATCH_KIND);
  const sum = (name: string) => batches.reduce((total, batch) => total + Number(batch[name]), 0);
  expect({
    in: sum('rows_in'),
    applied: sum('rows_applied'),
    stale: sum('rows_stale'),
    dead: sum('rows_dead'),
  }).toEqual({ in: 3, applied: 2, stale: 1, dead: 0 });
  expect(batches[0]).toMatchObject({
    flow: 'all',
    least_id: String(ids[0]),
    namespace: `postgresql.${sink.name}.public.orders.*.0.0`,
  });
  for (const part of ['source_ms', 'kafka_ms', 'transform_ms', 'sink_ms', 'total_ms'])
    expect(batches[0]?.[part]).toBeGreaterThanOrEqual(0);
  expect(Number(batches[0]?.consumed_at)).toBeLessThanOrEqual(Number(batches[0]?.computed_at));
  expect(Number(batches[0]?.computed_at)).toBeLessThanOrEqual(Number(batches[0]?.stored_at));

  // A message is followed to the batch that took it, by those whose flow it is.
  const place = {
    organisationId: ORGANISATION,
    topic: String(batches[0]?.topic),
    partition: Number(batches[0]?.partition),
    offset: BigInt(String(batches[0]?.first_offset)),
    timestamp: Number(batches[0]?.consumed_at),
  };
  expect(await followMessage(fixture.bus, place, Date.now)).toMatchObject({
    batches: [{ flow: 'all', sinkNamespace: batches[0]?.namespace, commitNumber: batches[0]?.commit_number }],
    isComplete: true,
  });
  const stranger = { ...place, organisationId: '00000000-0000-4000-8000-0000000000ff' };
  expect((await followMessage(fixture.bus, stranger, Date.now)).batches).toEqual([]);

  const notices = (records: Told[]) => records.filter(({ kind }) => kind === NOTICE_KIND);
  const numbers = notices(all).map(({ commit_number }) => Number(commit_number));
  expect(numbers).toEqual([...numbers].sort((a, b) => a - b));
  const before = notices(all).at(-1)!;
  await new Promise((resolve) => setTimeout(resolve, 5));
  await source.heartbeat();
  const after = await eventually(
    async () => notices(await told(fixture, sink.name)).at(-1)!,
    (notice) => String(notice.watermark) > String(before.watermark),
  );
  expect(after).toMatchObject({ changed: false, loading: false, commit_number: before.commit_number });
  expect(String(after.watermark) > String(before.watermark)).toBe(true);

  const newest = (loading: boolean) =>
    eventually(
      async () => notices(await told(fixture, sink.name)).at(-1)!,
      (notice) => notice.loading === loading,
    );
  await source.pull('start', orders, 'p1', source.nextId());
  expect(await newest(true)).toMatchObject({ watermark: null });
  // Nothing more comes of it: the table is as complete as its stream again.
  await source.pull('cancel', orders, 'p1', source.nextId());
  await newest(false);
  await source.heartbeat();
  await eventually(
    async () => notices(await told(fixture, sink.name)).at(-1)!,
    (notice) => notice.watermark !== null && notice.loading === false,
  );
});
