/**
 * Decides the life of one running flow: where it begins, which partitions and tables it has, what its state is, and what is
 * written down of its way. Reading, computing and storing are the lanes' business.
 */

import type { Bus } from '@rtdp/bus/bus';
import type { Logger } from '@rtdp/service/logging';
import { typedCommand } from '@rtdp/service/typed-command';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import {
  matchesPattern,
  type Namespace,
  type NamespacePattern,
  parseNamespace,
  parsePattern,
} from '@rtdp/ums/namespace';
import { reasonOf } from '../ingest/after-lane-error.ts';
import type { Lane } from '../ingest/lane.ts';
import { PartitionFeed } from '../ingest/partition-feed.ts';
import { retryPause } from '../ingest/retry-pause.ts';
import { toTopicMessage } from '../ingest/topic-message.ts';
import type { StreamMember, TopicReader } from '../ingest/topic-reader.ts';
import { within } from '../ingest/within.ts';
import type { Reason } from '../state/flow-store.ts';
import type { StoredTable } from '../state/progress-store.ts';
import type { FlowContext } from './flow-context.ts';
import { FlowPartition } from './flow-partition.ts';
import type { FlowStep } from './flow-state.ts';
import { FlowTable } from './flow-table.ts';
import { resolveStart } from './resolve-start.ts';
import { type SinkTableName, sinkTableOf } from './sink-name.ts';

export interface FlowRunOptions {
  context: FlowContext;
  bus: Bus;
  reader: TopicReader;
  /** The topic was made after the flow, so it is read from its beginning. */
  wholeTopic: boolean;
  /** A step of the flow's state machine, with the reason where there is trouble. */
  onStep(step: FlowStep, reason: Reason | null): void;
}

/** How often the way of a flow is written down, milliseconds. */
const RECORD_MS = 2_000;
/** How long the end waits for a sink that says nothing, milliseconds. */
const CLOSE_WAIT_MS = 3_000;
/** How often it is looked whether sinks may forget deletes, milliseconds. */
const CLEAR_MS = 60_000;

export class FlowRun implements StreamMember {
  readonly topic: string;
  readonly context: FlowContext;
  readonly #options: FlowRunOptions;
  readonly #logger: Logger;
  readonly #pattern: NamespacePattern;
  readonly #partitions = new Map<number, FlowPartition>();
  readonly #tables = new Map<string, FlowTable>();
  readonly #tableOfNamespace = new Map<string, FlowTable | null>();
  readonly #starts = new Map<number, bigint>();
  readonly #openPulls = new Map<string, string>();
  #recorder: NodeJS.Timeout | undefined;
  #recording: Promise<void> | undefined;
  #clearedAt: number;
  #troubled = false;
  #stopped = false;

  constructor(options: FlowRunOptions) {
    this.#options = options;
    this.context = options.context;
    this.topic = options.context.definition.source.topic;
    this.#logger = options.context.logger;
    this.#clearedAt = options.context.now();
    this.#pattern = parsePattern(options.context.definition.source.namespace);
  }

  get tables(): readonly FlowTable[] {
    return [...this.#tables.values()];
  }

  get partitions(): readonly FlowPartition[] {
    return [...this.#partitions.values()];
  }

  lanesOf(table: FlowTable): Lane[] {
    return this.partitions.flatMap((partition) => [...partition.lanes]).filter((lane) => lane.table === table);
  }

  /** Finds out where the flow stands and joins its stream. @throws what Kafka, the metadata or the sink say. */
  async start(): Promise<void> {
    const { progress } = this.context;
    await this.#resolveStarts();
    for (const stored of await progress.tables(this.context.id)) {
      const name = { schema: stored.sinkSchema, table: stored.sinkTable };
      const table = new FlowTable(this.context, name, stored);
      this.#tables.set(tableKey(name), table);
    }
    for (const row of await progress.progress(this.context.id)) {
      if (row.openPull !== null)
        this.#openPulls.set(pullKey(row.sinkSchema, row.sinkTable, row.partition), row.openPull);
    }
    if (this.#stopped) return;
    await this.#options.reader.add(this);
    this.#recorder = setInterval(() => this.#record(), RECORD_MS);
    this.#options.onStep('started', null);
  }

  /** Ends what is under way, writes down how far it came. */
  async stop(): Promise<void> {
    this.#stopped = true;
    clearInterval(this.#recorder);
    await this.#options.reader.remove(this);
    await Promise.all(this.partitions.map((partition) => partition.stop()));
    this.#partitions.clear();
    await this.#recording;
    await within(Promise.all(this.tables.map((table) => table.close())), CLOSE_WAIT_MS);
  }

  async expectedStart(partition: number): Promise<bigint | undefined> {
    const feed = this.feedOf(partition);
    return feed === undefined || feed.mode === 'stopped' ? this.#starts.get(partition) : feed.wanted;
  }

  feedOf(partition: number): PartitionFeed | undefined {
    return this.#partitions.get(partition)?.feed;
  }

  async assigned(partition: number): Promise<void> {
    if (this.#stopped || this.#partitions.has(partition)) return;
    const start = this.#starts.get(partition);
    if (start === undefined) return;
    const flowPartition = new FlowPartition({
      context: this.context,
      topic: this.topic,
      partition,
      startOffset: start,
      tableOf: (namespace) => this.#tableOf(namespace),
      onLaneState: () => this.#noteStates(),
      isAssigned: () => !this.#stopped && this.#options.reader.isAssigned(this.topic, partition),
      makeFeed: (target) => this.#makeFeed(target, partition),
    });
    this.#partitions.set(partition, flowPartition);
    await flowPartition.begin(
      this.tables.map((table) => ({
        table,
        openPull: this.#openPulls.get(pullKey(table.name.schema, table.name.table, partition)),
      })),
    );
  }

  async revoked(partition: number): Promise<void> {
    const flowPartition = this.#partitions.get(partition);
    if (flowPartition === undefined) return;
    this.#partitions.delete(partition);
    // The next begin is from here; another worker may have moved it on meanwhile.
    const done = await flowPartition.stop();
    if (done > (this.#starts.get(partition) ?? 0n)) this.#starts.set(partition, done);
    await this.context.progress
      .advance(this.context.id, [{ topic: this.topic, partition, nextOffset: done }])
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'the way of a flow could not be written down'));
  }

  readerTrouble(error: unknown): void {
    this.#options.onStep('trouble', reasonOf(error));
    this.#troubled = true;
  }

  /** Lets a paused table go on where its sink stands. @throws WORMHOLE_TABLE_NOT_FOUND, WORMHOLE_POSITION_LOST */
  async resumeTable(name: SinkTableName): Promise<void> {
    const table = this.requireTable(name);
    await this.#requireStillThere(this.lanesOf(table));
    await table.resume();
    await Promise.all(this.partitions.map((partition) => partition.reopenLane(table)));
    this.#noteStates();
  }

  async pauseTable(name: SinkTableName, reason: Reason): Promise<void> {
    const table = this.requireTable(name);
    await table.pause(reason);
    await Promise.all(this.partitions.map((partition) => partition.reopenLane(table)));
  }

  requireTable(name: SinkTableName): FlowTable {
    const table = this.#tables.get(tableKey(name));
    if (table !== undefined) return table;
    throw new RtdpError({
      code: 'WORMHOLE_TABLE_NOT_FOUND',
      message: `flow ${this.context.definition.name} has no table ${name.schema}.${name.table}`,
      next: 'A table appears with its first row; see the status of the flow for those there are.',
      facts: { ...name },
    });
  }

  async #resolveStarts(): Promise<void> {
    const { progress, definition, id } = this.context;
    const offsets = await this.#options.bus.admin().topicOffsets(this.topic);
    const known = (await progress.partitions(id)).filter((at) => at.topic === this.topic);
    const missing = offsets.filter((at) => !known.some(({ partition }) => partition === at.partition));
    // A flow that runs already and meets a partition that is new reads it whole: all of it came after the flow.
    const isWhole = known.length > 0 || this.#options.wholeTopic;
    const starts = resolveStart(isWhole ? 'earliest' : definition.from, missing);
    const all = await progress.begin(
      this.context,
      [...starts].map(([partition, firstOffset]) => ({ topic: this.topic, partition, firstOffset })),
    );
    for (const at of all) if (at.topic === this.topic) this.#starts.set(at.partition, at.nextOffset);
  }

  #makeFeed(target: ConstructorParameters<typeof PartitionFeed>[0]['target'], partition: number): PartitionFeed {
    const { bus, reader } = this.#options;
    return new PartitionFeed({
      topic: this.topic,
      partition,
      target,
      fullBytes: this.context.definition.limits.bytes,
      readFrom: (offset, signal) => bus.readFrom(this.topic, partition, offset, { until: 'follow', signal }),
      sharedPosition: () => reader.position(this.topic, partition),
      toMessage: toTopicMessage,
      onError: (error) => this.#feedFailed(partition, error),
      now: () => this.context.now(),
    });
  }

  /** A position that is gone stops the flow: nothing ever resets by itself. Anything else is tried again. */
  #feedFailed(partition: number, error: unknown): void {
    if (this.#stopped) return;
    if (isRtdpError(error, 'BUS_OFFSET_OUT_OF_RANGE')) {
      this.#options.onStep('fail', {
        code: 'WORMHOLE_POSITION_LOST',
        message: `partition ${partition} of ${this.topic} no longer holds the position of the flow: ${error.message}`,
        next: `Begin it anew from a pull (${typedCommand(`flow restart ${this.context.definition.name}`)}), and give the topic a longer retention.`,
        facts: reasonOf(error).facts ?? {},
      });
      return;
    }
    this.#options.onStep('trouble', reasonOf(error));
    this.#troubled = true;
    const flowPartition = this.#partitions.get(partition);
    const wait = retryPause(3, this.context.definition.retry, () => this.context.random());
    setTimeout(() => {
      flowPartition?.readOn();
      this.#noteStates();
    }, wait).unref();
  }

  #tableOf(namespaceText: string): FlowTable | null {
    const known = this.#tableOfNamespace.get(namespaceText);
    if (known !== undefined) return known;
    const namespace = parseNamespace(namespaceText);
    const isWanted = matchesPattern(this.#pattern, namespace) && !isHeartbeatTable(namespace);
    const table = isWanted ? this.#tableCalled(sinkTableOf(this.context.definition, namespace)) : null;
    this.#tableOfNamespace.set(namespaceText, table);
    return table;
  }

  #tableCalled(name: SinkTableName): FlowTable {
    return this.#tables.get(tableKey(name)) ?? this.#meet(name, undefined);
  }

  #meet(name: SinkTableName, stored: StoredTable | undefined): FlowTable {
    const table = new FlowTable(this.context, name, stored);
    this.#tables.set(tableKey(name), table);
    // In every partition at once: the table's watermark needs all of them, with or without rows.
    for (const partition of this.#partitions.values()) partition.openLane(table);
    return table;
  }

  #noteStates(): void {
    if (this.#stopped) return;
    const lanes = this.partitions.flatMap((partition) => [...partition.lanes]);
    const troubled = lanes.find((lane) => lane.state === 'retrying');
    if (troubled !== undefined) {
      this.#troubled = true;
      this.#options.onStep('trouble', troubled.reason ?? null);
    } else if (this.#troubled) {
      this.#troubled = false;
      this.#options.onStep('recovered', null);
    }
  }

  #record(): void {
    this.#recording ??= this.#writeDown()
      .catch((error: unknown) => this.#logger.warn({ err: error }, 'the way of a flow could not be written down'))
      .finally(() => {
        this.#recording = undefined;
      });
  }

  async #writeDown(): Promise<void> {
    const { progress, worker, id } = this.context;
    const offsets = this.partitions.map(({ partition, doneOffset }) => ({
      topic: this.topic,
      partition,
      nextOffset: doneOffset,
    }));
    const lanes = this.partitions.flatMap((partition) => [...partition.lanes]);
    await progress.mirror(
      this.context,
      lanes.flatMap((lane) => {
        const { table, topic, partition, epoch, storedOffset } = lane;
        if (storedOffset === undefined) return [];
        return [
          {
            sinkSchema: table.name.schema,
            sinkTable: table.name.table,
            topic,
            partition,
            epoch,
            nextOffset: storedOffset,
            watermark: lane.loading ? null : (lane.watermark ?? null),
            commitNumber: lane.commitNumber,
            openPull: lane.openPull ?? null,
            worker,
          },
        ];
      }),
    );
    await progress.advance(id, offsets);
    await this.#followOthers();
    if (this.#partitions.size < this.context.partitionCount) await this.#noteOthers();
    if (this.context.now() - this.#clearedAt >= CLEAR_MS) await this.#clearRemembered();
  }

  /** Tables that another worker of this flow has met, paused or resumed. */
  async #followOthers(): Promise<void> {
    const marks = new Map(this.tables.map((table) => [table, table.pauseMark]));
    for (const stored of await this.context.progress.tables(this.context.id)) {
      if (this.#stopped) return;
      const name = { schema: stored.sinkSchema, table: stored.sinkTable };
      const table = this.#tables.get(tableKey(name)) ?? this.#meet(name, stored);
      // What this worker did itself meanwhile is newer than what was read.
      if (marks.has(table) && (table.pauseMark === undefined || table.pauseMark !== marks.get(table))) continue;
      if (!table.followPause(stored)) continue;
      await Promise.all(this.partitions.map((partition) => partition.reopenLane(table)));
      this.#noteStates();
    }
  }

  async #clearRemembered(): Promise<void> {
    const { partitionCount } = this.context;
    const now = this.context.now();
    this.#clearedAt = now;
    for (const table of this.tables) {
      const passed = this.lanesOf(table).map((lane) => (lane.loading ? undefined : lane.lastId));
      table.remembered.note(now, passed, partitionCount);
      const sink = table.currentSink;
      if (sink === undefined) continue;
      const cleared = await table.remembered.clear(sink, now, this.topic, partitionCount);
      if (cleared > 0) this.#logger.info({ table: table.name, cleared }, 'remembered deletes were cleared');
    }
  }

  /** Partitions that are other workers': their part of the watermarks is read from the mirror. */
  async #noteOthers(): Promise<void> {
    const rows = await this.context.progress.progress(this.context.id);
    for (const table of this.tables) {
      table.notices.others = rows
        .filter((row) => row.sinkSchema === table.name.schema && row.sinkTable === table.name.table)
        .map((row) => ({
          partition: row.partition,
          watermark: row.watermark ?? undefined,
          loading: row.openPull !== null,
        }));
    }
  }

  async #requireStillThere(lanes: readonly Lane[]): Promise<void> {
    const offsets = await this.#options.bus.admin().topicOffsets(this.topic);
    for (const lane of lanes) {
      const low = offsets.find((at) => at.partition === lane.partition)?.low ?? 0n;
      if (lane.position >= low) continue;
      throw new RtdpError({
        code: 'WORMHOLE_POSITION_LOST',
        message: `partition ${lane.partition} of ${this.topic} begins at ${low}, the table stands at ${lane.position}`,
        next: `Begin it anew from a pull (${typedCommand(`flow restart ${this.context.definition.name}`)}), and give the topic a longer retention.`,
        facts: { partition: lane.partition, low: low.toString(), position: lane.position.toString() },
      });
    }
  }
}

function tableKey({ schema, table }: SinkTableName): string {
  return JSON.stringify([schema, table]);
}

function pullKey(schema: string, table: string, partition: number): string {
  return JSON.stringify([schema, table, partition]);
}

/** DBus' own table at the source: its rows are heartbeats, not data, and it is in no sink. */
function isHeartbeatTable({ database, table }: Namespace): boolean {
  return database === 'rtdp' && table === 'heartbeat';
}
