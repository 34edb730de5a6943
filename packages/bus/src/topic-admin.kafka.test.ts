/** Proves how topics are made, described and deleted, and that an existing one is never changed in place. */
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Bus, BusProducer } from './bus.ts';
import { connectBus } from './connect.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

let bus: Bus;
let producer: BusProducer;

beforeAll(async () => {
  bus = connectBus({ ...(await testKafka()), clientId: 'admin-test' });
  producer = bus.producer();
});

afterAll(() => bus.close());

async function write(topic: string, values: string[], partition = 0): Promise<void> {
  await producer.send(
    topic,
    values.map((value) => ({ partition, key: value, value: Buffer.from(value) })),
  );
}

test('topics: made once, not changed in place, described, deleted', async () => {
  const admin = bus.admin();
  const topic = uniqueName('admin');
  const definition = { topic, partitions: 3, config: { 'retention.ms': '60000' } };
  expect(await admin.ensureTopic(definition)).toBe(true);
  expect(await admin.ensureTopic(definition)).toBe(false);
  await expect(admin.ensureTopic({ ...definition, partitions: 4 })).rejects.toMatchObject({
    code: 'BUS_TOPIC_DIFFERENT',
    facts: { found: 3, asked: 4 },
  });
  expect(await admin.describe(topic)).toMatchObject({ partitions: 3, config: { 'retention.ms': '60000' } });
  expect(await admin.partitionCount(topic)).toBe(3);
  expect(await admin.listTopics()).toContain(topic);
  await write(topic, ['a'], 2);
  expect(await admin.topicOffsets(topic)).toEqual([
    { partition: 0, low: 0n, high: 0n },
    { partition: 1, low: 0n, high: 0n },
    { partition: 2, low: 0n, high: 1n },
  ]);
  expect(await admin.deleteTopic(topic)).toBe(true);
  expect(await admin.deleteTopic(topic)).toBe(false);
  await expect(admin.topicOffsets(topic)).rejects.toMatchObject({ code: 'BUS_TOPIC_MISSING' });
  await expect(admin.ensureTopic({ topic: 'no/slash', partitions: 1 })).rejects.toMatchObject({
    code: 'BUS_TOPIC_INVALID',
  });
  await expect(admin.ensureTopic({ ...definition, config: { 'no.such.setting': '1' } })).rejects.toMatchObject({
    code: 'BUS_TOPIC_INVALID',
  });
  expect((await admin.describeCluster()).brokers).toHaveLength(1);
});
