/**
 * Decides how a stream reads: one consumer group over the topics of all its flows, which also says which partitions are this
 * worker's. It reads on from the place of its most advanced flows; flows that are behind read by themselves until they meet it.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, BusConsumer, IncomingBatch, TopicPartition } from '@rtdp/bus/bus';
import type { Logger } from '@rtdp/service/logging';
import { Turns } from '@rtdp/service/turns';
import { greatestOffset, leastOffset } from './least-offset.ts';
import type { PartitionFeed } from './partition-feed.ts';
import { toTopicMessage } from './topic-message.ts';

/** A flow as a stream sees it. */
export interface StreamMember {
  readonly topic: string;
  /** Where the flow would begin in this partition, as far as is known without asking its sink. */
  expectedStart(partition: number): Promise<bigint | undefined>;
  /** The partition is this worker's now; `begin` of its feed is the flow's own business. */
  assigned(partition: number): Promise<void>;
  /** The partition is somebody else's now: end what is under way and hold nothing. */
  revoked(partition: number): Promise<void>;
  feedOf(partition: number): PartitionFeed | undefined;
  /** The shared reader cannot read; it goes on trying, and assigns partitions when it can. */
  readerTrouble(error: unknown): void;
}

export interface TopicReaderOptions {
  bus: Bus;
  groupId: string;
  logger: Logger;
  now: () => number;
  /** How long a full flow may hold the others of its partition before it reads by itself, milliseconds. */
  holdMs?: number;
}

/** Flows whose places are within this many offsets of the most advanced one share the first read. */
const SHARED_WINDOW = 2_000n;
const FIRST_PAUSE_MS = 500;
const LONGEST_PAUSE_MS = 30_000;

export class TopicReader {
  readonly #options: TopicReaderOptions;
  readonly #members = new Set<StreamMember>();
  readonly #positions = new Map<string, bigint>();
  #consumer: BusConsumer | undefined;
  #topics: string[] = [];
  /** Changes of membership are worked off one after the other. */
  readonly #changes = new Turns();
  readonly #stopped = new AbortController();
  /** The group was left because of an error, and nobody has joined it again. */
  #isBroken = false;
  #isComingBack = false;

  constructor(options: TopicReaderOptions) {
    this.#options = options;
  }

  /** Where the shared reader will read next in a partition that is this worker's. */
  position(topic: string, partition: number): bigint | undefined {
    return this.#positions.get(placeKey(topic, partition));
  }

  isAssigned(topic: string, partition: number): boolean {
    return this.#positions.has(placeKey(topic, partition)) || this.#assigned.has(placeKey(topic, partition));
  }
  readonly #assigned = new Set<string>();

  assignedPartitions(topic: string): number[] {
    return [...this.#assigned]
      .map(parsePlace)
      .filter((place) => place.topic === topic)
      .map((place) => place.partition);
  }

  /** Newest offsets of the assigned partitions, for lag. */
  highWatermarks(): Map<string, bigint> {
    return new Map(
      (this.#consumer?.positions() ?? []).map((at) => [placeKey(at.topic, at.partition), at.lastStableOffset]),
    );
  }

  health(): { connected: boolean; lastError?: string } | undefined {
    return this.#consumer?.health();
  }

  /** Adds a flow; its topic must exist. The group is joined anew only if the topic is new to the stream. Rejects without having added it. */
  add(member: StreamMember): Promise<void> {
    return this.#changes.take(async () => {
      this.#members.add(member);
      if (this.#topics.includes(member.topic) && !this.#isBroken) {
        await Promise.all(this.assignedPartitions(member.topic).map((partition) => member.assigned(partition)));
        return;
      }
      try {
        await this.#rejoin();
      } catch (error) {
        this.#members.delete(member);
        this.#comeBack(error);
        throw error;
      }
    });
  }

  remove(member: StreamMember): Promise<void> {
    return this.#changes.take(async () => {
      if (!this.#members.delete(member)) return;
      await Promise.all(this.assignedPartitions(member.topic).map((partition) => member.revoked(partition)));
      if ([...this.#members].some((other) => other.topic === member.topic)) return;
      await this.#rejoin().catch((error: unknown) => this.#comeBack(error));
    });
  }

  stop(): Promise<void> {
    this.#stopped.abort();
    return this.#changes.take(() => this.#leave());
  }

  async #rejoin(): Promise<void> {
    await this.#leave();
    this.#topics = [...new Set([...this.#members].map((member) => member.topic))];
    if (this.#topics.length === 0 || this.#stopped.signal.aborted) return;
    const consumer = this.#options.bus.consumer({
      groupId: this.#options.groupId,
      topics: this.#topics,
      maxWaitMs: 100,
      maxPartitionBytes: 2 * 1024 * 1024,
      // The least a broker allows by default: the partitions of a killed worker are free after this.
      sessionTimeoutMs: 6_000,
      startOffset: (topic, partition) => this.#startOffset(topic, partition),
      onAssigned: (places) => this.#onAssigned(places),
      onRevoked: (places) => this.#onRevoked(places),
      onBatch: (batch) => this.#onBatch(batch),
      onError: (error, at) => this.#onError(error, at),
    });
    this.#consumer = consumer;
    try {
      await consumer.start();
      this.#isBroken = false;
    } catch (error) {
      await this.#leave();
      throw error;
    }
  }

  /** For those who were reading: the group is joined again until it works, or another change has done so. */
  #comeBack(error: unknown): void {
    this.#isBroken = true;
    for (const member of this.#members) member.readerTrouble(error);
    if (!this.#isComingBack) void this.#tryAgain();
  }

  async #tryAgain(): Promise<void> {
    this.#isComingBack = true;
    const { signal } = this.#stopped;
    for (let pause = FIRST_PAUSE_MS; this.#isBroken; pause = Math.min(2 * pause, LONGEST_PAUSE_MS)) {
      // It rejects only when told to stop, which is seen right after.
      await sleep(pause, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted || this.#members.size === 0) break;
      try {
        await this.#changes.take(async () => {
          if (this.#isBroken) await this.#rejoin();
        });
      } catch (error) {
        this.#options.logger.warn({ err: error }, 'the shared reader of a stream cannot join its group yet');
        for (const member of this.#members) member.readerTrouble(error);
      }
    }
    this.#isComingBack = false;
  }

  async #leave(): Promise<void> {
    const consumer = this.#consumer;
    this.#consumer = undefined;
    this.#topics = [];
    if (consumer === undefined) return;
    // Feeds are stopped first: a batch that waits for room would keep the consumer from stopping.
    await this.#onRevoked([...this.#assigned].map(parsePlace));
    await consumer.stop();
  }

  async #startOffset(topic: string, partition: number): Promise<bigint | 'latest'> {
    const starts = await Promise.all(this.#of(topic).map((member) => member.expectedStart(partition)));
    const known = starts.filter((start) => start !== undefined);
    const most = greatestOffset(known);
    if (most === undefined) return 'latest';
    const start = leastOffset(known.filter((at) => at + SHARED_WINDOW >= most)) ?? most;
    this.#positions.set(placeKey(topic, partition), start);
    // Whoever is still reading with the group and is not there yet reads by itself until it meets it.
    for (const feed of this.#feeds(topic, partition)) if (feed.wanted < start) feed.fallBehind();
    return start;
  }

  async #onAssigned(places: readonly TopicPartition[]): Promise<void> {
    for (const { topic, partition } of places) this.#assigned.add(placeKey(topic, partition));
    await Promise.all(
      places.flatMap(({ topic, partition }) => this.#of(topic).map((member) => member.assigned(partition))),
    );
  }

  async #onRevoked(places: readonly TopicPartition[]): Promise<void> {
    for (const { topic, partition } of places) {
      this.#assigned.delete(placeKey(topic, partition));
      this.#positions.delete(placeKey(topic, partition));
    }
    await Promise.all(
      places.flatMap(({ topic, partition }) => this.#of(topic).map((member) => member.revoked(partition))),
    );
  }

  async #onBatch(batch: IncomingBatch): Promise<void> {
    const { topic, partition } = batch;
    const readAt = this.#options.now();
    const messages = batch.messages.map((message) => toTopicMessage(message, readAt));
    const live = this.#feeds(topic, partition).filter((feed) => feed.mode === 'live');
    for (const feed of live) feed.give(messages, batch.nextOffset);
    this.#positions.set(placeKey(topic, partition), batch.nextOffset);
    await this.#hold(live);
  }

  /** Back-pressure: waits for full flows, but for others' sake not long. */
  async #hold(live: readonly PartitionFeed[]): Promise<void> {
    const full = live.filter((feed) => feed.full);
    if (full.length === 0) return;
    const rooms = Promise.all(full.map((feed) => feed.room()));
    if (full.length === live.length) {
      // Nobody else is held: wait for the first that has room, the others leave then.
      await Promise.race(full.map((feed) => feed.room()));
    } else {
      let timer: NodeJS.Timeout | undefined;
      const late = new Promise<void>((resolve) => {
        timer = setTimeout(resolve, this.#options.holdMs ?? 250);
      });
      await Promise.race([rooms, late]);
      clearTimeout(timer);
    }
    if (live.length > 1) for (const feed of full) if (feed.full) feed.fallBehind();
  }

  #onError(error: unknown, at?: TopicPartition): void {
    this.#options.logger.warn({ err: error, ...at }, 'the shared reader of a stream cannot go on');
    if (at === undefined) {
      this.#comeBack(error);
      return;
    }
    this.#positions.delete(placeKey(at.topic, at.partition));
    for (const feed of this.#feeds(at.topic, at.partition)) feed.fallBehind();
    // A position that is gone is the flows' own trouble (each meets it by itself); the shared reader goes on at the end.
    void this.#consumer
      ?.seek(at.topic, at.partition, 'latest')
      .catch((cause: unknown) => this.#options.logger.error({ err: cause, ...at }, 'the shared reader cannot seek'));
  }

  #of(topic: string): StreamMember[] {
    return [...this.#members].filter((member) => member.topic === topic);
  }

  #feeds(topic: string, partition: number): PartitionFeed[] {
    return this.#of(topic)
      .map((member) => member.feedOf(partition))
      .filter((feed) => feed !== undefined);
  }
}

function placeKey(topic: string, partition: number): string {
  return `${partition}:${topic}`;
}

function parsePlace(key: string): TopicPartition {
  const at = key.indexOf(':');
  return { partition: Number(key.slice(0, at)), topic: key.slice(at + 1) };
}
