/** Decides how flows, their status and their dead letters look to a caller. */
import { hasRole } from '@rtdp/identity/roles';
import type { z } from 'zod';
import type { deadLetterSchema, FlowStatus, FlowView, TableStatus } from '../client.ts';
import type { DeadLetter, OpenDeadLetters } from '../dead-letter/dead-letter-store.ts';
import { parseTimestamp } from '../feedback/latency.ts';
import { withoutSecrets } from '../flow/definition.ts';
import type { FlowRun } from '../flow/flow-run.ts';
import type { FlowTable } from '../flow/flow-table.ts';
import type { RunningFlow } from '../flow/running-flow.ts';
import type { Lane, LaneState } from '../ingest/lane.ts';
import type { StoredFlow } from '../state/flow-store.ts';

/** Who is shown a flow. */
export interface Reader {
  readonly organisationId: string;
  readonly roles: readonly string[];
}

export function flowView(
  stored: StoredFlow,
  now: Pick<RunningFlow, 'state' | 'reason' | 'pull' | 'pullWaitsFor'>,
  reader: Reader,
): FlowView {
  return {
    name: stored.name,
    description: stored.definition.description,
    stream: stored.definition.stream,
    state: now.state,
    wanted: stored.wanted,
    reason: now.reason,
    origin: stored.origin,
    revision: stored.revision,
    pull: pullView(now),
    definition: shownDefinition(stored.definition, reader),
    createdAt: stored.createdAt.toISOString(),
    updatedAt: stored.updatedAt.toISOString(),
  };
}

/** Where a store is, and as whom it is asked, is the business of those who connect stores. */
function shownDefinition(definition: StoredFlow['definition'], reader: Reader): unknown {
  const shown = withoutSecrets(definition);
  if (hasRole(reader, 'editor')) return shown;
  const { connection: _connection, ...sink } = shown.sink;
  return { ...shown, sink };
}

function pullView({ pull, pullWaitsFor }: Pick<RunningFlow, 'pull' | 'pullWaitsFor'>): FlowView['pull'] {
  if (pull === null) return null;
  const { tables } = pull;
  if (pull.state === 'requested') return { state: 'requested', waitsFor: null, tables };
  return { state: 'waiting', waitsFor: pullWaitsFor, tables };
}

export interface StatusFacts {
  worker: string;
  /** Of each table that has some. */
  openDeadLetters: readonly OpenDeadLetters[];
  /** Partition → last stable offset of the topic. */
  ends: ReadonlyMap<number, bigint>;
  at: number;
}

export function flowStatus(view: FlowView, run: FlowRun | undefined, facts: StatusFacts): FlowStatus {
  const tables = run === undefined ? [] : run.tables.map((table) => tableStatus(table, run.lanesOf(table), facts));
  return {
    ...view,
    worker: facts.worker,
    rowsPerSecond: sum(tables.map((table) => table.rowsPerSecond)),
    lag: Math.max(0, ...tables.map((table) => table.lag)),
    openDeadLetters: sum(facts.openDeadLetters.map(({ count }) => count)),
    tables,
  };
}

/** The worst first: what a table shows is the state of the lane that needs somebody most. */
const WORST_FIRST: readonly LaneState[] = ['paused', 'retrying', 'starting', 'stopped', 'running'];

function tableStatus(table: FlowTable, lanes: readonly Lane[], facts: StatusFacts): TableStatus {
  const { watermark, loading } = table.notices.freshness();
  const worst = [...lanes].sort((a, b) => WORST_FIRST.indexOf(a.state) - WORST_FIRST.indexOf(b.state))[0];
  const told = watermark === null ? undefined : parseTimestamp(watermark);
  const { counts } = table;
  const pullFailure = loading ? table.pullFailure : null;
  return {
    ...table.name,
    sinkNamespace: table.sinkNamespace,
    sources: Object.values(table.sources).map((source) => source.namespace),
    state: table.paused === undefined ? (worst?.state ?? 'stopped') : 'paused',
    reason: table.paused ?? worst?.reason ?? pullFailure,
    lag: Number(lanes.reduce((behind, lane) => behind + behindOf(lane, facts), 0n)),
    watermark,
    freshnessMs: told === undefined ? null : Math.max(0, Math.round(facts.at - told)),
    loading,
    loadFailed: pullFailure !== null,
    commitNumber: table.notices.commitNumber.toString(),
    rowsPerSecond: Math.round(counts.rate(facts.at) * 10) / 10,
    rowsIn: counts.rowsIn,
    applied: counts.applied,
    stale: counts.stale,
    deleted: counts.deleted,
    dead: counts.dead,
    openDeadLetters:
      facts.openDeadLetters.find(({ schema, table: name }) => schema === table.name.schema && name === table.name.table)
        ?.count ?? 0,
    onlyInserts: Object.values(table.sources).some(({ fields }) => !fields.some(({ key }) => key === true)),
    latency: counts.latency ?? null,
    partitions: lanes.map((lane) => ({
      partition: lane.partition,
      state: lane.state,
      storedOffset: lane.storedOffset?.toString() ?? null,
      doneOffset: lane.doneOffset.toString(),
      highWatermark: facts.ends.get(lane.partition)?.toString() ?? null,
      epoch: lane.epoch.toString(),
      reason: lane.reason ?? null,
    })),
  };
}

export function behindOf(lane: Lane, { ends }: Pick<StatusFacts, 'ends'>): bigint {
  const end = ends.get(lane.partition);
  return end === undefined || end <= lane.doneOffset ? 0n : end - lane.doneOffset;
}

function sum(values: readonly number[]): number {
  return Math.round(values.reduce((total, value) => total + value, 0) * 10) / 10;
}

export function deadLetterView(letter: DeadLetter): z.output<typeof deadLetterSchema> {
  return {
    id: letter.id.toString(),
    schema: letter.sinkSchema,
    table: letter.sinkTable,
    namespace: letter.namespace,
    kind: letter.kind,
    topic: letter.topic,
    partition: letter.partition,
    offset: letter.messageOffset.toString(),
    rowNumber: letter.rowNumber,
    umsId: letter.umsId,
    operation: letter.operation,
    step: letter.step,
    reason: letter.reason,
    tuple: letter.tuple,
    edited: letter.edited,
    status: letter.status,
    attempts: letter.attempts,
    createdAt: letter.createdAt.toISOString(),
    changedAt: letter.changedAt.toISOString(),
    changedBy: letter.changedBy,
  };
}
