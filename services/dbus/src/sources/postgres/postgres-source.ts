/** Decides what runs while a Postgres source runs: the stream, the comparison of tables, pulls, re-reads and the watch over the slot. */

import { setTimeout } from 'node:timers/promises';
import { HEARTBEAT_TABLE, type SourceDefinition } from '../../catalog/source-definition.ts';
import type { StoredSource } from '../../catalog/source-store.ts';
import { BufferPool } from '../../pipeline/buffer-pool.ts';
import type { SourceStream, TableName } from '../../pipeline/contract.ts';
import { runStream } from '../../pipeline/run-stream.ts';
import type { SchemaOpening } from '../../pipeline/schema-ledger.ts';
import type { ChunkSurroundings } from '../../pulls/chunk-reader.ts';
import { PullScheduler } from '../../pulls/pull-scheduler.ts';
import type { Pull } from '../../pulls/pull-store.ts';
import { answerRereads } from '../../rereads/answer-rereads.ts';
import { RereadReader } from '../../rereads/reread-reader.ts';
import type { ReconcileReport, RunningSource, SlotReport, SourceSurroundings } from '../contract.ts';
import { reconcileCapture } from './capture.ts';
import { openSession, type SourceSession } from './connection.ts';
import { type Prepared, prepare } from './prepare.ts';
import { ReadGate } from './read-gate.ts';
import { silentChange } from './silent-changes.ts';
import { SlotWatch, slotAlarm } from './slot-watch.ts';
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
  readonly #timers: NodeJS.Timeout[] = [];
  #serverVersion = 0;
  #gate: ReadGate | undefined;
  #pulls: PullScheduler | undefined;
  #rereads: RereadReader | undefined;
  #rereadSession: SourceSession | undefined;
  /** Sessions of the housekeeping below take turns on one connection. */
  #housekeeping: SourceSession | undefined;
  #turn: Promise<unknown> = Promise.resolve();
  #lastHousekeepingError: string | undefined;
  /** Making a slot may wait for a long transaction; ending its session ends the wait. */
  #preparing: SourceSession | undefined;

  constructor(stored: StoredSource, surroundings: SourceSurroundings) {
    this.#stored = stored;
    this.#surroundings = surroundings;
    const { bus, registry, logger, now } = surroundings;
    this.stream = runStream({
      bus,
      registry,
      definition: stored.definition,
      logger,
      onSchemaOpened: (opening) => void this.#onSchemaOpened(opening),
      onTableStopped: (table, error) =>
        void this.#event('table-stopped', `${table.schema}.${table.table} stopped by itself: ${error.message}`, {
          ...table,
        }),
    });
    this.#watch = new SlotWatch({
      definition: stored.definition,
      logger,
      now,
      onLost: (because) => void this.#event('slot-lost', `The slot is lost: ${because}`, {}),
    });
  }

  async start(): Promise<void> {
    const { definition } = this.#stored;
    await using session = await this.#open('prepare');
    const prepared = await this.#prepare(session);
    this.#serverVersion = prepared.serverVersion;
    await this.#tellChanges(prepared.changes);
    this.#watch.start();
    await this.stream.start();
    await this.#startPulls(session, prepared.partitions);
    this.#every(definition.reconcileMs, () => this.reconcile());
    this.#every(GATE_MS, () => this.#lookAtGate());
  }

  async stop(): Promise<void> {
    for (const timer of this.#timers) clearInterval(timer);
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
    await end('housekeeping', this.#turn);
    await end('sessions', Promise.all([this.#housekeeping?.close(), this.#rereadSession?.close()]));
  }

  reconcile(adopt: (table: TableName) => boolean = () => false): Promise<ReconcileReport> {
    return this.#inTurn(async (session) => {
      const { definition, organisationId, id } = this.#stored;
      const changes = await reconcileCapture(session, {
        definition,
        organisationId,
        sourceId: id,
        serverVersion: this.#serverVersion,
        store: this.#surroundings.tables,
        adopt,
      });
      await this.#tellChanges(changes);
      return changes;
    });
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

  slot(): SlotReport | undefined {
    return this.#watch.report;
  }

  health(): { status: 'ok' | 'degraded' | 'down'; detail: string } {
    const state = this.stream.state();
    if (state.name === 'stopped') {
      const { reason } = state;
      return {
        status: 'down',
        detail: reason === undefined ? 'The stream is stopped.' : `${reason.message} ${reason.next}`,
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
    const stalled = this.#pulls?.stalled(this.#surroundings.now()) ?? [];
    if (stalled.length > 0) return { status: 'degraded', detail: `Pulls make no progress: ${stalled.join('; ')}.` };
    if (this.#lastHousekeepingError !== undefined) {
      return { status: 'degraded', detail: `Its tables cannot be compared: ${this.#lastHousekeepingError}` };
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
      readable: (table) => gate.answer(table),
      run: (signal, observer) => ({
        surroundings: chunkSurroundings,
        store: pulls,
        organisationId,
        serverVersion: this.#serverVersion,
        openSession: (role) => this.#open(role),
        ...observer,
        signal,
      }),
      onEnded: (pull) => void this.#tellPullEnded(pull),
      onChunk: (table, rows, bytes, seconds) =>
        metrics.pullRows(definition.name, `${table.schema}.${table.table}`, rows, bytes, seconds),
    });
    await gate.look(session);
    this.#pulls.start();
    this.#rereads = new RereadReader({
      bus,
      source: definition.source,
      positions: this.#surroundings.rereadPositions,
      logger,
      answer: (table, requests) => this.#answerRereads(chunkSurroundings, table, requests),
      onAnswered: (rows) => metrics.reread(definition.name, rows),
    });
    await this.#rereads.start();
  }

  async #answerRereads(
    chunkSurroundings: ChunkSurroundings,
    table: TableName,
    requests: Parameters<typeof answerRereads>[4],
  ): Promise<number> {
    const captured = (await this.#surroundings.tables.list(this.#stored.id)).some(
      (each) => each.schema === table.schema && each.table === table.table,
    );
    if (!captured) return 0;
    try {
      this.#rereadSession ??= await this.#open('reread');
      const { signal } = this.#aborted;
      return await answerRereads(this.#rereadSession, chunkSurroundings, this.#serverVersion, table, requests, signal);
    } catch (error) {
      await this.#rereadSession?.close();
      this.#rereadSession = undefined;
      throw error;
    }
  }

  /** Asks for the first pull of every table that has become readable. */
  #lookAtGate(): Promise<void> {
    return this.#inTurn(async (session) => {
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

  async #onSchemaOpened(opening: SchemaOpening): Promise<void> {
    const { organisationId, id } = this.#stored;
    const { schemaVersions, logger } = this.#surroundings;
    const { table, schema, previous, diff } = opening;
    if (table.schema === HEARTBEAT_TABLE.schema) return;
    try {
      await schemaVersions.record(organisationId, id, table, schema);
      if (previous === undefined) return;
      const compatible = diff?.compatible === true;
      await this.#event(
        'schema-changed',
        `${table.schema}.${table.table} has version ${schema.version}: ${compatible ? 'compatible' : 'incompatible'} with ${previous.version}`,
        { ...table, version: schema.version, compatible, changes: diff?.changes ?? [] },
      );
      const because = await this.#inTurn((session) => silentChange(session, opening));
      if (because === null) return;
      await this.#event('pull-asked', `${table.schema}.${table.table} is pulled again: ${because}`, { ...table });
      await this.#askPull(table, 'schema-change');
    } catch (error) {
      logger.error({ err: error, table, version: schema.version }, 'a schema version could not be kept');
    }
  }

  async #tellChanges(changes: ReconcileReport): Promise<void> {
    const tell = async (kind: string, tables: readonly TableName[], what: string): Promise<void> => {
      for (const table of tables) await this.#event(kind, `${table.schema}.${table.table} ${what}`, { ...table });
    };
    await tell('table-added', changes.added, 'is captured from now on');
    await tell('table-removed', changes.removed, 'is not captured any more');
    await tell('table-changed', changes.changed, 'has another key, or lost it');
  }

  async #tellPullEnded(pull: Pull): Promise<void> {
    const name = `${pull.schema}.${pull.table}`;
    const sentence =
      pull.state === 'done' ? `The pull of ${name} brought ${pull.rows} rows` : `The pull of ${name} is ${pull.state}`;
    await this.#event(`pull-${pull.state}`, sentence, { pull: pull.id, rows: pull.rows, reason: pull.reason });
  }

  /** Never rejects: what cannot be remembered is at least logged. */
  async #event(kind: string, sentence: string, facts: Record<string, unknown>): Promise<void> {
    const { events, logger } = this.#surroundings;
    const { organisationId, name } = this.#stored;
    logger.info({ source: name, kind, ...facts }, sentence);
    try {
      await events.record(organisationId, { sourceName: name, kind, sentence, facts, subject: 'dbus' });
    } catch (error) {
      logger.warn({ err: error, kind }, 'an event could not be recorded');
    }
  }

  /** One after the other on one connection, which is made anew after a failure. */
  #inTurn<Result>(work: (session: SourceSession) => Promise<Result>): Promise<Result> {
    const result = this.#turn.then(async () => {
      try {
        this.#housekeeping ??= await this.#open('housekeeping');
        const done = await work(this.#housekeeping);
        this.#lastHousekeepingError = undefined;
        return done;
      } catch (error) {
        this.#lastHousekeepingError = error instanceof Error ? error.message : String(error);
        await this.#housekeeping?.close();
        this.#housekeeping = undefined;
        throw error;
      }
    });
    this.#turn = result.catch(() => undefined);
    return result;
  }

  /** Repeats a piece of housekeeping; one that is late skips a beat, one that fails is told by `health`. */
  #every(milliseconds: number, work: () => Promise<unknown>): void {
    let busy = false;
    this.#timers.push(
      setInterval(() => {
        if (busy) return;
        busy = true;
        work()
          .catch((error: unknown) =>
            this.#surroundings.logger.debug({ err: error }, 'housekeeping failed; tried again'),
          )
          .finally(() => {
            busy = false;
          });
      }, milliseconds),
    );
  }

  #open(role: string): Promise<SourceSession> {
    const { definition } = this.#stored;
    return openSession(definition.connection, `rtdp-dbus-${definition.name}-${role}`);
  }
}
