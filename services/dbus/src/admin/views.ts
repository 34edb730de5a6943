/** Decides how sources, tables and pulls are shown: never a password, times as ISO text, rates and rests worked out. Pure. */
import { formatNamespace } from '@rtdp/ums/namespace';
import type { z } from 'zod';
import type { SourceEvent } from '../catalog/event-store.ts';
import { publicationNames } from '../catalog/source-definition.ts';
import type { StoredSource } from '../catalog/source-store.ts';
import { reasonOf } from '../catalog/source-store.ts';
import type { CapturedTable } from '../catalog/table-store.ts';
import type {
  CapturedTableView,
  chunkSchema,
  eventSchema,
  lagSchema,
  PullView,
  SourceView,
  slotSchema,
  streamSchema,
} from '../client.ts';
import type { StreamSchema } from '../pipeline/contract.ts';
import { formatLsn } from '../pipeline/lsn.ts';
import type { FinishedChunk, Pull } from '../pulls/pull-store.ts';
import type { RunningSource, SlotReport, TableProgress, TableReport } from '../sources/contract.ts';

export function viewSource(
  stored: StoredSource,
  running: RunningSource | undefined,
  held: { health: SourceView['health']; slot: SlotReport | undefined },
  now: number,
): SourceView {
  const { definition } = stored;
  const { password: _password, ...connection } = definition.connection;
  return {
    name: stored.name,
    kind: definition.kind,
    source: definition.source,
    topic: definition.topic,
    partitions: definition.partitions,
    origin: stored.origin,
    wanted: stored.wanted,
    state: stored.state,
    reason: stored.reason,
    health: held.health,
    stream: running === undefined ? null : viewStream(running, now),
    slot: viewSlot(definition.slot, held.slot),
    definition: { ...definition, connection, publications: publicationNames(definition) },
    createdAt: stored.createdAt.toISOString(),
    changedAt: stored.changedAt.toISOString(),
  };
}

function viewStream(running: RunningSource, now: number): z.output<typeof streamSchema> {
  const { figures } = running.stream;
  const state = running.stream.state();
  const lastError = 'lastError' in state ? state.lastError : 'reason' in state ? state.reason : undefined;
  return {
    state: state.name,
    attempt: 'attempt' in state ? state.attempt : null,
    lastError: lastError === undefined ? null : reasonOf(lastError),
    rows: figures.rows,
    bytes: figures.bytes,
    sourceTransactions: figures.sourceTransactions,
    kafkaTransactions: figures.kafkaTransactions,
    deadLetters: figures.deadLetters,
    rereads: figures.rereads,
    heartbeats: figures.heartbeats,
    restarts: figures.restarts,
    lastLatencyMillis: figures.lastLatencyMillis,
    lagMillis: ageOf(figures.publishedCommitMillis, now),
    openBytes: figures.openBytes,
    durableLsn: formatLsn(figures.durableLsn),
    nextId: figures.nextId.toString(),
  };
}

export function viewSlot(name: string, report: SlotReport | undefined): z.output<typeof slotSchema> | null {
  return report === undefined ? null : { name, ...report, seenAt: new Date(report.seenAt).toISOString() };
}

export function viewLag(stored: StoredSource, running: RunningSource, now: number): z.output<typeof lagSchema> {
  const { figures } = running.stream;
  return {
    source: stored.name,
    lagMillis: ageOf(figures.publishedCommitMillis, now),
    lastLatencyMillis: figures.lastLatencyMillis,
    slot: viewSlot(stored.definition.slot, running.slot()),
    tables: running.tables().map(({ schema, table, rows, deadLetters, reachedMillis }) => ({
      schema,
      table,
      rows,
      lagMillis: ageOf(reachedMillis, now),
      deadLetters,
    })),
  };
}

/** @param progress undefined where nothing streams the table */
export function viewTable(
  report: TableReport,
  captured: CapturedTable | undefined,
  progress: TableProgress | undefined,
  current: StreamSchema | undefined,
  now: number,
): CapturedTableView {
  return {
    ...report,
    captured: captured !== undefined,
    capturedAt: captured?.capturedAt.toISOString() ?? null,
    namespace: current === undefined ? null : formatNamespace(current.namespace),
    version: current === undefined ? null : Number(current.version),
    stopped: progress?.stopped ?? false,
    rows: progress?.rows ?? 0,
    deadLetters: progress?.deadLetters ?? 0,
    lagMillis: progress === undefined ? null : ageOf(progress.reachedMillis, now),
  };
}

export function viewPull(pull: Pull, waitsFor: string | null): PullView {
  const rowsPerSecond = pull.busySeconds > 0 ? Math.round(pull.rows / pull.busySeconds) : null;
  const left = Math.max(0, pull.estimatedRows - pull.rows);
  const isUnderWay = pull.state === 'running' || pull.state === 'waiting' || pull.state === 'paused';
  return {
    id: pull.id,
    schema: pull.schema,
    table: pull.table,
    state: pull.state,
    cause: pull.cause,
    batchId: pull.batchId,
    firstId: pull.firstId?.toString() ?? null,
    chunks: pull.chunks,
    rows: pull.rows,
    bytes: pull.bytes,
    deadLetters: pull.deadLetters,
    estimatedRows: pull.estimatedRows,
    rowsPerSecond,
    remainingSeconds:
      isUnderWay && rowsPerSecond !== null && rowsPerSecond > 0 ? Math.round(left / rowsPerSecond) : null,
    waitsFor,
    reason: pull.reason,
    askedBy: pull.askedBy,
    rerunOf: pull.rerunOf,
    askedAt: pull.askedAt.toISOString(),
    startedAt: pull.startedAt?.toISOString() ?? null,
    progressedAt: pull.progressedAt?.toISOString() ?? null,
    endedAt: pull.endedAt?.toISOString() ?? null,
  };
}

export function viewChunk(chunk: FinishedChunk): z.output<typeof chunkSchema> {
  const { number, firstId, rows, bytes, afterKey, lastKey, snapshot, attempts, seconds } = chunk;
  return { number, firstId: firstId.toString(), rows, bytes, afterKey, lastKey, snapshot, attempts, seconds };
}

export function viewEvent(event: SourceEvent & { at: Date }): z.output<typeof eventSchema> {
  const { at, kind, sentence, facts, subject } = event;
  return { at: at.toISOString(), kind, sentence, facts, subject };
}

function ageOf(millis: number, now: number): number | null {
  return millis === 0 ? null : Math.max(0, now - millis);
}
