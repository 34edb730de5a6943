/** Proves how topics are read: in batches, from where the caller says, through rebalances, and never reset behind anybody's back. */
import { setTimeout as sleep } from 'node:timers/promises';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import type { Bus, BusConsumer, BusProducer, ConsumerOptions, IncomingBatch, TopicPartition } from './bus.ts';
import { connectBus } from './connect.ts';

let bus: Bus;
let producer: BusProducer;

beforeAll(async () => {
  bus = connectBus({ ...(await testKafka()), clientId: 'consuming-test' });
  producer = bus.producer();
});

afterAll(() => bus.close());

async function newTopic(partitions = 1, config: Record<string, string> = {}, compacted = false): Promise<string> {
  const topic = uniqueName('consuming');
  await bus.admin().ensureTopic({ topic, partitions, config, compacted });
  return topic;
}

async function write(topic: string, values: string[], partition = 0): Promise<void> {
  await producer.send(
    topic,
    values.map((value) => ({ partition, key: value, value: Buffer.from(value) })),
  );
}

/** A consumer that notes everything it is told. */
function noting(topic: string, options: Partial<ConsumerOptions> = {}) {
  const seen: string[] = [];
  const errors: { error: unknown; at?: TopicPartition }[] = [];
  const assigned: string[] = [];
  const revoked: string[] = [];
  const consumer = bus.consumer({
    groupId: uniqueName('group'),
    topics: [topic],
    startOffset: async () => 'earliest',
    onBatch: async (batch) => {
      for (const { value } of batch.messages) seen.push(`${batch.partition}:${value}`);
    },
    onError: (error, at) => errors.push({ error, ...(at === undefined ? {} : { at }) }),
    onAssigned: (partitions) =>
      void assigned.push(
        partitions
          .map(({ partition }) => partition)
          .sort()
          .join(),
      ),
    onRevoked: (partitions) =>
      void revoked.push(
        partitions
          .map(({ partition }) => partition)
          .sort()
          .join(),
      ),
    ...options,
  });
  return { consumer, seen, errors, assigned, revoked };
}

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 40_000, interval: 10 });

test('reads from where the caller says, with keys, headers and times, and knows its lag', async () => {
  const topic = await newTopic(2);
  await producer.send(topic, [
    { partition: 0, key: null, value: Buffer.from('skipped') },
    {
      partition: 0,
      key: 'k',
      value: Buffer.from('read'),
      headers: { trace: 'a', raw: Buffer.from([1, 2]) },
      timestamp: 1_700_000_000_000,
    },
    { partition: 1, key: 'gone', value: null },
  ]);
  const batches: IncomingBatch[] = [];
  const { consumer } = noting(topic, {
    startOffset: async (_, partition) => (partition === 0 ? 1n : 'earliest'),
    onBatch: async (batch) => void batches.push(batch),
  });
  await consumer.start();
  await until(() => expect(batches).toHaveLength(2));
  const messages = batches.flatMap((batch) =>
    batch.messages.map((message) => ({ partition: batch.partition, ...message })),
  );
  expect(messages.sort((a, b) => a.partition - b.partition)).toEqual([
    {
      partition: 0,
      offset: 1n,
      key: Buffer.from('k'),
      value: Buffer.from('read'),
      timestamp: 1_700_000_000_000,
      headers: { trace: Buffer.from('a'), raw: Buffer.from([1, 2]) },
    },
    { partition: 1, offset: 0n, key: Buffer.from('gone'), value: null, timestamp: expect.any(Number), headers: {} },
  ]);
  await until(() =>
    expect(consumer.positions()).toEqual([
      {
        topic,
        partition: 0,
        position: 2n,
        highWatermark: 2n,
        lastStableOffset: 2n,
        lag: 0n,
        paused: false,
        stopped: false,
      },
      {
        topic,
        partition: 1,
        position: 1n,
        highWatermark: 1n,
        lastStableOffset: 1n,
        lag: 0n,
        paused: false,
        stopped: false,
      },
    ]),
  );
  await consumer.stop();
});

test('starts at the end with "latest", and passes the markers of transactions', async () => {
  const topic = await newTopic();
  await write(topic, ['old']);
  const { consumer, seen } = noting(topic, { startOffset: async () => 'latest' });
  await consumer.start();
  const transactional = bus.transactionalProducer({ transactionalId: uniqueName('markers') });
  await transactional.start();
  for (const [value, keep] of [
    ['new', true],
    ['aborted', false],
    ['newer', true],
  ] as const) {
    const transaction = await transactional.begin();
    await transaction.send(topic, [{ partition: 0, key: null, value: Buffer.from(value) }]);
    await (keep ? transaction.commit() : transaction.abort());
  }
  await until(() => expect(seen).toEqual(['0:new', '0:newer']));
  await until(() => expect(consumer.positions()[0]).toMatchObject({ position: 7n, lag: 0n }));
  await consumer.stop();
  await transactional.close();
});

test('an open transaction is lag for nobody and holds back what comes after it', async () => {
  const topic = await newTopic();
  const { consumer, seen } = noting(topic);
  await consumer.start();
  const transactional = bus.transactionalProducer({ transactionalId: uniqueName('open') });
  await transactional.start();
  const transaction = await transactional.begin();
  await transaction.send(topic, [{ partition: 0, key: null, value: Buffer.from('inside') }]);
  await write(topic, ['outside']);
  const held = { position: 0n, lag: 0n, highWatermark: 2n, lastStableOffset: 0n };
  await until(() => expect(consumer.positions()[0]).toMatchObject(held));
  await sleep(300);
  expect(seen).toEqual([]);
  expect(consumer.positions()[0]).toMatchObject(held);
  await transaction.commit();
  await until(() => expect(seen).toEqual(['0:inside', '0:outside']));
  await consumer.stop();
  await transactional.close();
});

test('awaiting in onBatch is the back-pressure: one batch at a time per partition, few read ahead', async () => {
  const topic = await newTopic(1);
  let running = 0;
  let most = 0;
  let release: () => void = () => undefined;
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  const { consumer, seen } = noting(topic, {
    maxPartitionBytes: 1000,
    readAhead: 2,
    onBatch: async (batch) => {
      running++;
      most = Math.max(most, running);
      await gate;
      running--;
      for (const { value } of batch.messages) seen.push(String(value).slice(0, 4));
    },
  });
  for (let index = 0; index < 10; index++) await write(topic, [`${1000 + index}${'x'.repeat(2000)}`]);
  await consumer.start();
  await until(() => expect(running).toBe(1));
  await sleep(300);
  expect(running).toBe(1);
  release();
  await until(() => expect(seen).toEqual(Array.from({ length: 10 }, (_, index) => String(1000 + index))));
  expect(most).toBe(1);
  await consumer.stop();
});

test('pause stops one partition and resume goes on without a gap; seek reads again', async () => {
  const topic = await newTopic(2);
  const { consumer, seen } = noting(topic);
  await consumer.start();
  consumer.pause(topic, [1]);
  await write(topic, ['a', 'b'], 0);
  await write(topic, ['c', 'd'], 1);
  await until(() => expect(seen).toEqual(['0:a', '0:b']));
  await sleep(300);
  expect(seen).toEqual(['0:a', '0:b']);
  consumer.resume(topic, [1]);
  await until(() => expect(seen).toEqual(['0:a', '0:b', '1:c', '1:d']));
  await consumer.seek(topic, 0, 1n);
  await until(() => expect(seen).toEqual(['0:a', '0:b', '1:c', '1:d', '0:b']));
  await consumer.seek(topic, 1, 'earliest');
  await until(() => expect(seen.slice(5)).toEqual(['1:c', '1:d']));
  await consumer.stop();
});

test('a position that retention has deleted is an error, never a silent reset', async () => {
  const topic = await newTopic(2);
  await write(topic, ['0', '1', '2', '3', '4'], 0);
  await write(topic, ['other'], 1);
  await bus.admin().deleteRecords(topic, [{ partition: 0, offset: 3n }]);
  const { consumer, seen, errors } = noting(topic, { startOffset: async () => 0n });
  await consumer.start();
  await until(() => expect(errors).toHaveLength(1));
  expect(errors[0]).toMatchObject({
    at: { topic, partition: 0 },
    error: { code: 'BUS_OFFSET_OUT_OF_RANGE', facts: { topic, partition: 0, offset: 0n } },
  });
  await until(() => expect(seen).toEqual(['1:other']));
  await write(topic, ['5'], 0);
  await sleep(300);
  expect(seen).toEqual(['1:other']);
  expect(consumer.positions()[0]).toMatchObject({ partition: 0, position: 0n, stopped: true });
  // Whoever decides so may go on.
  await consumer.seek(topic, 0, 'earliest');
  await until(() => expect(seen).toEqual(['1:other', '0:3', '0:4', '0:5']));
  expect(errors).toHaveLength(1);
  await consumer.stop();
});

test('a position beyond the end is an error too: the topic was made anew', async () => {
  const topic = await newTopic();
  await write(topic, ['a']);
  const { consumer, errors } = noting(topic, { startOffset: async () => 1000n });
  await consumer.start();
  await until(() => expect(errors[0]).toMatchObject({ error: { code: 'BUS_OFFSET_OUT_OF_RANGE' } }));
  await consumer.stop();
  await expect(bus.readFrom(topic, 0, 1000n, { until: 1001n })[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    code: 'BUS_OFFSET_OUT_OF_RANGE',
  });
});

test('while it reads, deleted records ahead of it stop the partition as well', async () => {
  const topic = await newTopic();
  const { consumer, seen, errors } = noting(topic);
  await consumer.start();
  await write(topic, ['a']);
  await until(() => expect(seen).toEqual(['0:a']));
  consumer.pause(topic);
  // A fetch that is still under way would bring what is written next.
  await until(() => expect(Date.now() - (consumer.health().lastFetchAt ?? 0)).toBeGreaterThan(1_000));
  await write(topic, ['b', 'c', 'd']);
  await bus.admin().deleteRecords(topic, [{ partition: 0, offset: 4n }]);
  consumer.resume(topic);
  await until(() => expect(errors).toHaveLength(1));
  expect(errors[0]).toMatchObject({ error: { code: 'BUS_OFFSET_OUT_OF_RANGE', facts: { offset: 1n } } });
  expect(seen).toEqual(['0:a']);
  await consumer.stop();
});

test('a rejected onBatch stops its partition where it is, and only that one', async () => {
  const topic = await newTopic(2);
  let broken = true;
  const { consumer, seen, errors } = noting(topic, {
    onBatch: async (batch) => {
      if (batch.partition === 0 && broken) throw new Error('the sink is down');
      for (const { value } of batch.messages) seen.push(`${batch.partition}:${value}`);
    },
  });
  await write(topic, ['a', 'b'], 0);
  await write(topic, ['c'], 1);
  await consumer.start();
  await until(() => expect(errors).toHaveLength(1));
  await until(() => expect(seen).toEqual(['1:c']));
  expect(errors[0]).toMatchObject({ at: { partition: 0 }, error: { message: 'the sink is down' } });
  broken = false;
  const stopped = consumer.positions()[0]!;
  expect(stopped).toMatchObject({ stopped: true, position: 0n });
  await consumer.seek(topic, 0, stopped.position);
  await until(() => expect(seen).toEqual(['1:c', '0:a', '0:b']));
  await consumer.stop();
});

test('a second member takes its share, and gives it back, without a gap or a doubled batch', async () => {
  const topic = await newTopic(4);
  const groupId = uniqueName('group');
  const positions = new Map<number, bigint>();
  const seen: string[] = [];
  const member = (): Partial<ConsumerOptions> => ({
    groupId,
    sessionTimeoutMs: 6000,
    startOffset: async (_, partition) => positions.get(partition) ?? 'earliest',
    onBatch: async (batch) => {
      await sleep(5);
      for (const { value } of batch.messages) seen.push(String(value));
      positions.set(batch.partition, batch.nextOffset);
    },
  });
  const first = noting(topic, member());
  const second = noting(topic, member());
  await first.consumer.start();
  expect(first.assigned).toEqual(['0,1,2,3']);
  let writing = true;
  let written = 0;
  const writer = (async () => {
    while (writing) {
      await producer.send(
        topic,
        [0, 1, 2, 3].map((partition) => ({ partition, key: null, value: Buffer.from(`${written}/${partition}`) })),
      );
      written++;
      await sleep(5);
    }
  })();
  await second.consumer.start();
  await until(() => expect(first.assigned).toHaveLength(2));
  expect(first.revoked).toEqual(['0,1,2,3']);
  expect([...first.assigned[1]!.split(','), ...second.assigned[0]!.split(',')].sort()).toEqual(['0', '1', '2', '3']);
  await sleep(500);
  await second.consumer.stop();
  await until(() => expect(first.assigned.at(-1)).toBe('0,1,2,3'));
  writing = false;
  await writer;
  await until(() => expect(seen).toHaveLength(written * 4));
  expect(new Set(seen).size).toBe(written * 4);
  for (let partition = 0; partition < 4; partition++) {
    const order = seen.filter((value) => value.endsWith(`/${partition}`));
    expect(order).toEqual(Array.from({ length: written }, (_, index) => `${index}/${partition}`));
  }
  await first.consumer.stop();
});

test('a batch that takes longer than the session keeps its place in the group', async () => {
  const topic = await newTopic(1);
  const { consumer, assigned, revoked, seen } = noting(topic, {
    sessionTimeoutMs: 6000,
    onBatch: async (batch) => {
      await sleep(8000);
      for (const { value } of batch.messages) seen.push(String(value));
    },
  });
  await write(topic, ['slow']);
  await consumer.start();
  await vi.waitFor(() => expect(seen).toEqual(['slow']), { timeout: 40_000 });
  expect(assigned).toEqual(['0']);
  expect(revoked).toEqual([]);
  await consumer.stop();
});

test('a message reaches an idle consumer at once, not when its long poll ends', async () => {
  const topic = await newTopic(4);
  // Longer than is waited for a message.
  const { consumer, seen } = noting(topic, { maxWaitMs: 100_000 });
  await consumer.start();
  for (let index = 0; index < 60; index++) {
    await write(topic, [String(index)], index % 4);
    await until(() => expect(seen.at(-1)).toBe(`${index % 4}:${index}`));
  }
  // Its end waits for the poll that is under way.
  const stopped = consumer.stop();
  await write(topic, ['last'], 0);
  await stopped;
});

test('a consumer of a topic that does not exist does not start', async () => {
  const { consumer } = noting(uniqueName('missing'));
  await expect(consumer.start()).rejects.toMatchObject({ code: 'BUS_TOPIC_MISSING' });
  await (consumer as BusConsumer).stop();
});

test('a caller that cannot say where to read is asked again after a rebalance, and refuses a start', async () => {
  const topic = await newTopic(2);
  const groupId = uniqueName('group');
  let down = false;
  let refusals = 0;
  const startOffset = async () => {
    if (!down) return 'earliest' as const;
    refusals++;
    throw new Error('the store of offsets is down');
  };
  const first = noting(topic, { groupId, sessionTimeoutMs: 6000, startOffset });
  const second = noting(topic, { groupId, sessionTimeoutMs: 6000 });
  await first.consumer.start();
  down = true;
  await second.consumer.start();
  await until(() => expect(refusals).toBeGreaterThan(1));
  expect(first.consumer.health().lastError).toContain('the store of offsets is down');
  const third = noting(topic, { startOffset });
  await expect(third.consumer.start()).rejects.toThrow('the store of offsets is down');
  await third.consumer.stop();
  down = false;
  await until(() => expect(first.assigned.length).toBeGreaterThan(1));
  await write(topic, ['a'], 0);
  await write(topic, ['b'], 1);
  await until(() => expect([...first.seen, ...second.seen].sort()).toEqual(['0:a', '1:b']));
  expect(first.errors).toEqual([]);
  await first.consumer.stop();
  await second.consumer.stop();
});
