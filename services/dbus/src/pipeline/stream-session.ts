/**
 * Decides the life of one session: fence, read the position, stream until something fails or it is told to stop. Nothing that was
 * decoded outlives it; the next one begins at the position that Kafka holds.
 */
import { hostname } from 'node:os';
import type { ProducerOwnership } from '@rtdp/bus/bus';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import { afterLoss } from '@rtdp/ums/ids';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import { openSession, type SourceSession } from '../sources/postgres/connection.ts';
import { loadTypeMap } from '../sources/postgres/type-map-catalog.ts';
import type { HeartbeatRow } from '../sources/postgres/wal-stream-changes.ts';
import type { Batch } from './batch.ts';
import { BufferPool } from './buffer-pool.ts';
import type { PipelineMessage, StreamFigures, StreamSchema, TableFigures } from './contract.ts';
import { type ControlPlace, type ControlTarget, heartbeats } from './control-messages.ts';
import { lastIdIn } from './last-id.ts';
import { type Position, positionKey, readPosition } from './position-record.ts';
import { Publisher } from './publisher.ts';
import { timestampText } from './row-head.ts';
import type { RunStreamOptions } from './run-stream.ts';
import { SchemaLedger } from './schema-ledger.ts';
import { type SequencedSession, type StreamSequencer, tableNotFound } from './sequencer.ts';
import { type SessionHooks, type SessionParts, wireSession } from './session-parts.ts';
import { startingLsn } from './source-slot.ts';

/** Batches that may wait for the publisher before reading stops. */
const READY_BATCHES = 2;

export interface StreamSessionOptions extends RunStreamOptions {
  sequencer: StreamSequencer;
  /** Told of the schemas that Kafka holds when the session begins: an earlier process may not have registered them. */
  onSchemas: (schemas: readonly StreamSchema[]) => void;
  figures: StreamFigures;
  tableFigures: Map<string, TableFigures>;
  now: () => number;
  /** What the session before left behind; undefined = take the source over, whoever streams it. */
  held: ProducerOwnership | undefined;
}

export class StreamSession {
  readonly #options: StreamSessionOptions;
  readonly #ended = Promise.withResolvers<unknown>();
  readonly #pool = new BufferPool();
  readonly #cleanups: (() => Promise<unknown> | undefined)[] = [];
  #publisher: Publisher | undefined;
  #parts: SessionParts | undefined;
  #isEnded = false;
  #isStopping = false;
  /** The newest heartbeat that was decoded and not yet sent. */
  #heartbeat: { schema: StreamSchema; place: ControlPlace } | undefined;

  constructor(options: StreamSessionOptions) {
    this.#options = options;
  }

  /** Resolves with the reason when the session is over. */
  get ended(): Promise<unknown> {
    return this.#ended.promise;
  }

  /** For the session that follows this one. */
  get ownership(): ProducerOwnership | undefined {
    return this.#publisher?.ownership;
  }

  /** Resolves when rows flow. Rejects with the reason if they never do; call `stop` in either case. */
  async start(): Promise<void> {
    const { bus, definition, sequencer, now } = this.#options;
    const publisher = new Publisher({
      bus,
      definition,
      now,
      sequence: sequencer,
      trace: this.#options.trace,
      onCommitted: (batch, position) => this.#onCommitted(batch, position),
      onFailed: (error) => this.#end(error),
      onProgress: () => this.#onProgress(),
    });
    this.#publisher = publisher;
    this.#cleanups.push(() => publisher.close());
    await publisher.fence(this.#options.held);
    const catalog = await openSession(definition.connection, `rtdp dbus ${definition.name} catalog`);
    this.#cleanups.push(() => catalog.close());
    catalog.client.on('error', (error) => this.#end(error));
    const ledger = new SchemaLedger(definition);
    const { position, isNew } = await this.#readPosition(catalog, ledger);
    publisher.begin(position);
    const types = await loadTypeMap(catalog);
    const target = await this.#target();
    const found = { publisher, catalog, ledger, position, types, target, pool: this.#pool };
    const parts = wireSession(this.#options, found, this.#hooks());
    this.#parts = parts;
    const { log, heartbeat } = parts;
    // What failed meanwhile has ended the session before anybody could wait for it.
    if (this.#isEnded) throw await this.ended;
    this.#options.onSchemas(ledger.all());
    sequencer.attach(this.#sequenced(), position);
    // The counter of a new source is in Kafka before its first row.
    if (isNew) await publisher.request([]);
    await log.start();
    this.#cleanups.push(() => log.stop());
    heartbeat.start();
    this.#cleanups.push(() => heartbeat.stop());
  }

  /** @param inOrder commits what is whole first */
  async stop(inOrder: boolean): Promise<void> {
    const parts = this.#parts;
    if (inOrder && parts !== undefined && !this.#isEnded) {
      this.#isStopping = true;
      parts.log.throttle(true);
      parts.cutter.flush();
      await parts.publisher.drained();
      parts.log.acknowledge();
    }
    this.#end(new Error('the stream was told to stop'));
    this.#options.sequencer.detach(new Error('the session is over'));
    for (const cleanup of this.#cleanups.splice(0).reverse()) await cleanup();
  }

  async #readPosition(catalog: SourceSession, ledger: SchemaLedger): Promise<{ position: Position; isNew: boolean }> {
    const { bus, definition, now } = this.#options;
    const records = await bus.readCompacted(DBUS_TOPICS.positions);
    ledger.load(records);
    const value = records.get(positionKey(definition.source));
    const stored = value === undefined ? undefined : readPosition(value);
    const lsn = await startingLsn(catalog, definition.slot, stored?.lsn);
    if (stored !== undefined) return { position: stored, isNew: false };
    const nextId = afterLoss(now(), await lastIdIn(bus, definition.topic));
    return { position: { lsn, nextId, inside: null, unseenXids: [] }, isNew: true };
  }

  async #target(): Promise<ControlTarget> {
    const { bus, definition, now } = this.#options;
    const partitions = await bus.admin().partitionCount(definition.topic);
    return {
      topic: definition.topic,
      partitions,
      source: definition.source,
      instance: `${hostname()}-${process.pid}`,
      now,
    };
  }

  #hooks(): SessionHooks {
    return {
      isEnded: () => this.#isEnded,
      onEnd: (error) => this.#end(error),
      onProgress: () => this.#onProgress(),
      onHeartbeat: (row) => this.#onHeartbeat(row),
      takeHeartbeats: () => this.#takeHeartbeats(),
    };
  }

  #sequenced(): SequencedSession {
    const { head, ledger, cutter, publisher, writer, heartbeat } = this.#parts!;
    return {
      head,
      ledger,
      cutter,
      publisher,
      reopen: (table: { schema: string; table: string }) => writer.reopen(table),
      writeHeartbeat: () => heartbeat.write(),
      nextHeartbeat: () => heartbeat.next,
    };
  }

  #onHeartbeat(row: HeartbeatRow): void {
    const { sequencer, definition } = this.#options;
    const { writer, head, log } = this.#parts!;
    // Two sources may stream one database: each passes on only its own.
    if (row.source !== definition.source) return;
    this.#heartbeat = {
      schema: writer.openFor(row.relation),
      place: {
        id: row.base + 1n,
        timestamp: timestampText(row.commitMicros),
        position: head.transaction.position,
      },
    };
    const due = sequencer.takeRefreshes(row.sequence);
    if (due.length > 0) log.hold(this.#refresh(due));
  }

  /** Compares the catalog with the stream's versions, at this point of the log, for those who asked. */
  async #refresh(due: ReturnType<StreamSequencer['takeRefreshes']>): Promise<void> {
    const { relations, writer, cutter } = this.#parts!;
    for (const { table, resolve, reject } of due) {
      const found = await relations.fromCatalog(table);
      if (found === undefined) {
        reject(tableNotFound(table));
        continue;
      }
      const schema = writer.openFor(found);
      cutter.whenCommitted(() => resolve(schema));
    }
    cutter.hurry();
  }

  /** Behind all rows of the batch, so that a heartbeat never passes a row that was committed before it. */
  #takeHeartbeats(): PipelineMessage[] {
    const heartbeat = this.#heartbeat;
    if (heartbeat === undefined) return [];
    this.#heartbeat = undefined;
    this.#options.figures.heartbeats++;
    return heartbeats(this.#parts!.target, heartbeat.schema, heartbeat.place);
  }

  #onProgress(): void {
    const { publisher, cutter, log } = this.#parts ?? {};
    if (publisher === undefined || cutter === undefined || log === undefined) return;
    if (!publisher.isBusy && publisher.waiting === 0) cutter.onPublisherIdle();
    log.throttle(this.#isStopping || publisher.waiting >= READY_BATCHES);
    this.#options.figures.openBytes = cutter.openBytes;
  }

  #onCommitted(batch: Batch, position: Position): void {
    const { acknowledger, log } = this.#parts!;
    acknowledger.committed(batch, position);
    this.#options.sequencer.onPosition(position);
    log.acknowledge();
  }

  #end(error: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const reason = asFenced(error);
    this.#parts?.cutter.close();
    this.#parts?.publisher.fail(reason);
    this.#options.sequencer.detach(reason);
    this.#ended.resolve(reason);
  }
}

/** The bus knows only of transactional ids; whatever else it is stays as it is. */
export function asFenced(cause: unknown): unknown {
  if (!isRtdpError(cause, 'BUS_FENCED')) return cause;
  return new RtdpError({
    code: 'DBUS_FENCED',
    message: 'Another process has taken this source over.',
    next: 'It goes on here by itself when nobody else streams it any more; start it here to take it back at once.',
    facts: {},
    cause,
  });
}
