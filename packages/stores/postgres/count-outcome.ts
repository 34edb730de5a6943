/** Decides what one transaction of the sink is reported as, from the row counts of its statements. */
import type { SinkOutcome } from '../contract.ts';
import type { PipelineResult } from './pipeline.ts';
import type { PreparedBatch } from './prepare-batch.ts';
import type { CountedAs } from './statement.ts';

export function countOutcome(
  prepared: readonly (PreparedBatch | undefined)[],
  result: PipelineResult,
  counts: readonly { step: number; as: CountedAs }[],
  commitNumber: bigint,
): SinkOutcome {
  const sums: Record<CountedAs, number> = {
    applied: 0,
    deleted: 0,
    asked: 0,
    'asked-again': 0,
    truncated: 0,
    detected: 0,
    nothing: 0,
  };
  for (const { step, as } of counts) sums[as] += result.counts[step] ?? 0;
  let sent = 0;
  let stale = 0;
  let superseded = 0;
  for (const each of prepared) {
    sent += each?.plan.sent ?? 0;
    stale += each?.plan.stale ?? 0;
    superseded += each?.plan.superseded ?? 0;
  }
  return {
    applied: sums.applied + superseded,
    deleted: sums.deleted,
    stale: stale + Math.max(0, sent - sums.applied - sums.deleted - sums.asked),
    rereads: sums.asked + sums['asked-again'],
    truncated: sums.truncated,
    detected: sums.detected,
    commitNumber,
    committedAt: Date.now(),
  };
}
