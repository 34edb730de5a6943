/** Proves reading without a group: given partitions, one partition as a loop, and the newest value per key. */
import { setTimeout as sleep } from 'node:timers/promises';
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
  bus = connectBus({ ...(await testKafka()), clientId: 'reading-test' });
  producer = bus.producer();
});

afterAll(() => bus.close());

async function newTopic(partitions = 1, config: Record<string, string> = {}, compacted = false): Promise<string> {
  const topic = uniqueName('reading');
  await bus.admin().ensureTopic({ topic, partitions, config, compacted });
  return topic;
}

async function write(topic: string, values: string[], partition = 0): Promise<void> {
  await producer.send(
    topic,
    values.map((value) => ({ partition, key: value, value: Buffer.from(value) })),
  );
}

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 40_000, interval: 10 });

test('a compacted topic gives the newest committed value per key', async () => {
  const topic = await newTopic(2, {}, true);
  expect((await bus.admin().describe(topic)).config['cleanup.policy']).toBe('compact');
  const value = (text: string) => Buffer.from(text);
  await producer.send(topic, [
    { partition: 0, key: 'a', value: value('old') },
    { partition: 0, key: 'b', value: value('deleted') },
    { partition: 1, key: 'c', value: value('kept') },
    { partition: 0, key: 'a', value: value('new') },
    { partition: 0, key: 'b', value: null },
  ]);
  const transactional = bus.transactionalProducer({ transactionalId: uniqueName('compacted') });
  await transactional.start();
  const transaction = await transactional.begin();
  await transaction.send(topic, [{ partition: 0, key: 'a', value: value('aborted') }]);
  await transaction.abort();
  // The quickest of three: it waits for nothing, but others may have the cores for a while.
  const times: number[] = [];
  for (let attempt = 0; attempt < 3; attempt++) {
    const started = performance.now();
    expect(await bus.readCompacted(topic)).toEqual(
      new Map([
        ['a', value('new')],
        ['c', value('kept')],
      ]),
    );
    times.push(performance.now() - started);
  }
  expect(Math.min(...times)).toBeLessThan(3000);
  await transactional.close();
});

test('a committed value is found behind an open transaction of another producer, and an aborted one is not', async () => {
  const topic = await newTopic(1, {}, true);
  const value = (text: string) => Buffer.from(text);
  const [own, other] = [1, 2].map((n) => bus.transactionalProducer({ transactionalId: uniqueName(`position${n}`) }));
  await own!.start();
  await other!.start();
  const first = await own!.begin();
  await first.send(topic, [{ partition: 0, key: 'own', value: value('1') }]);
  await first.commit();
  const open = await other!.begin();
  await open.send(topic, [{ partition: 0, key: 'other', value: value('open') }]);
  const second = await own!.begin();
  await second.send(topic, [{ partition: 0, key: 'own', value: value('2') }]);
  await second.commit();
  const third = await own!.begin();
  await third.send(topic, [{ partition: 0, key: 'own', value: value('aborted') }]);
  await third.abort();
  await producer.send(topic, [{ partition: 0, key: 'plain', value: value('seen') }]);
  // As after a crash: the new owner waits for its own markers, and for nobody else's.
  await own!.start();
  expect(await bus.readCompacted(topic)).toEqual(
    new Map([
      ['own', value('2')],
      ['plain', value('seen')],
    ]),
  );
  const committedOnly: string[] = [];
  for await (const batch of bus.readFrom(topic, 0, 'earliest'))
    committedOnly.push(...batch.messages.map((message) => String(message.value)));
  expect(committedOnly).toEqual(['1']);
  await open.commit();
  await other!.start();
  expect((await bus.readCompacted(topic)).get('other')).toEqual(value('open'));
  await own!.close();
  await other!.close();
});

test('a reader without a group reads the partitions it is given', async () => {
  const topic = await newTopic(3);
  for (let partition = 0; partition < 3; partition++) await write(topic, ['a', 'b'], partition);
  const seen: string[] = [];
  const reader = bus.reader({
    partitions: [
      { topic, partition: 0, offset: 1n },
      { topic, partition: 2, offset: 'earliest' },
    ],
    onBatch: async (batch) => {
      for (const { value } of batch.messages) seen.push(`${batch.partition}:${value}`);
    },
    onError: (error) => {
      throw error;
    },
  });
  await reader.start();
  await until(() => expect(seen.sort()).toEqual(['0:b', '2:a', '2:b']));
  await write(topic, ['c'], 2);
  await until(() => expect(seen).toContain('2:c'));
  await reader.stop();
});

test('readFrom ends where the caller says, follows when asked, and stops on a signal', async () => {
  const topic = await newTopic();
  await write(topic, ['a', 'b', 'c']);
  const first: string[] = [];
  for await (const batch of bus.readFrom(topic, 0, 'earliest', { until: 2n })) {
    for (const { value } of batch.messages) first.push(String(value));
  }
  expect(first).toEqual(['a', 'b']);
  const controller = new AbortController();
  const followed: string[] = [];
  const following = (async () => {
    for await (const batch of bus.readFrom(topic, 0, 2n, { until: 'follow', signal: controller.signal })) {
      for (const { value } of batch.messages) followed.push(String(value));
      if (followed.length === 2) controller.abort();
    }
  })();
  await sleep(100);
  await write(topic, ['d']);
  await following;
  expect(followed).toEqual(['c', 'd']);
});
