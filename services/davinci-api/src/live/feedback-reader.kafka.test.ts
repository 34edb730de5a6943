/** A feedback topic that is made anew under a running reader: what is told from then on is heard, and that something may be lost is said. */
import { connectBus } from '@rtdp/bus/connect';
import { createLogger } from '@rtdp/service/logging';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { expect, test, vi } from 'vitest';
import { noticeMessage } from '../testing/notice-message.ts';
import type { Notice } from './commit-book.ts';
import { FeedbackReader } from './feedback-reader.ts';

test('a topic that is made anew is read from its beginning', async () => {
  const { brokers } = await testKafka();
  const bus = connectBus({ brokers, clientId: 'feedback-test' });
  const admin = bus.admin();
  const producer = bus.producer();
  const topic = uniqueName('feedback');
  const heard: Notice[] = [];
  let missed = 0;
  const reader = new FeedbackReader({
    bus,
    topic,
    logger: createLogger('feedback-test', 'silent'),
    note: (notice) => heard.push(notice),
    missed: () => missed++,
  });
  const tell = (commitNumber: number) =>
    producer.send(topic, [{ partition: 0, key: 'n', value: noticeMessage('a.b.c.d.*.0.0', commitNumber) }]);
  const until = (number: bigint) =>
    vi.waitFor(() => expect(heard.at(-1)?.commitNumber).toBe(number), { timeout: 30_000, interval: 20 });
  await reader.start();
  for (let number = 1; number <= 5; number++) await tell(number);
  await until(5n);
  expect([missed, reader.health().status]).toEqual([1, 'ok']);

  await admin.deleteTopic(topic);
  await vi.waitFor(() => admin.ensureTopic({ topic, partitions: 1 }), { timeout: 20_000, interval: 50 });
  await vi.waitFor(() => tell(1), { timeout: 20_000, interval: 50 });
  await until(1n);
  expect([missed, reader.health().status]).toEqual([2, 'ok']);
  await reader.stop();
  await admin.deleteTopic(topic);
  await bus.close();
});
