/** Decides how the parts of the bus are put together; `connectBus` is the only way in. */
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

  const open = <Part>(part: Part, close: () => Promise<void>): Part => {
    if (closed) throw busError('BUS_CLOSED', { message: 'This bus is closed.', next: 'Connect a new one.' });
    parts.add({ close });
    return part;
  };

  return {
    admin() {
      if (admin === undefined) {
        const made = new KafkaTopicAdmin(client, shared);
        admin = open(made, () => made.close());
      }
      return admin;
    },
    transactionalProducer(producerOptions) {
      const producer = new KafkaTransactionalProducer(client, producerOptions);
      return open(producer, () => producer.close());
    },
    producer() {
      const producer = new KafkaIdempotentProducer(client);
      return open(producer, () => producer.close());
    },
    consumer(consumerOptions) {
      const consumer = new KafkaGroupConsumer(client, consumerOptions);
      return open(consumer, () => consumer.stop());
    },
    reader(readerOptions) {
      const reader = new KafkaPartitionReader(client, readerOptions);
      return open(reader, () => reader.stop());
    },
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
      parts.clear();
      await shared.disconnect();
    },
  };
}
