/** Decides how the parts of the bus are put together; `connectBus` is the only way in. */
import { AlternatingProducer } from './alternating-producer.ts';
import type { Bus, BusOptions } from './bus.ts';
import { readCompacted } from './compacted-reader.ts';
import { busError } from './errors.ts';
import { KafkaGroupConsumer } from './group-consumer.ts';
import { KafkaIdempotentProducer } from './idempotent-producer.ts';
import { createKafkaClient } from './kafka-client.ts';
import { KafkaPartitionReader, readFrom } from './partition-reader.ts';
import { KafkaTopicAdmin } from './topic-admin.ts';
import { KafkaTransactionalProducer } from './transactional-producer.ts';

/** Connects nothing yet: each part connects with its first use, and says BUS_UNREACHABLE then. */
export function connectBus(options: BusOptions): Bus {
  const client = createKafkaClient(options);
  const parts = new Set<{ close(): Promise<void> }>();
  let closed = false;
  let admin: KafkaTopicAdmin | undefined;
  const shared = client.createCluster();

  /** Keeps what is open, so that `close` closes it; what its owner closes is forgotten. */
  const track = <Part extends object>(part: Part, end: keyof Part & ('close' | 'stop')): Part => {
    if (closed) throw busError('BUS_CLOSED', { message: 'This bus is closed.', next: 'Connect a new one.' });
    const method = (part[end] as () => Promise<void>).bind(part);
    const entry = {
      close: async () => {
        parts.delete(entry);
        await method();
      },
    };
    parts.add(entry);
    Object.defineProperty(part, end, { value: entry.close });
    return part;
  };

  return {
    admin: () => {
      admin ??= track(new KafkaTopicAdmin(client, shared), 'close');
      return admin;
    },
    transactionalProducer: (producerOptions) =>
      producerOptions.alternating
        ? track(new AlternatingProducer(client, producerOptions), 'close')
        : track(new KafkaTransactionalProducer(client, producerOptions), 'close'),
    producer: () => track(new KafkaIdempotentProducer(client), 'close'),
    consumer: (consumerOptions) => track(new KafkaGroupConsumer(client, consumerOptions), 'stop'),
    reader: (readerOptions) => track(new KafkaPartitionReader(client, readerOptions), 'stop'),
    async readCompacted(topic) {
      const cluster = client.createCluster();
      try {
        return await readCompacted(client, cluster, topic);
      } finally {
        await cluster.disconnect();
      }
    },
    async *readFrom(topic, partition, offset, readOptions) {
      const cluster = client.createCluster();
      try {
        yield* readFrom(client, cluster, topic, partition, offset, readOptions);
      } finally {
        await cluster.disconnect();
      }
    },
    async close() {
      closed = true;
      await Promise.all([...parts].map((part) => part.close()));
      await shared.disconnect();
    },
  };
}
