/** Decides how topics are made, described, measured and deleted; an existing topic is never changed behind anybody's back. */
import kafkajs, { type Admin } from 'kafkajs';
import type { BusAdmin, TopicDefinition, TopicOffsets } from './bus.ts';
import { busError, isTransient, kafkaErrorType, toBusError } from './errors.ts';
import type { KafkaClient } from './kafka-client.ts';
import type { Cluster } from './kafkajs-internals.ts';
import { lookUpOffsets } from './offset-lookup.ts';
import { retry } from './retry.ts';

const PATIENCE_MS = 30_000;
const METADATA_PATIENCE_MS = 10_000;

export class KafkaTopicAdmin implements BusAdmin {
  readonly #admin: Admin;
  readonly #cluster: Cluster;
  #connecting: Promise<void> | undefined;

  constructor(client: KafkaClient, cluster: Cluster) {
    this.#admin = client.kafka.admin();
    this.#cluster = cluster;
  }

  async ensureTopic(definition: TopicDefinition): Promise<boolean> {
    const { topic, partitions, compacted = false, replicationFactor = -1, config = {} } = definition;
    const settings = { ...(compacted ? { 'cleanup.policy': 'compact' } : {}), ...config };
    const configEntries = Object.entries(settings).map(([name, value]) => ({ name, value }));
    const made = await this.#ask(`making topic ${topic}`, async (admin) => {
      try {
        return await admin.createTopics({
          topics: [{ topic, numPartitions: partitions, replicationFactor, configEntries }],
          waitForLeaders: false,
        });
      } catch (error) {
        if (kafkaErrorType(error) === 'TOPIC_ALREADY_EXISTS') return false;
        throw error;
      }
    });
    const found = await this.#partitionsOnceKnown(topic);
    if (found !== partitions) {
      throw busError('BUS_TOPIC_DIFFERENT', {
        message: `Topic ${topic} has ${found} partitions, not ${partitions}.`,
        next: 'Ask for the number it has, or use another topic: keys would move to other partitions.',
        facts: { topic, found, asked: partitions },
      });
    }
    return made;
  }

  /** A topic made a moment ago may be unknown to the broker asked. */
  async #partitionsOnceKnown(topic: string): Promise<number> {
    return retry(
      { firstPauseMs: 5, maxPauseMs: 200, giveUpAfterMs: METADATA_PATIENCE_MS },
      () => this.partitionCount(topic),
      () => true,
    );
  }

  topicOffsets(topic: string): Promise<TopicOffsets[]> {
    return lookUpOffsets(this.#cluster, topic);
  }

  async partitionCount(topic: string): Promise<number> {
    return this.#ask(`looking up topic ${topic}`, async (admin) => {
      const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
      return topics[0]?.partitions.length ?? 0;
    });
  }

  listTopics(): Promise<string[]> {
    return this.#ask('listing topics', (admin) => admin.listTopics());
  }

  async deleteTopic(topic: string): Promise<boolean> {
    return this.#ask(`deleting topic ${topic}`, async (admin) => {
      try {
        await admin.deleteTopics({ topics: [topic] });
        return true;
      } catch (error) {
        if (kafkaErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION') return false;
        throw error;
      }
    });
  }

  async deleteRecords(topic: string, before: { partition: number; offset: bigint }[]): Promise<void> {
    await this.#ask(`deleting records of ${topic}`, (admin) =>
      admin.deleteTopicRecords({
        topic,
        partitions: before.map(({ partition, offset }) => ({ partition, offset: offset.toString() })),
      }),
    );
  }

  async describe(topic: string): Promise<{ partitions: number; config: Record<string, string> }> {
    const partitions = await this.partitionCount(topic);
    const config = await this.#ask(`describing topic ${topic}`, async (admin) => {
      const { resources } = await admin.describeConfigs({
        includeSynonyms: false,
        resources: [{ type: kafkajs.ConfigResourceTypes.TOPIC, name: topic }],
      });
      const entries = resources[0]?.configEntries ?? [];
      return Object.fromEntries(entries.map(({ configName, configValue }) => [configName, configValue]));
    });
    return { partitions, config };
  }

  async describeCluster(): ReturnType<BusAdmin['describeCluster']> {
    return this.#ask('describing the cluster', async (admin) => {
      const { brokers, clusterId } = await admin.describeCluster();
      return { clusterId, brokers };
    });
  }

  async close(): Promise<void> {
    if (this.#connecting !== undefined) await this.#admin.disconnect();
  }

  async #ask<Answer>(doing: string, request: (admin: Admin) => Promise<Answer>): Promise<Answer> {
    try {
      return await retry(
        { firstPauseMs: 20, maxPauseMs: 1000, giveUpAfterMs: PATIENCE_MS },
        async () => {
          this.#connecting ??= this.#admin.connect();
          await this.#connecting;
          return await request(this.#admin);
        },
        (error) => {
          if (!isTransient(error)) return false;
          this.#connecting = undefined;
          return true;
        },
      );
    } catch (error) {
      this.#connecting = undefined;
      throw toBusError(error, { doing });
    }
  }
}
