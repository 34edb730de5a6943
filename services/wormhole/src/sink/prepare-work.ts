/** Decides what one store transaction will hold: each step of the work computed, in order, and the rows that failed set aside. */
import type { SinkItem } from '@rtdp/stores/contract';
import type { DeadLetterEntry } from '../dead-letter/dead-letter-store.ts';
import { brokenEntry, failedEntry, type LanePlace, sinkIdOf } from '../dead-letter/to-dead-letter.ts';
import { laterTime } from '../feedback/latency.ts';
import type { FlowContext } from '../flow/flow-context.ts';
import { type ComputedRows, type FailedRow, runStep } from '../flow/run-step.ts';
import type { LaneWork, RowsStep } from '../ingest/to-batch.ts';

/** One item of the sink's work; rows keep the way back to their source. */
export type PreparedItem = { rows: ComputedRows } | { item: SinkItem };

/** A dead letter and what the sink must know of it. */
export interface PreparedDeadLetter {
  entry: DeadLetterEntry;
  pullId: string | undefined;
}

export interface PreparedWork {
  items: PreparedItem[];
  dead: PreparedDeadLetter[];
  nextOffset: bigint;
  /** False: only time passed; nothing has to be stored. */
  hasEffect: boolean;
  rowsIn: number;
  bytes: number;
  watermark: string | undefined;
  lastId: bigint | undefined;
  /** The pull that is open after this work. */
  openPull: string | undefined;
  pullEdge: boolean;
  leastId: bigint | null;
  greatestId: bigint | null;
  /** `ums_ts_` of the newest row, and when its message was published, as its context says. */
  newest: { timestamp: string; published: number | undefined } | undefined;
  consumedAt: number;
  computedAt: number;
}

export async function prepareWork(
  work: LaneWork,
  context: FlowContext,
  place: LanePlace,
  pullBefore: string | undefined,
): Promise<PreparedWork> {
  const consumedAt = work.newest?.readAt ?? context.now();
  const prepared: PreparedWork = {
    items: [],
    dead: [],
    nextOffset: work.nextOffset,
    hasEffect: work.steps.length > 0,
    rowsIn: work.rows,
    bytes: work.bytes,
    watermark: work.watermark,
    lastId: work.lastId,
    openPull: pullBefore,
    pullEdge: false,
    leastId: null,
    greatestId: null,
    newest: undefined,
    consumedAt,
    computedAt: consumedAt,
  };
  for (const step of work.steps) {
    switch (step.kind) {
      case 'rows':
        await addRows(prepared, step, place);
        break;
      case 'truncate':
        prepared.items.push({ item: { kind: 'truncate', id: step.id, namespace: step.namespace } });
        break;
      case 'pull-start':
      case 'pull-end':
      case 'pull-cancel':
        prepared.openPull = openPullAfter(prepared.openPull, step);
        prepared.pullEdge = true;
        prepared.items.push({ item: { ...step, partitions: context.partitionCount } });
        break;
      case 'broken':
        addDead(prepared, {
          entry: brokenEntry(place, step.message, step.row),
          pullId: pullOf(prepared.openPull, step.message.kind),
        });
        break;
    }
  }
  prepared.computedAt = context.now();
  noteNewest(prepared, work);
  return prepared;
}

/** A cancelled pull leaves a newer one, which has begun meanwhile, as it is. */
export function openPullAfter(
  before: string | undefined,
  step: { kind: 'pull-start' | 'pull-end' | 'pull-cancel'; pullId: string },
): string | undefined {
  if (step.kind === 'pull-start') return step.pullId;
  return step.kind === 'pull-end' || before === step.pullId ? undefined : before;
}

async function addRows(prepared: PreparedWork, step: RowsStep, place: LanePlace): Promise<void> {
  const outcome = await runStep(step);
  for (const rows of outcome.rows) prepared.items.push({ rows });
  for (const item of outcome.rereads) prepared.items.push({ item });
  for (const failed of outcome.failed) addDead(prepared, deadLetterOf(prepared.openPull, place, failed));
  const { ids, rowCount } = step.batch;
  for (let row = 0; row < rowCount; row++) {
    const id = ids[row]!;
    if (prepared.leastId === null || id < prepared.leastId) prepared.leastId = id;
    if (prepared.greatestId === null || id > prepared.greatestId) prepared.greatestId = id;
  }
}

/** The sink is told at the row's place among the items: before the end of its pull, which must not detect deletes then. */
function addDead(prepared: PreparedWork, dead: PreparedDeadLetter): void {
  prepared.dead.push(dead);
  for (const item of markersOf(dead)) prepared.items.push({ item });
}

/** @param openPull the pull that is open at the row's place */
export function deadLetterOf(openPull: string | undefined, place: LanePlace, failed: FailedRow): PreparedDeadLetter {
  const entry = failedEntry(place, failed);
  return { entry, pullId: pullOf(openPull, entry.kind) };
}

/** What the sink must know of a dead letter: it holds back the detection of deletes. Without an id and a pull there is nothing to hold. */
export function markersOf({ entry, pullId }: PreparedDeadLetter): SinkItem[] {
  if (entry.umsId === '' && pullId === undefined) return [];
  const marker = { kind: 'dead-letter', id: sinkIdOf(entry), namespace: entry.namespace } as const;
  return [pullId === undefined ? marker : { ...marker, pullId }];
}

function pullOf(openPull: string | undefined, kind: string): string | undefined {
  return kind === 'data_initial_data' ? openPull : undefined;
}

function noteNewest(prepared: PreparedWork, work: LaneWork): void {
  const step = work.steps.findLast((candidate) => candidate.kind === 'rows');
  if (step === undefined || work.newest?.head === undefined) return;
  const { timestamps, rowCount } = step.batch;
  const last = rowCount - 1;
  const timestamp = Buffer.from(timestamps.bytes.buffer, timestamps.bytes.byteOffset).toString(
    'latin1',
    timestamps.offsets[last],
    timestamps.offsets[last + 1],
  );
  const published = (step.origins.at(-1)?.message.head?.context() as { publishTs?: unknown } | undefined)?.publishTs;
  prepared.newest = { timestamp, published: typeof published === 'number' ? published : undefined };
  // Increments of a partition are in order of commit: a row's time says as much as a heartbeat's. A pulled row's does not.
  if (step.origins.at(-1)?.message.kind === 'data_increment_data')
    prepared.watermark = laterTime(prepared.watermark, timestamp);
}
