/**
 * Decides the life of one session: fence, read the position, stream until something fails or it is told to stop. Nothing that was
 * decoded outlives it; the next one begins at the position that Kafka holds.
 */
import { hostname } from 'node:os';
import { isRtdpError, RtdpError } from '@rtdp/ums/error';
import { afterLoss } from '@rtdp/ums/ids';
import { DBUS_TOPICS, HEARTBEAT_TABLE, publicationNames } from '../catalog/source-definition.ts';
import { clientConfig, openSession, type SourceSession } from '../sources/postgres/connection.ts';
import { PgoutputDecoder } from '../sources/postgres/pgoutput-decoder.ts';
import { RelationCache } from '../sources/postgres/relation-cache.ts';
import { loadTypeMap } from '../sources/postgres/type-map-catalog.ts';
import { sourceTextValues } from '../sources/postgres/value-decoder.ts';
import { WalStream } from '../sources/postgres/wal-stream.ts';
import { type HeartbeatRow, LogChanges } from '../sources/postgres/wal-stream-changes.ts';
import type { Batch } from './batch.ts';
import { BatchCutter } from './batch-cutter.ts';
import { BufferPool } from './buffer-pool.ts';
import type { PipelineMessage, StreamFigures, StreamSchema, TableFigures } from './contract.ts';
import { type ControlPlace, type ControlTarget, heartbeats } from './control-messages.ts';
import { Heartbeat } from './heartbeat.ts';
import { lastIdIn } from './last-id.ts';
import { type Position, positionKey, readPosition } from './position-record.ts';
import { Publisher } from './publisher.ts';
import { RowHead, timestampText } from './row-head.ts';
import type { RunStreamOptions } from './run-stream.ts';
import { SchemaLedger } from './schema-ledger.ts';
import { type StreamSequencer, tableNotFound } from './sequencer.ts';
import { startingLsn } from './source-slot.ts';
import { ChangeWriter } from './to-ums.ts';

/** Batches that may wait for the publisher before reading stops. */
const READY_BATCHES = 2;

export interface StreamSessionOptions extends RunStreamOptions {
  sequencer: StreamSequencer;
  /** Told of the schemas that Kafka holds when the session begins: an earlier process may not have registered them. */
  onSchemas: (schemas: readonly StreamSchema[]) => void;
  figures: StreamFigures;
  tableFigures: Map<string, TableFigures>;
  now: () => number;
}

interface Parts {
  catalog: SourceSession;
  publisher: Publisher;
  cutter: BatchCutter;
  writer: ChangeWriter;
  relations: RelationCache;
  ledger: SchemaLedger;
  head: RowHead;
  target: ControlTarget;
  log: WalStream;
  heartbeat: Heartbeat;
}

export class StreamSession {
  readonly #options: StreamSessionOptions;
  readonly #ended = Promise.withResolvers<unknown>();
  readonly #pool = new BufferPool();
  readonly #cleanups: (() => Promise<unknown> | undefined)[] = [];
  #parts: Parts | undefined;
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
    this.#cleanups.push(() => publisher.close());
    await publisher.fence();
    const catalog = await openSession(definition.connection, `rtdp dbus ${definition.name} catalog`);
    this.#cleanups.push(() => catalog.close());
    catalog.client.on('error', (error) => this.#end(error));
    const ledger = new SchemaLedger(definition);
    const { position, isNew } = await this.#readPosition(catalog, ledger);
    publisher.begin(position);
    this.#build(publisher, catalog, ledger, position, await loadTypeMap(catalog), await this.#target());
    const { log, heartbeat } = this.#parts!;
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

  #build(
    publisher: Publisher,
    catalog: SourceSession,
    ledger: SchemaLedger,
    position: Position,
    types: Awaited<ReturnType<typeof loadTypeMap>>,
    target: ControlTarget,
  ): void {
    const { definition, sequencer, figures, tableFigures, now, onSchemaOpened, onTableStopped } = this.#options;
    const head = new RowHead(position.nextId);
    const cutter = new BatchCutter(position.lsn, {
      limits: definition.limits,
      pool: this.#pool,
      marks: { source: definition.source, instance: target.instance },
      now,
      seal: () => writer.seal(),
      closing: () => this.#takeHeartbeats(),
      nextId: () => head.base,
      isPublisherIdle: () => !publisher.isBusy && publisher.waiting === 0,
      onBatch: (batch) => {
        publisher.add(batch);
        this.#onProgress();
      },
    });
    const writer = new ChangeWriter({
      definition,
      ledger,
      head,
      pool: this.#pool,
      cutter,
      target,
      figures,
      tableFigures,
      now,
      rawMessage: () => changes.rawMessage(),
      onOpened: (opening) => onSchemaOpened?.(opening),
      onTableStopped: (table, error) => onTableStopped?.(table, error),
    });
    const relations = new RelationCache({
      session: catalog,
      types,
      isHeartbeat: (table) => table.schema === HEARTBEAT_TABLE.schema && table.table === HEARTBEAT_TABLE.table,
    });
    const changes = new LogChanges({
      writer,
      cutter,
      head,
      relations,
      inside: position.inside,
      hold: (work) => log.hold(work),
      onTransaction: (xid) => sequencer.noteTransaction(xid),
      onHeartbeat: (row) => this.#onHeartbeat(row),
    });
    const decoder = new PgoutputDecoder(changes);
    const names = publicationNames(definition);
    const log = new WalStream({
      client: clientConfig(definition.connection, `rtdp dbus ${definition.name}`),
      slot: definition.slot,
      publications: [names.keyed, names.insertOnly],
      textIsUtf8: types.textIsUtf8,
      from: position.lsn,
      durableLsn: () => publisher.position?.lsn ?? position.lsn,
      onEnd: (error) => this.#end(error),
      onMessage: (bytes, start, end) => {
        if (this.#isEnded) return;
        try {
          changes.setMessage(bytes, start, end);
          decoder.decode(bytes, start, end);
        } catch (error) {
          this.#end(error);
        }
      },
    });
    const heartbeat = new Heartbeat({
      source: definition.source,
      intervalMs: definition.heartbeatMs,
      openSession: () => openSession(definition.connection, `rtdp dbus ${definition.name} heartbeat`),
      wantsSnapshot: () => sequencer.hasUnseen(),
      onSnapshot: (text) => sequencer.forgetVisible(text),
      onError: (error) => {
        if (!this.#isEnded) this.#options.logger.warn({ error: error.toJSON() }, error.message);
      },
    });
    this.#parts = { catalog, publisher, cutter, writer, relations, ledger, head, target, log, heartbeat };
  }

  #sequenced() {
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
    const { figures, tableFigures, sequencer, now } = this.#options;
    const { log, head } = this.#parts!;
    const millis = batch.commitMicros / 1000;
    for (const message of batch.messages) {
      if (!('buffer' in message)) continue;
      this.#pool.give(message.buffer);
      const table = tableFigures.get(message.table);
      if (table !== undefined && millis > 0) table.publishedCommitMillis = millis;
    }
    figures.bytes += batch.bytes;
    figures.kafkaTransactions++;
    figures.sourceTransactions += batch.sourceTransactions;
    figures.durableLsn = position.lsn;
    figures.nextId = head.base;
    figures.sourceTextValues = sourceTextValues.count;
    if (millis > 0) {
      figures.publishedCommitMillis = millis;
      figures.lastLatencyMillis = now() - millis;
    }
    for (const callback of batch.onCommitted) callback();
    sequencer.onPosition(position);
    log.acknowledge();
  }

  #end(error: unknown): void {
    if (this.#isEnded) return;
    this.#isEnded = true;
    const reason = isRtdpError(error, 'BUS_FENCED') ? fenced(error) : error;
    this.#parts?.cutter.close();
    this.#parts?.publisher.fail(reason);
    this.#options.sequencer.detach(reason);
    this.#ended.resolve(reason);
  }
}

function fenced(cause: RtdpError): RtdpError {
  return new RtdpError({
    code: 'DBUS_FENCED',
    message: 'Another process has taken this source over.',
    next: 'Let only one DBus run this source; start it here again if the other one is gone.',
    facts: {},
    cause,
  });
}
