/** Shows that the shared reader of a stream is not lost to its flows when its group cannot be joined. */
import { connectBus } from '@rtdp/bus/connect';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { pino } from 'pino';
import { expect, test } from 'vitest';
import { type StreamMember, TopicReader } from './topic-reader.ts';

test('a flow whose topic is gone takes the others of its stream along for moments only', async () => {
  const { brokers } = await testKafka();
  const bus = connectBus({ brokers, clientId: uniqueName('reader') });
  const [there, gone] = [uniqueName('there'), uniqueName('gone')];
  await bus.admin().ensureTopic({ topic: there, partitions: 1 });
  const reader = new TopicReader({
    bus,
    groupId: uniqueName('reader'),
    logger: pino({ level: 'silent' }),
    now: Date.now,
  });
  const troubles: unknown[] = [];
  const flowOf = (topic: string): StreamMember => ({
    topic,
    expectedStart: async () => 0n,
    assigned: async () => undefined,
    revoked: async () => undefined,
    feedOf: () => undefined,
    readerTrouble: (error) => troubles.push(error),
  });
  const isReadUpTo = async (topic: string, count: number) => {
    await bus.producer().send(topic, [{ partition: 0, key: null, value: Buffer.from('x') }]);
    await expect.poll(() => reader.position(topic, 0), { timeout: 60_000 }).toBe(BigInt(count));
  };
  try {
    await reader.add(flowOf(there));
    await isReadUpTo(there, 1);
    const late = flowOf(gone);
    await expect(reader.add(late)).rejects.toMatchObject({ code: 'BUS_TOPIC_MISSING' });
    expect(troubles).toHaveLength(1);
    await isReadUpTo(there, 2);
    // It asks again, as a flow does.
    await bus.admin().ensureTopic({ topic: gone, partitions: 1 });
    await reader.add(late);
    await isReadUpTo(gone, 1);
    await isReadUpTo(there, 3);
  } finally {
    await reader.stop();
    for (const topic of [there, gone]) await bus.admin().deleteTopic(topic);
    await bus.close();
  }
});
