/**
 * Decides how a stream reads: one consumer group over the topics of all its flows, which also says which partitions are this
 * worker's. It reads on from the place of its most advanced flows; flows that are behind read by themselves until they meet it.
 */
import type { Bus, BusConsumer, IncomingBatch, TopicPartition } from '@rtdp/bus/bus';
import type { Logger } from '@rtdp/service/logging';
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
  /** The shared reader cannot read this topic; the flow is told, and told again (undefined) when it can. */
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

export class TopicReader {
  readonly #options: TopicReaderOptions;
  readonly #members = new Set<StreamMember>();
  readonly #positions = new Map<string, bigint>();
  #consumer: BusConsumer | undefined;
  #topics: string[] = [];
  #changing: Promise<void> = Promise.resolve();
  #stopped = false;

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

  /** Adds a flow; its topic must exist. The group is joined anew only if the topic is new to the stream. */
  add(member: StreamMember): Promise<void> {
    return this.#change(async () => {
      this.#members.add(member);
      if (this.#topics.includes(member.topic)) {
        await Promise.all(this.assignedPartitions(member.topic).map((partition) => member.assigned(partition)));
      } else {
        await this.#rejoin();
      }
    });
  }

  remove(member: StreamMember): Promise<void> {
    return this.#change(async () => {
      if (!this.#members.delete(member)) return;
      await Promise.all(this.assignedPartitions(member.topic).map((partition) => member.revoked(partition)));
      if (![...this.#members].some((other) => other.topic === member.topic)) await this.#rejoin();
    });
  }

  stop(): Promise<void> {
    this.#stopped = true;
    return this.#change(() => this.#leave());
  }

  /** Changes of membership are worked off one after the other. */
  #change(work: () => Promise<void>): Promise<void> {
    const result = this.#changing.then(work);
    // Whoever asked for it is told; what comes next in line does not fail with it.
    this.#changing = result.catch(() => {});
    return result;
  }

  async #rejoin(): Promise<void> {
    await this.#leave();
    this.#topics = [...new Set([...this.#members].map((member) => member.topic))];
    if (this.#topics.length === 0 || this.#stopped) return;
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
    await consumer.start();
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
      for (const member of this.#members) member.readerTrouble(error);
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
