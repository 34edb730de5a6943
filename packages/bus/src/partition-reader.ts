/** Decides how given partitions are read without a group: from a start each, until stopped, in batches or as a loop. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BusReader, IncomingBatch, ReaderOptions, ReadFromOptions, StartOffset, TopicPartition } from './bus.ts';
import { isTransient, offsetOutOfRange, toBusError } from './errors.ts';
import { decodeFetchAnswer, encodeFetch } from './fetch-request.ts';
import { type KafkaClient, sendRaw } from './kafka-client.ts';
import { type Cluster, errorFromCode } from './kafkajs-internals.ts';
import { leaderOf, refresh } from './message-sender.ts';
import { lookUpOffsets, resolveOffset, withMetadata } from './offset-lookup.ts';
import { PartitionFetcher } from './partition-fetcher.ts';

export class KafkaPartitionReader implements BusReader {
  readonly #partitions: ReaderOptions['partitions'];
  readonly #cluster: Cluster;
  readonly #fetcher: PartitionFetcher;

  constructor(client: KafkaClient, options: ReaderOptions) {
    this.#partitions = options.partitions;
    this.#cluster = client.createCluster();
    this.#fetcher = new PartitionFetcher({
      ...options,
      cluster: this.#cluster,
      requestTimeoutMs: client.options.requestTimeoutMs ?? 30_000,
    });
  }

  async start(): Promise<void> {
    const starts: (TopicPartition & { offset: bigint })[] = [];
    for (const { topic, partition, offset } of this.#partitions) {
      await withMetadata(this.#cluster, topic, async () => leaderOf(this.#cluster, topic, partition));
      starts.push({ topic, partition, offset: await resolveOffset(this.#cluster, topic, partition, offset) });
    }
    this.#fetcher.assign(starts);
    this.#fetcher.go();
  }

  async stop(): Promise<void> {
    await this.#fetcher.halt();
    await this.#cluster.disconnect();
    await this.#fetcher.quiet();
  }

  pause(topic: string, partitions?: number[]): void {
    this.#fetcher.pause(topic, partitions);
  }

  resume(topic: string, partitions?: number[]): void {
    this.#fetcher.resume(topic, partitions);
  }

  seek(topic: string, partition: number, offset: StartOffset): Promise<void> {
    return this.#fetcher.seek(topic, partition, offset);
  }

  positions() {
    return this.#fetcher.positions();
  }

  health() {
    return this.#fetcher.health();
  }
}

const OFFSET_OUT_OF_RANGE = 1;
const TRANSIENT_PATIENCE_MS = 60_000;

/**
 * One partition in order, on connections of its own while the loop runs.
 * @throws RtdpError BUS_OFFSET_OUT_OF_RANGE, BUS_TOPIC_MISSING, BUS_UNREACHABLE (after a minute without a broker)
 */
export async function* readFrom(
  client: KafkaClient,
  cluster: Cluster,
  topic: string,
  partition: number,
  start: StartOffset,
  options: ReadFromOptions = {},
): AsyncGenerator<IncomingBatch> {
  const requestTimeoutMs = client.options.requestTimeoutMs ?? 30_000;
  const limits = {
    maxWaitMs: options.maxWaitMs ?? 100,
    maxPartitionBytes: options.maxPartitionBytes ?? 4 * 1024 * 1024,
    maxBytes: options.maxPartitionBytes ?? 4 * 1024 * 1024,
  };
  let offset = await resolveOffset(cluster, topic, partition, start);
  let until: bigint | undefined;
  if (options.until !== 'follow') {
    until =
      options.until ?? (await lookUpOffsets(cluster, topic)).find((one) => one.partition === partition)?.high ?? 0n;
  }
  let failingSince: number | undefined;
  let failures = 0;
  while ((until === undefined || offset < until) && !options.signal?.aborted) {
    try {
      await withMetadata(cluster, topic, async () => undefined);
      const broker = await cluster.findBroker({ nodeId: leaderOf(cluster, topic, partition) });
      const asked = [{ topic, partition, offset }];
      const answer = decodeFetchAnswer(
        await sendRaw(broker, 'fetches', encodeFetch(asked, limits), requestTimeoutMs),
        asked,
      );
      const fetched = answer.partitions[0];
      if (fetched === undefined) throw errorFromCode(answer.errorCode || -1);
      if (fetched.errorCode === OFFSET_OUT_OF_RANGE) throw offsetOutOfRange({ topic, partition, offset });
      if (fetched.errorCode !== 0) throw errorFromCode(fetched.errorCode);
      failingSince = undefined;
      failures = 0;
      const { nextOffset, bytes } = fetched.records;
      const end = until;
      const messages =
        end === undefined
          ? fetched.records.messages
          : fetched.records.messages.filter((message) => message.offset < end);
      if (
        nextOffset === offset &&
        end !== undefined &&
        fetched.lastStableOffset <= offset &&
        options.until === undefined
      )
        return;
      offset = nextOffset;
      if (messages.length > 0) {
        const { highWatermark, lastStableOffset } = fetched;
        yield { topic, partition, messages, nextOffset: offset, highWatermark, lastStableOffset, bytes };
      }
    } catch (error) {
      failingSince ??= Date.now();
      if (!isTransient(error) || Date.now() - failingSince > TRANSIENT_PATIENCE_MS) {
        throw toBusError(error, { doing: `reading ${topic}/${partition}`, facts: { topic, partition, offset } });
      }
      await sleep(Math.min(10 * 2 ** failures++, 1000));
      await refresh(cluster, error);
    }
  }
}
