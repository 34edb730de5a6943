/** Decides which offset "earliest", "latest" and the ends of a topic are: low is what is still there, high is the last stable one. */
import type { StartOffset, TopicOffsets } from './bus.ts';
import { isTransient, kafkaErrorType, toBusError } from './errors.ts';
import { type Cluster, errorFromCode } from './kafkajs-internals.ts';
import { refresh } from './message-sender.ts';
import { retry } from './retry.ts';

const PATIENCE_MS = 30_000;
const NEW_TOPIC_GRACE_MS = 1000;

/** @throws RtdpError BUS_TOPIC_MISSING */
export async function lookUpOffsets(cluster: Cluster, topic: string): Promise<TopicOffsets[]> {
  return withMetadata(cluster, topic, async () => {
    const partitions = cluster.findTopicPartitionMetadata(topic).map(({ partitionId }) => ({ partition: partitionId }));
    if (partitions.length === 0) throw errorFromCode(3);
    const [low, high] = await Promise.all([
      cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning: true }]),
      cluster.fetchTopicsOffset([{ topic, partitions, fromBeginning: false }]),
    ]);
    const ends = new Map(high[0]?.partitions.map(({ partition, offset }) => [partition, BigInt(offset)]));
    const offsets = (low[0]?.partitions ?? []).map(({ partition, offset }) => ({
      partition,
      low: BigInt(offset),
      high: ends.get(partition) ?? BigInt(offset),
    }));
    if (offsets.length < partitions.length) throw errorFromCode(5);
    return offsets.sort((a, b) => a.partition - b.partition);
  });
}

/** Turns a start into a number; a number stays, unchecked: the first fetch checks it. */
export async function resolveOffset(
  cluster: Cluster,
  topic: string,
  partition: number,
  offset: StartOffset,
): Promise<bigint> {
  if (typeof offset === 'bigint') return offset;
  return withMetadata(cluster, topic, async () => {
    const [found] = await cluster.fetchTopicsOffset([
      { topic, partitions: [{ partition }], fromBeginning: offset === 'earliest' },
    ]);
    const entry = found?.partitions.find((one) => one.partition === partition);
    if (entry === undefined) throw errorFromCode(3);
    return BigInt(entry.offset);
  });
}

/** Connects and knows the topic before `work`; repeats what passes by itself. */
export async function withMetadata<Result>(
  cluster: Cluster,
  topic: string,
  work: () => Promise<Result>,
): Promise<Result> {
  try {
    return await retry(
      { firstPauseMs: 5, maxPauseMs: 1000, giveUpAfterMs: PATIENCE_MS },
      async () => {
        if (!cluster.isConnected()) await cluster.connect();
        await cluster.addMultipleTargetTopics([topic]);
        return await work();
      },
      async (error, elapsed) => {
        const missing = kafkaErrorType(error) === 'UNKNOWN_TOPIC_OR_PARTITION' && elapsed < NEW_TOPIC_GRACE_MS;
        if (!missing && !isTransient(error)) return false;
        await refresh(cluster, error);
        return true;
      },
    );
  } catch (error) {
    throw toBusError(error, { doing: `reading the offsets of ${topic}`, facts: { topic } });
  }
}
