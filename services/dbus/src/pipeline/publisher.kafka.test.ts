/** Proves that of two processes that publish for one source only the newer one can move the position, however rows are delivered. */
import { connectBus } from '@rtdp/bus/connect';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { expect, test, vi } from 'vitest';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import { readPosition } from './position-record.ts';
import { Publisher } from './publisher.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test.each(['exactly-once', 'at-least-once'] as const)(
  '%s: a process that was taken over moves nothing',
  async (delivery) => {
    const bus = connectBus({ ...(await testKafka()), clientId: 'publisher-test' });
    await bus.admin().ensureTopic({ topic: DBUS_TOPICS.positions, partitions: 1, compacted: true });
    const name = uniqueName('source');
    const publisherAt = async (nextId: bigint) => {
      const publisher = new Publisher({
        bus,
        definition: { name, source: name, topic: name, delivery, transactionTimeoutMs: 10_000 },
        now: Date.now,
        sequence: { recordedNextId: (id) => id, unseenXids: () => [] },
        onCommitted: () => undefined,
        onFailed: () => undefined,
        onProgress: () => undefined,
      });
      await publisher.fence();
      publisher.begin({ lsn: nextId, nextId, inside: null, unseenXids: [] });
      return publisher;
    };
    const old = await publisherAt(4n);
    await old.request([]);
    const newer = await publisherAt(8n);
    await newer.request([]);
    await expect(old.request([])).rejects.toMatchObject({ code: 'BUS_FENCED' });
    // What was committed is seen once a further one has followed under its id, which is that of every second.
    for (let further = 0; further < 2; further++) await newer.request([]);
    const record = (await bus.readCompacted(DBUS_TOPICS.positions)).get(name);
    expect(readPosition(record!).nextId).toBe(8n);
    await Promise.all([old.close(), newer.close()]);
    await bus.close();
  },
);
