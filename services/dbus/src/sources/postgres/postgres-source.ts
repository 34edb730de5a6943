/** Decides what runs while a Postgres source runs: the stream, the comparison of tables, pulls, re-reads and the watch over the slot. */

import { setTimeout } from 'node:timers/promises';
import { sentences } from '@rtdp/ums/error';
import type { SourceDefinition } from '../../catalog/source-definition.ts';
import { SourceJournal } from '../../catalog/source-journal.ts';
import type { StoredSource } from '../../catalog/source-store.ts';
import { BufferPool } from '../../pipeline/buffer-pool.ts';
import type { SourceStream, TableName } from '../../pipeline/contract.ts';
import { runStream } from '../../pipeline/run-stream.ts';
import type { ChunkSurroundings } from '../../pulls/chunk-reader.ts';
import { sendMark } from '../../pulls/pull-run.ts';
import { PullScheduler } from '../../pulls/pull-scheduler.ts';
import type { Pull } from '../../pulls/pull-store.ts';
import { RereadAnswerer } from '../../rereads/answer-rereads.ts';
import { RereadReader } from '../../rereads/reread-reader.ts';
import type { ReconcileReport, RunningSource, SlotReport, SourceSurroundings, TableProgress } from '../contract.ts';
import { lostAlarm, reconcileCapture } from './capture.ts';
import { openSession, type SourceSession } from './connection.ts';
import { Housekeeping } from './housekeeping.ts';
import { type Prepared, prepare } from './prepare.ts';
import { ReadGate } from './read-gate.ts';
import { SchemaHistory } from './schema-history.ts';
import { SlotWatch, slotAlarm } from './slot-watch.ts';
import { stoppedAlarm, tableProgress, unreadable } from './table-progress.ts';
import { loadTypeMap } from './type-map-catalog.ts';

const GATE_MS = 500;
const READING_GRACE_MS = 3_000;

export function openPostgresSource(stored: StoredSource, surroundings: SourceSurroundings): RunningSource {
  return new PostgresSource(stored, surroundings);
}

class PostgresSource implements RunningSource {
  readonly stream: SourceStream;
  #stored: StoredSource;
  readonly #surroundings: SourceSurroundings;
  readonly #watch: SlotWatch;
  readonly #aborted = new AbortController();
  readonly #journal: SourceJournal;
  readonly #housekeeping: Housekeeping;
  readonly #history: SchemaHistory;
  #serverVersion = 0;
  #lost: ReturnType<typeof lostAlarm> = null;
  #gate: ReadGate | undefined;
  #pulls: PullScheduler | undefined;
  #rereads: RereadReader | undefined;
  #rereadAnswerer: RereadAnswerer | undefined;
  /** Making a slot may wait for a long transaction; ending its session ends the wait. */
  #preparing: SourceSession | undefined;

  constructor(stored: StoredSource, surroundings: SourceSurroundings) {
    this.#stored = stored;
    this.#surroundings = surroundings;
    const { bus, registry, logger, now, events, schemaVersions } = surroundings;
    const { definition, organisationId, id } = stored;
    const journal = new SourceJournal(events, logger, stored);
    this.#journal = journal;
    this.#housekeeping = new Housekeeping(() => this.#open('housekeeping'), logger);
    this.#history = new SchemaHistory({
      organisationId,
      sourceId: id,
      store: schemaVersions,
      journal,
      housekeeping: this.#housekeeping,
      logger,
      askPull: (table, cause) => this.#askPull(table, cause),
    });
    this.stream = runStream({
      bus,
      registry,
      definition,
      logger,
      onSchemaOpened: ({ table, schema }) => void this.#history.take(table, schema),
      onTableStopped: ({ schema, table }, error) =>
        void journal.tell('table-stopped', `${schema}.${table} stopped by itself: ${error.message}`, { schema, table }),
    });
    this.#watch = new SlotWatch({
      definition,
      logger,
      now,
      onLost: (because) => void journal.tell('slot-lost', `The slot is lost: ${because}`, {}),
    });
  }

  async start(): Promise<void> {
    const { definition } = this.#stored;
    await using session = await this.#open('prepare');
    const prepared = await this.#prepare(session);
    this.#serverVersion = prepared.serverVersion;
    await this.#tell(prepared.changes);
    this.#watch.start();
    await this.stream.start();
    await this.#startPulls(session, prepared.partitions);
    await this.#takeInSchemas();
    this.#housekeeping.every(definition.reconcileMs, () => this.reconcile());
    this.#housekeeping.every(GATE_MS, () => this.#lookAtGate());
  }

  async stop(): Promise<void> {
    this.#housekeeping.rest();
    this.#aborted.abort('waiting');
    const { logger } = this.#surroundings;
    const end = async (part: string, stopping: Promise<unknown> | undefined): Promise<void> => {
      await Promise.resolve(stopping).catch((error: unknown) =>
        logger.warn({ err: error, part }, 'a part did not stop cleanly'),
      );
    };
    await end('preparing', this.#preparing?.terminate());
    const reading = Promise.all([this.#pulls?.stop(), this.#rereads?.stop()]);
    // Where Kafka does not answer, a chunk ends only with the stream.
    await end('pulls and re-reads', Promise.race([reading, setTimeout(READING_GRACE_MS, undefined, { ref: false })]));
    await end('stream', this.stream.stop());
    await end('pulls and re-reads', reading);
    await end('watch', this.#watch.stop());
    await end('housekeeping', this.#housekeeping.stop());
    await end('re-reads', this.#rereadAnswerer?.close());
  }

  reconcile(adopt: (table: TableName) => boolean = () => false): Promise<ReconcileReport> {
    return this.#housekeeping.inTurn(async (session) => {
      const { definition, organisationId, id } = this.#stored;
      const changes = await reconcileCapture(session, {
        definition,
        organisationId,
        sourceId: id,
        serverVersion: this.#serverVersion,
        store: this.#surroundings.tables,
        adopt,
      });
      await this.#tell(changes);
      return changes;
    });
  }

  async #tell(changes: ReconcileReport): Promise<void> {
    this.#lost = lostAlarm(changes.lost);
    await this.#journal.tables(changes);
  }

  changeTables(definition: SourceDefinition, adopt: (table: TableName) => boolean): Promise<ReconcileReport> {
    this.#stored = { ...this.#stored, definition };
    return this.reconcile(adopt);
  }

  async pullCommand(pull: Pull, command: 'pause' | 'resume' | 'cancel'): Promise<void> {
    await this.#pulls?.command(pull, command);
  }

  kickPulls(): void {
    this.#pulls?.kick();
  }

  pullWaitsFor(pullId: string): string | null {
    return this.#pulls?.waitingFor(pullId) ?? null;
  }

  tables(): TableProgress[] {
    return tableProgress(this.#gate?.tables ?? [], this.stream);
  }

  slot(): SlotReport | undefined {
    return this.#watch.report;
  }

  health(): { status: 'ok' | 'degraded' | 'down'; detail: string } {
    const state = this.stream.state();
    if (state.name === 'stopped') {
      const { reason } = state;
      return {
        status: 'down',
        detail: reason === undefined ? 'The stream is stopped.' : sentences(reason.message, reason.next),
      };
    }
    const alarm = slotAlarm(this.#watch.report);
    if (alarm?.status === 'down') return alarm;
    if (state.name === 'waiting') return { status: 'degraded', detail: `It reconnects: ${state.lastError.message}` };
    if (state.name === 'connecting' && state.lastError !== undefined) {
      return { status: 'degraded', detail: `It reconnects: ${state.lastError.message}` };
    }
    if (this.#watch.unreachable !== undefined)
      return { status: 'degraded', detail: `The slot cannot be seen: ${this.#watch.unreachable}` };
    if (alarm !== null) return alarm;
    if (this.#lost !== null) return this.#lost;
    const stopped = stoppedAlarm(this.#stored.name, this.tables());
    if (stopped !== null) return stopped;
    const stalled = this.#pulls?.stalled(this.#surroundings.now()) ?? [];
    if (stalled.length > 0) return { status: 'degraded', detail: `Pulls make no progress: ${stalled.join('; ')}.` };
    const [failedPull] = this.#pulls?.failed(this.#stored.name) ?? [];
    if (failedPull !== undefined) return { status: 'degraded', detail: failedPull };
    if (this.#housekeeping.lastError !== undefined) {
      return { status: 'degraded', detail: `Its tables cannot be compared: ${this.#housekeeping.lastError}` };
    }
    return { status: 'ok', detail: '' };
  }

  async #prepare(session: SourceSession): Promise<Prepared> {
    const { definition, organisationId, id, slotMadeAt } = this.#stored;
    const { bus, tables, slotMade } = this.#surroundings;
    this.#preparing = session;
    try {
      return await prepare(session, {
        definition,
        organisationId,
        sourceId: id,
        slotWasMade: slotMadeAt !== null,
        slotMade,
        tables,
        admin: bus.admin(),
      });
    } finally {
      this.#preparing = undefined;
    }
  }

  async #startPulls(session: SourceSession, partitions: number): Promise<void> {
    const { definition, organisationId, id } = this.#stored;
    const { bus, pulls, tables, logger, metrics, now, instance } = this.#surroundings;
    const chunkSurroundings: ChunkSurroundings = {
      definition,
      sequencer: this.stream.sequencer,
      types: await loadTypeMap(session),
      pool: new BufferPool(),
      partitions,
      instance,
      now,
    };
    const gate = new ReadGate({
      definition,
      organisationId,
      sourceId: id,
      serverVersion: this.#serverVersion,
      store: tables,
    });
    this.#gate = gate;
    this.#pulls = new PullScheduler({
      store: pulls,
      organisationId,
      sourceId: id,
      parallel: definition.snapshot.parallelTables,
      logger,
      readable: (table) => unreadable(this.stream.sequencer, table) ?? gate.answer(table),
      run: (signal, observer) => ({
        surroundings: chunkSurroundings,
        store: pulls,
        organisationId,
        serverVersion: this.#serverVersion,
        openSession: (role) => this.#open(role),
        ...observer,
        signal,
      }),
      tellCancelled: async (pull) => {
        await this.stream.sequencer.refreshSchema(pull);
        await sendMark('cancel', pull, { surroundings: chunkSurroundings });
      },
      onEnded: (pull) => void this.#journal.pullEnded(pull),
      onChunk: (table, rows, bytes, seconds) =>
        metrics.pullRows(definition.name, `${table.schema}.${table.table}`, rows, bytes, seconds),
    });
    await gate.look(session);
    this.#pulls.start();
    const answerer = new RereadAnswerer({
      surroundings: chunkSurroundings,
      serverVersion: this.#serverVersion,
      open: () => this.#open('reread'),
      isCaptured: (table) => this.#isCaptured(table),
      signal: this.#aborted.signal,
    });
    this.#rereadAnswerer = answerer;
    this.#rereads = new RereadReader({
      bus,
      source: definition.source,
      positions: this.#surroundings.rereadPositions,
      logger,
      answer: (table, requests) => answerer.answer(table, requests),
      onAnswered: (rows) => metrics.reread(definition.name, rows),
    });
    await this.#rereads.start();
  }

  async #isCaptured({ schema, table }: TableName): Promise<boolean> {
    const captured = await this.#surroundings.tables.list(this.#stored.id);
    return captured.some((each) => each.schema === schema && each.table === table);
  }

  /** Versions that were opened just before an earlier process died, too early to be kept. */
  async #takeInSchemas(): Promise<void> {
    for (const table of await this.#surroundings.tables.list(this.#stored.id)) {
      const schema = this.stream.sequencer.currentSchema(table);
      if (schema !== undefined) await this.#history.take(table, schema);
    }
  }

  /** Asks for the first pull of every table that has become readable. */
  #lookAtGate(): Promise<void> {
    return this.#housekeeping.inTurn(async (session) => {
      const due = (await this.#gate?.look(session)) ?? [];
      for (const table of due) {
        await this.#askPull(table, 'first');
        await this.#surroundings.tables.pullAsked(this.#stored.id, table);
      }
      if (due.length > 0) await this.#gate?.look(session);
    });
  }

  async #askPull(table: TableName, cause: string): Promise<void> {
    const { organisationId, id } = this.#stored;
    const waiting = (await this.#surroundings.pulls.unfinished(id)).some(
      (pull) =>
        pull.schema === table.schema && pull.table === table.table && pull.state === 'waiting' && pull.firstId === null,
    );
    if (waiting) return;
    await this.#surroundings.pulls.ask({ organisationId, sourceId: id, table, cause, askedBy: 'dbus' });
    this.#pulls?.kick();
  }

  #open(role: string): Promise<SourceSession> {
    const { definition } = this.#stored;
    return openSession(definition.connection, `rtdp-dbus-${definition.name}-${role}`);
  }
}
