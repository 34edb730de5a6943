/** Decides where each message of one partition goes in one flow: to the lane of its table, to all lanes, or nowhere, counted. */
import { familyOf } from '@rtdp/ums/message-kinds';
import { Lane } from '../ingest/lane.ts';
import { leastOffset } from '../ingest/least-offset.ts';
import type { FeedTarget, PartitionFeed } from '../ingest/partition-feed.ts';
import type { TopicMessage } from '../ingest/topic-message.ts';
import type { FlowContext } from './flow-context.ts';
import type { FlowTable } from './flow-table.ts';

export interface FlowPartitionOptions {
  context: FlowContext;
  topic: string;
  partition: number;
  /** Where the flow is known to have come: nothing below is needed, but by tables whose sink says less. */
  startOffset: bigint;
  /** The table of a namespace; null when the flow does not want it. */
  tableOf(namespace: string): FlowTable | null;
  onLaneState(lane: Lane): void;
  isAssigned(): boolean;
  makeFeed(target: FeedTarget, partition: number): PartitionFeed;
}

/** How long the begin waits for the sinks to tell where their tables stand; who is later is read again by itself. */
const CLAIM_WAIT_MS = 1_000;

/** How long lanes that come back are waited for before they are read for, milliseconds. */
const GATHER_REWINDS_MS = 100;

export class FlowPartition implements FeedTarget {
  readonly partition: number;
  readonly feed: PartitionFeed;
  readonly #options: FlowPartitionOptions;
  readonly #lanes = new Map<FlowTable, Lane>();
  #passed: bigint;
  #begun = false;
  #rewindTo: bigint | undefined;
  #rewinding: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: FlowPartitionOptions) {
    this.#options = options;
    this.partition = options.partition;
    this.#passed = options.startOffset;
    this.feed = options.makeFeed(this, options.partition);
  }

  get lanes(): Iterable<Lane> {
    return this.#lanes.values();
  }

  /** Below this offset nothing needs to be read again, but for paused tables, whose place their sink holds. */
  get doneOffset(): bigint {
    let done = this.#passed;
    for (const lane of this.#lanes.values()) {
      const waits = lane.state === 'paused' && lane.storedOffset !== undefined;
      if (!waits && lane.doneOffset < done) done = lane.doneOffset;
    }
    return done;
  }

  /** Opens lanes for tables known before, and reads on from the least of their places. */
  async begin(tables: readonly { table: FlowTable; openPull: string | undefined }[]): Promise<void> {
    for (const { table, openPull } of tables) this.openLane(table, { openPull, firstOffset: this.#passed });
    const claims = Promise.all([...this.#lanes.values()].map((lane) => lane.claimed));
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, CLAIM_WAIT_MS);
    });
    await Promise.race([claims, late]);
    clearTimeout(timer);
    if (this.#stopped) return;
    this.#begun = true;
    const starts = [...this.#lanes.values()].filter((lane) => lane.state === 'running').map((lane) => lane.position);
    // Every lane knows better what it has done; what it is given twice it passes over.
    this.#readFrom(leastOffset([this.#options.startOffset, ...starts]) ?? this.#options.startOffset);
  }

  /** @param known where and in which pull a table that was known before stands; left out for one that is met now */
  openLane(table: FlowTable, known?: { openPull: string | undefined; firstOffset: bigint }): Lane {
    const opened = this.#lanes.get(table);
    if (opened !== undefined) return opened;
    const lane = new Lane({
      context: this.#options.context,
      table,
      topic: this.#options.topic,
      partition: this.partition,
      firstOffset: known?.firstOffset ?? this.#passed,
      isNew: known === undefined,
      passedOffset: () => this.#passed,
      onProgress: () => {
        this.feed.stored();
        table.notices.moved();
      },
      onState: (changed) => this.#options.onLaneState(changed),
      onRewind: (_lane, offset) => this.#rewind(offset),
      isAssigned: () => this.#options.isAssigned(),
    });
    this.#lanes.set(table, lane);
    table.notices.own.add(lane);
    lane.start(known?.openPull);
    return lane;
  }

  /** Ends a lane and begins it anew where its sink stands; for a table that is resumed. */
  async reopenLane(table: FlowTable): Promise<void> {
    const lane = this.#lanes.get(table);
    if (lane !== undefined) await this.#closeLane(table, lane);
    if (this.#stopped) return;
    // A table that never stored anything begins where it stopped, not where the others are by now.
    this.openLane(table, { openPull: lane?.openPull, firstOffset: lane?.position ?? this.#passed });
  }

  /** Gives where the next worker has to begin. */
  async stop(): Promise<bigint> {
    this.#stopped = true;
    clearTimeout(this.#rewinding);
    this.feed.stop();
    await Promise.all([...this.#lanes.values()].map((lane) => lane.stop()));
    const done = this.doneOffset;
    for (const [table, lane] of this.#lanes) table.notices.own.delete(lane);
    this.#lanes.clear();
    return done;
  }

  /** Goes on where an error had stopped the feed, unless something asks for an earlier place already. */
  readOn(): void {
    if (this.#begun && !this.#stopped && this.#rewindTo === undefined && this.feed.mode === 'stopped') {
      this.feed.begin(this.feed.wanted);
    }
  }

  take(message: TopicMessage): void {
    const family = familyOf(message.kind);
    // `passed` lags within a batch: a lane that is made by this message begins at it.
    this.#passed = message.offset;
    if (family === 'heartbeat') {
      for (const lane of this.#lanes.values()) lane.push(message);
      return;
    }
    if (family === 'unknown' || message.namespace === '') {
      this.#skip(message);
      return;
    }
    if (family === 'feedback') return;
    const table = this.#options.tableOf(message.namespace);
    if (table !== null) this.openLane(table).push(message);
  }

  passed(nextOffset: bigint): void {
    this.#passed = nextOffset;
    for (const lane of this.#lanes.values()) lane.passed();
  }

  heldBytes(): number {
    let bytes = 0;
    for (const lane of this.#lanes.values()) bytes += lane.heldBytes;
    return bytes;
  }

  async #closeLane(table: FlowTable, lane: Lane): Promise<void> {
    this.#lanes.delete(table);
    table.notices.own.delete(lane);
    await lane.stop();
  }

  /** Reads again from an offset that a lane needs; before the begin, the begin sees to it. */
  #rewind(offset: bigint): void {
    if (!this.#begun || this.#stopped) return;
    const from = this.#rewindTo ?? this.feed.wanted;
    if (offset >= from && this.#rewindTo === undefined) return;
    // Lanes come back one after the other: nothing is given until those that are about to have said where they stand.
    this.#rewindTo = offset < from ? offset : from;
    this.#passed = this.#rewindTo;
    this.feed.stop();
    this.#rewinding ??= setTimeout(() => {
      const start = this.#rewindTo;
      this.#rewinding = undefined;
      this.#rewindTo = undefined;
      if (!this.#stopped && start !== undefined) this.#readFrom(start);
    }, GATHER_REWINDS_MS);
  }

  /** What was passed further on is not passed any more: a lane that is idle must not take it for done. */
  #readFrom(offset: bigint): void {
    this.#passed = offset;
    this.feed.begin(offset);
  }

  #skip(message: TopicMessage): void {
    const { context, topic } = this.#options;
    const kind = message.head === undefined ? 'unreadable' : 'unknown';
    context.metrics.skipped.inc({ flow: context.definition.name, kind });
    context.logger.warn(
      {
        flow: context.definition.name,
        topic,
        partition: this.partition,
        offset: message.offset.toString(),
        kind: message.kind,
        err: message.error,
      },
      'a message that nobody knows was skipped',
    );
  }
}
