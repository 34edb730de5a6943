/** Proves that a broker that is killed, or hangs, and comes back costs time but nothing else. */
import { setTimeout as sleep } from 'node:timers/promises';
import { uniqueName } from '@rtdp/testing/names';
import { type OwnKafka, ownKafka } from '@rtdp/testing/own-kafka';
import { isRtdpError } from '@rtdp/ums/error';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Bus, BusTransaction } from './bus.ts';
import { connectBus } from './connect.ts';

let kafka: OwnKafka;
let bus: Bus;

beforeAll(async () => {
  kafka = await ownKafka();
  bus = connectBus({ brokers: kafka.brokers, clientId: 'failure-test', requestTimeoutMs: 5000 });
});

afterAll(async () => {
  await bus.close();
  await kafka[Symbol.asyncDispose]();
});

async function newTopic(): Promise<string> {
  const topic = uniqueName('failure');
  await bus.admin().ensureTopic({ topic, partitions: 2 });
  return topic;
}

async function committed(topic: string): Promise<string[]> {
  const found: string[] = [];
  for (const partition of [0, 1]) {
    for await (const batch of bus.readFrom(topic, partition, 'earliest')) {
      for (const { value } of batch.messages) found.push(String(value));
    }
  }
  return found;
}

/**
 * Writes 0, 1, 2, … in transactions with the position beside them, as a service does: whatever fails, it starts again and
 * goes on after the position that it finds in Kafka. Resolves, once told to stop, with how many it has written.
 */
async function writeExactlyOnce(topic: string, positions: string, signal: AbortSignal): Promise<number> {
  const producer = bus.transactionalProducer({ transactionalId: uniqueName('exact'), transactionTimeoutMs: 60_000 });
  let next: number | undefined;
  while (!signal.aborted) {
    let transaction: BusTransaction | undefined;
    try {
      if (next === undefined) {
        await producer.start();
        next = Number((await bus.readCompacted(positions)).get('next') ?? 0);
      }
      transaction = await producer.begin();
      const value = Buffer.from(String(next));
      await transaction.sendMany([
        { topic, messages: [{ partition: next % 2, key: null, value }] },
        { topic: positions, messages: [{ partition: 0, key: 'next', value: Buffer.from(String(next + 1)) }] },
      ]);
      await transaction.commit();
      next++;
    } catch (error) {
      if (!isRtdpError(error)) throw error;
      await transaction?.abort().catch(() => undefined);
      next = undefined;
      await sleep(100);
    }
  }
  // Waits until the markers of the last commit are written.
  await producer.start();
  await producer.close();
  return Number((await bus.readCompacted(positions)).get('next'));
}

test('a broker killed under load and started again: every message once, in order, for producer and consumer', async () => {
  const topic = await newTopic();
  const positions = uniqueName('positions');
  await bus.admin().ensureTopic({ topic: positions, partitions: 1, compacted: true });
  const seen: number[][] = [[], []];
  const errors: unknown[] = [];
  const offsets = new Map<number, bigint>();
  const consumer = bus.consumer({
    groupId: uniqueName('group'),
    topics: [topic],
    startOffset: async (_, partition) => offsets.get(partition) ?? 'earliest',
    onBatch: async (batch) => {
      for (const { value } of batch.messages) seen[batch.partition]!.push(Number(String(value)));
      offsets.set(batch.partition, batch.nextOffset);
    },
    onError: (error) => errors.push(error),
  });
  await consumer.start();
  const stop = new AbortController();
  const writing = writeExactlyOnce(topic, positions, stop.signal);
  const more = async () => {
    const before = seen.flat().length;
    await vi.waitFor(() => expect(seen.flat().length).toBeGreaterThan(before + 50), { timeout: 60_000 });
  };
  try {
    await more();
    await kafka.kill();
    expect(consumer.positions()).toHaveLength(2);
    await sleep(1000);
    await kafka.restart();
    await more();
    stop.abort();
    const written = await writing;
    const all = Array.from({ length: written }, (_, index) => index);
    await vi.waitFor(() => expect(seen.flat().length).toBe(written), { timeout: 30_000 });
    expect(seen).toEqual([all.filter((n) => n % 2 === 0), all.filter((n) => n % 2 === 1)]);
    expect(errors).toEqual([]);
    // Commits are durable before their markers are written.
    const numbers = async () => (await committed(topic)).map(Number).sort((a, b) => a - b);
    await expect.poll(numbers, { timeout: 30_000 }).toEqual(all);
    expect(consumer.health()).toMatchObject({ connected: true });
  } finally {
    stop.abort();
    await consumer.stop();
  }
}, 180_000);

test('a commit that a dead broker never answers is unknown, and the next start finds the truth', async () => {
  const topic = await newTopic();
  const producer = bus.transactionalProducer({ transactionalId: uniqueName('unknown'), transactionTimeoutMs: 8000 });
  await producer.start();
  const transaction = await producer.begin();
  await transaction.send(topic, [{ partition: 0, key: null, value: Buffer.from('maybe') }]);
  await kafka.freeze();
  const commit = transaction.commit();
  const outcome = expect(commit).rejects.toMatchObject({ code: 'BUS_COMMIT_UNKNOWN' });
  await outcome;
  await expect(producer.begin()).rejects.toMatchObject({ code: 'BUS_COMMIT_UNKNOWN' });
  kafka.thaw();
  await producer.start();
  const found = await committed(topic);
  expect([['maybe'], []]).toContainEqual(found);
  const next = await producer.begin();
  await next.send(topic, [{ partition: 0, key: null, value: Buffer.from('after') }]);
  await next.commit();
  await expect.poll(() => committed(topic), { timeout: 30_000 }).toEqual([...found, 'after']);
  await producer.close();
}, 120_000);

test('no broker at all is said within seconds', async () => {
  const nobody = connectBus({ brokers: ['127.0.0.1:1'], clientId: 'nobody' });
  const producer = nobody.transactionalProducer({ transactionalId: 'nobody' });
  await expect(producer.start()).rejects.toMatchObject({
    code: 'BUS_UNREACHABLE',
    facts: { transactionalId: 'nobody' },
  });
  await nobody.close();
}, 60_000);
