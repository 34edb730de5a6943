/**
 * Decides what "the newest committed value of every key" is, at this moment and without waiting for anybody.
 *
 * A read-committed reader ends at the last stable offset: before the first transaction that is still open. Where several
 * producers share a topic, a record that is committed may lie behind another producer's open transaction, and a service
 * that starts again would miss its own position. So the rest of the topic is read unsettled, and each producer's markers
 * settle its own transactions; what has no marker yet is open, and is left out.
 */
import type { IncomingMessage } from './bus.ts';
import { isTransient, toBusError } from './errors.ts';
import { decodeUnsettledAnswer, encodeFetch, type FetchedUnsettled } from './fetch-request.ts';
import { type KafkaClient, sendRaw } from './kafka-client.ts';
import { type Cluster, errorFromCode } from './kafkajs-internals.ts';
import { leaderOf, refresh } from './message-sender.ts';
import { lookUpOffsets, withMetadata } from './offset-lookup.ts';
import { readFrom } from './partition-reader.ts';
import { retry } from './retry.ts';

const LIMITS = { maxWaitMs: 100, maxBytes: 4 * 1024 * 1024, maxPartitionBytes: 4 * 1024 * 1024 };
const PATIENCE_MS = 60_000;

interface Newest {
  offset: bigint;
  value: Buffer | null;
}

/** Keys as UTF-8; keys whose newest value is a tombstone are left out. */
export async function readCompacted(
  client: KafkaClient,
  cluster: Cluster,
  topic: string,
): Promise<Map<string, Buffer>> {
  const values = new Map<string, Buffer>();
  for (const { partition, low, high } of await lookUpOffsets(cluster, topic)) {
    const newest = new Map<string, Newest>();
    if (low < high) {
      for await (const batch of readFrom(client, cluster, topic, partition, 'earliest', { until: high })) {
        keepNewest(newest, batch.messages);
      }
    }
    await settleRest(client, cluster, topic, partition, high, newest);
    for (const [key, { value }] of newest) {
      if (value !== null) values.set(key, value);
    }
  }
  return values;
}

async function settleRest(
  client: KafkaClient,
  cluster: Cluster,
  topic: string,
  partition: number,
  from: bigint,
  newest: Map<string, Newest>,
): Promise<void> {
  const open = new Map<bigint, IncomingMessage[]>();
  let offset = from;
  let end: bigint | undefined;
  while (end === undefined || offset < end) {
    const fetched = await fetchUnsettled(client, cluster, { topic, partition, offset });
    end ??= fetched.highWatermark;
    if (fetched.batches.length === 0) return;
    for (const { kind, producerId, messages, lastOffset } of fetched.batches) {
      offset = lastOffset + 1n;
      if (kind === 'plain') keepNewest(newest, messages);
      else if (kind === 'transactional') open.set(producerId, [...(open.get(producerId) ?? []), ...messages]);
      else {
        if (kind === 'commit') keepNewest(newest, open.get(producerId) ?? []);
        open.delete(producerId);
      }
    }
  }
}

async function fetchUnsettled(
  client: KafkaClient,
  cluster: Cluster,
  position: { topic: string; partition: number; offset: bigint },
): Promise<FetchedUnsettled> {
  const { topic, partition } = position;
  try {
    return await retry(
      { firstPauseMs: 10, maxPauseMs: 1000, giveUpAfterMs: PATIENCE_MS },
      async () => {
        await withMetadata(cluster, topic, async () => undefined);
        const broker = await cluster.findBroker({ nodeId: leaderOf(cluster, topic, partition) });
        // No data is an answer here, not a reason to wait.
        const request = encodeFetch([position], { ...LIMITS, maxWaitMs: 0 }, true);
        const payload = await sendRaw(broker, 'fetches', request, client.options.requestTimeoutMs ?? 30_000);
        const fetched = decodeUnsettledAnswer(payload, position);
        if (fetched === undefined) throw errorFromCode(-1);
        if (fetched.errorCode !== 0) throw errorFromCode(fetched.errorCode);
        return fetched;
      },
      async (error) => {
        if (!isTransient(error)) return false;
        await refresh(cluster, error);
        return true;
      },
    );
  } catch (error) {
    throw toBusError(error, { doing: `reading ${topic}/${partition} to its end`, facts: { ...position } });
  }
}

function keepNewest(newest: Map<string, Newest>, messages: readonly IncomingMessage[]): void {
  for (const { key, value, offset } of messages) {
    if (key === null) continue;
    const text = key.toString('utf8');
    const held = newest.get(text);
    if (held === undefined || held.offset < offset) {
      newest.set(text, { offset, value: value === null ? null : Buffer.from(value) });
    }
  }
}
