/** Decides what is told of a stored batch: the metrics, the feedback record, and (see `commit-notice.ts`) the notice. */
import type { SinkOutcome } from '@rtdp/stores/contract';
import type { FlowContext } from '../flow/flow-context.ts';
import type { FlowTable } from '../flow/flow-table.ts';
import type { PreparedWork } from '../sink/prepare-work.ts';
import { tableLabels } from './flow-metrics.ts';
import { parseTimestamp, splitLatency } from './latency.ts';

export interface StoredBatch {
  work: PreparedWork;
  outcome: SinkOutcome;
  firstOffset: bigint;
  /** The worker's first batch on this partition. */
  first: boolean;
}

export function reportStored(
  context: FlowContext,
  lane: { table: FlowTable; topic: string; partition: number },
  { work, outcome, first, firstOffset }: StoredBatch,
): void {
  const { table, topic, partition } = lane;
  const labels = tableLabels(context.definition.name, table.name);
  const { metrics } = context;
  metrics.rowsIn.inc(labels, work.rowsIn);
  metrics.rowsApplied.inc(labels, outcome.applied);
  metrics.rowsStale.inc(labels, outcome.stale);
  metrics.rowsDeleted.inc(labels, outcome.deleted + outcome.truncated + outcome.detected);
  metrics.rowsDead.inc(labels, work.dead.length);
  metrics.batches.inc(labels);
  table.counts.add(work, outcome);

  const latency = splitLatency({
    sourceCommit: work.newest === undefined ? undefined : parseTimestamp(work.newest.timestamp),
    published: work.newest?.published,
    read: work.consumedAt,
    computed: work.computedAt,
    stored: outcome.committedAt,
  });
  if (work.newest !== undefined) {
    for (const [part, milliseconds] of Object.entries(latency)) {
      if (milliseconds !== null) metrics.latency.observe({ flow: labels.flow, part }, milliseconds / 1000);
    }
    table.counts.latency = latency;
  }
  const changed = outcome.applied + outcome.deleted + outcome.truncated + outcome.detected > 0;
  if (changed || first) table.notices.committed(outcome.commitNumber);
  if (work.items.length === 0 && work.dead.length === 0) return;
  context.feedback.batch({
    organisationId: context.organisationId,
    flow: labels.flow,
    worker: context.worker,
    sinkNamespace: table.sinkNamespace,
    topic,
    partition,
    firstOffset,
    nextOffset: work.nextOffset,
    leastId: work.leastId,
    greatestId: work.greatestId,
    rowsIn: work.rowsIn,
    rowsApplied: outcome.applied,
    rowsStale: outcome.stale,
    rowsDeleted: outcome.deleted,
    rowsDead: work.dead.length,
    rereads: outcome.rereads,
    consumedAt: work.consumedAt,
    computedAt: work.computedAt,
    storedAt: outcome.committedAt,
    commitNumber: outcome.commitNumber,
    latency,
  });
}
