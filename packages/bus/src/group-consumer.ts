/**
 * Decides who reads what: membership of a consumer group (the client library's), heartbeats on a timer of their own, and
 * rebalances as halt → revoke → join → ask for the starts → announce → go.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { BusConsumer, ConsumerOptions, StartOffset, TopicPartition } from './bus.ts';
import { busError, isTransient, kafkaErrorType, toBusError } from './errors.ts';
import type { KafkaClient } from './kafka-client.ts';
import {
  type Cluster,
  type ConsumerGroup,
  ConsumerGroupClass,
  InstrumentationEventEmitter,
  roundRobinAssigner,
} from './kafkajs-internals.ts';
import { leaderOf, refresh } from './message-sender.ts';
import { resolveOffset, withMetadata } from './offset-lookup.ts';
import { PartitionFetcher } from './partition-fetcher.ts';
import { retry } from './retry.ts';

/** How long a start waits for a coordinator that is loading, or for a broker. */
const START_PATIENCE_MS = 60_000;
const REJOIN = new Set([
  'REBALANCE_IN_PROGRESS',
  'ILLEGAL_GENERATION',
  'UNKNOWN_MEMBER_ID',
  'NOT_COORDINATOR_FOR_GROUP',
  'GROUP_COORDINATOR_NOT_AVAILABLE',
  'GROUP_LOAD_IN_PROGRESS',
]);

export class KafkaGroupConsumer implements BusConsumer {
  readonly #options: ConsumerOptions;
  readonly #cluster: Cluster;
  readonly #fetcher: PartitionFetcher;
  readonly #group: ConsumerGroup;
  readonly #sessionTimeoutMs: number;
  readonly #rebalanceTimeoutMs: number;
  readonly #stopping = new AbortController();
  #life: Promise<void> | undefined;
  #paused = new Map<string, Set<number> | 'all'>();
  #lastError: string | undefined;
  /** Resolves when no handler of an earlier assignment runs any more. */
  #halted: Promise<void> = Promise.resolve();

  constructor(client: KafkaClient, options: ConsumerOptions) {
    this.#options = options;
    this.#sessionTimeoutMs = options.sessionTimeoutMs ?? 10_000;
    this.#rebalanceTimeoutMs = options.rebalanceTimeoutMs ?? 30_000;
    this.#cluster = client.createCluster();
    this.#fetcher = new PartitionFetcher({
      ...options,
      cluster: this.#cluster,
      requestTimeoutMs: client.options.requestTimeoutMs ?? 30_000,
    });
    const logger = client.logger.namespace('Consumer');
    const { groupId, topics } = options;
    this.#group = new ConsumerGroupClass({
      retry: { initialRetryTime: 50, retries: 5 },
      cluster: this.#cluster,
      groupId,
      topics,
      topicConfigurations: Object.fromEntries(topics.map((topic) => [topic, { fromBeginning: false }])),
      logger,
      instrumentationEmitter: new InstrumentationEventEmitter(),
      assigners: [roundRobinAssigner({ groupId, logger, cluster: this.#cluster })],
      sessionTimeout: this.#sessionTimeoutMs,
      rebalanceTimeout: this.#rebalanceTimeoutMs,
      autoCommit: false,
    });
  }

  /** @throws RtdpError BUS_TOPIC_MISSING, BUS_UNREACHABLE, BUS_AUTHORIZATION, or what startOffset and onAssigned throw */
  async start(): Promise<void> {
    if (this.#life !== undefined) return;
    for (const topic of this.#options.topics) {
      await withMetadata(this.#cluster, topic, async () => leaderOf(this.#cluster, topic, 0));
    }
    const patience = { firstPauseMs: 20, maxPauseMs: 1000, giveUpAfterMs: START_PATIENCE_MS };
    try {
      await retry(
        patience,
        () => this.#join(),
        async (error) => {
          if (!isRetriedHere(error)) return false;
          if (isTransient(error)) await refresh(this.#cluster, error);
          return true;
        },
        this.#stopping.signal,
      );
    } catch (error) {
      if (error instanceof CallerError) throw error.cause;
      throw toBusError(error, { doing: `joining group ${this.#options.groupId}` });
    }
    this.#life = this.#live();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    await this.#fetcher.halt();
    await this.#life;
    await this.#group.leave().catch((error: unknown) => {
      // The broker takes the session's end for the goodbye.
      this.#lastError = String(error);
    });
    await this.#cluster.disconnect();
    await this.#fetcher.quiet();
  }

  /** One assignment: join, find out where to read, announce, read. */
  async #join(): Promise<void> {
    try {
      await this.#group.joinAndSync();
      await this.#keepPlaceUntilHalted();
      const assigned = this.#assigned();
      const starts: (TopicPartition & { offset: bigint })[] = [];
      for (const { topic, partition } of assigned) {
        const start = await ofCaller(() => this.#options.startOffset(topic, partition));
        starts.push({ topic, partition, offset: await resolveOffset(this.#cluster, topic, partition, start) });
      }
      await ofCaller(() => this.#options.onAssigned?.(assigned));
      this.#fetcher.assign(starts);
      for (const [topic, partitions] of this.#paused) {
        this.#fetcher.pause(topic, partitions === 'all' ? undefined : [...partitions]);
      }
      this.#fetcher.go();
      this.#lastError = undefined;
    } catch (error) {
      if (isRetriedHere(error) || error instanceof CallerError) throw error;
      throw toBusError(error, { doing: `joining group ${this.#options.groupId}` });
    }
  }

  /** A handler that outlasted the rebalance may hold a partition that we get again: its start is not known before it ends. */
  async #keepPlaceUntilHalted(): Promise<void> {
    let halted = false;
    const ended = this.#halted.then(() => {
      halted = true;
    });
    await Promise.resolve();
    while (!halted) {
      await Promise.race([ended, sleep(this.#sessionTimeoutMs / 5, undefined, { ref: false })]);
      if (!halted) await this.#group.heartbeat({ interval: 0 });
    }
  }

  #assigned(): TopicPartition[] {
    return this.#group
      .assigned()
      .flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
  }

  /** Heartbeats until stopped; what ends the membership leads to a new one. */
  async #live(): Promise<void> {
    const interval = Math.floor(this.#sessionTimeoutMs / 5);
    const { signal } = this.#stopping;
    let failures = 0;
    let member = true;
    while (!signal.aborted) {
      try {
        if (!member) {
          await this.#revoke();
          if (signal.aborted) return;
          await this.#join();
          member = true;
        }
        await sleep(interval, undefined, { signal });
        await this.#group.heartbeat({ interval: 0 });
        failures = 0;
        this.#lastError = undefined;
      } catch (error) {
        if (signal.aborted) return;
        const type = kafkaErrorType(error);
        if (type !== undefined && REJOIN.has(type)) {
          if (type === 'UNKNOWN_MEMBER_ID') this.#group.memberId = null;
          member = false;
          continue;
        }
        this.#lastError = String(error instanceof CallerError ? error.cause : error);
        if (error instanceof CallerError) {
          // Where to read is not known now (a store that is down): we stay out of the group's work, and ask again.
          member = false;
          failures++;
          // It rejects only when told to stop, which the loop sees.
          await sleep(Math.min(50 * 2 ** failures, 5000), undefined, { signal }).catch(() => undefined);
          continue;
        }
        if (!isTransient(error)) {
          await this.#fetcher.halt();
          this.#options.onError(toBusError(error, { doing: `staying in group ${this.#options.groupId}` }));
          return;
        }
        failures++;
        // Until the session is over the broker keeps our place; after that others may read our partitions.
        if (failures * interval > this.#sessionTimeoutMs) member = false;
        // It rejects only when told to stop, which the loop sees.
        await sleep(Math.min(50 * 2 ** failures, 1000), undefined, { signal }).catch(() => undefined);
        await refresh(this.#cluster, error);
        await this.#findCoordinator();
      }
    }
  }

  async #findCoordinator(): Promise<void> {
    try {
      this.#group.coordinator = await this.#cluster.findGroupCoordinator({
        groupId: this.#options.groupId,
        coordinatorType: 0,
      });
    } catch (error) {
      this.#lastError = String(error);
    }
  }

  async #revoke(): Promise<void> {
    const before = this.#fetcher.positions().map(({ topic, partition }) => ({ topic, partition }));
    const timeout = sleep(this.#rebalanceTimeoutMs * 0.8, 'timeout' as const, { ref: false });
    this.#halted = this.#fetcher.halt();
    await Promise.race([this.#halted, timeout]);
    this.#fetcher.assign([]);
    if (before.length > 0) await this.#options.onRevoked?.(before);
  }

  pause(topic: string, partitions?: number[]): void {
    const current = this.#paused.get(topic);
    if (partitions === undefined || current === 'all') this.#paused.set(topic, 'all');
    else this.#paused.set(topic, new Set([...(current ?? []), ...partitions]));
    this.#fetcher.pause(topic, partitions);
  }

  resume(topic: string, partitions?: number[]): void {
    const current = this.#paused.get(topic);
    if (partitions === undefined) this.#paused.delete(topic);
    else if (current instanceof Set) for (const partition of partitions) current.delete(partition);
    else if (current === 'all') {
      const rest = this.#assigned().filter((one) => one.topic === topic && !partitions.includes(one.partition));
      this.#paused.set(topic, new Set(rest.map((one) => one.partition)));
    }
    this.#fetcher.resume(topic, partitions);
  }

  seek(topic: string, partition: number, offset: StartOffset): Promise<void> {
    return this.#fetcher.seek(topic, partition, offset);
  }

  positions() {
    return this.#fetcher.positions();
  }

  health() {
    const health = this.#fetcher.health();
    return this.#lastError === undefined ? health : { ...health, lastError: this.#lastError };
  }

  async commitOffsets(offsets: (TopicPartition & { offset: bigint })[]): Promise<void> {
    const { coordinator, generationId, memberId } = this.#group;
    if (coordinator === null || generationId === null || memberId === null) {
      throw busError('BUS_CLOSED', {
        message: `Consumer ${this.#options.groupId} is not in its group now.`,
        next: 'Commit after onAssigned and before onRevoked.',
      });
    }
    const byTopic = Map.groupBy(offsets, (one) => one.topic);
    try {
      await coordinator.offsetCommit({
        groupId: this.#options.groupId,
        groupGenerationId: generationId,
        memberId,
        topics: [...byTopic].map(([topic, ones]) => ({
          topic,
          partitions: ones.map(({ partition, offset }) => ({ partition, offset: offset.toString() })),
        })),
      });
    } catch (error) {
      throw toBusError(error, { doing: `committing offsets of group ${this.#options.groupId}` });
    }
  }
}

/** What startOffset or onAssigned threw: it says nothing about Kafka. */
class CallerError extends Error {}

async function ofCaller<Result>(ask: () => Promise<Result> | Result): Promise<Result> {
  try {
    return await ask();
  } catch (cause) {
    throw new CallerError('the caller could not say where to read', { cause });
  }
}

function isRetriedHere(error: unknown): boolean {
  const type = kafkaErrorType(error);
  return isTransient(error) || (type !== undefined && REJOIN.has(type));
}
