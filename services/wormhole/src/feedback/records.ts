/** Decides the form of what Wormhole tells on the feedback topic: UMS messages, one row each. */
import type { MessageToWrite } from '@rtdp/ums/message';
import type { UmsField, UmsType, UmsValue } from '@rtdp/ums/types';
import type { LatencySplit } from './latency.ts';

export const FEEDBACK_TOPIC = 'rtdp.feedback';
export const BATCH_KIND = 'feedback_flow_batch';
export const NOTICE_KIND = 'feedback_commit_notice';

/** What one store transaction did. Times are milliseconds since 1970. */
export interface BatchRecord {
  organisationId: string;
  flow: string;
  worker: string;
  sinkNamespace: string;
  topic: string;
  partition: number;
  firstOffset: bigint;
  nextOffset: bigint;
  /** Range of the ids of its rows; null for a batch without rows. */
  leastId: bigint | null;
  greatestId: bigint | null;
  rowsIn: number;
  rowsApplied: number;
  rowsStale: number;
  rowsDeleted: number;
  rowsDead: number;
  rereads: number;
  consumedAt: number;
  computedAt: number;
  storedAt: number;
  commitNumber: bigint;
  latency: LatencySplit;
}

/** Tells that a sink table changed, or only that it is complete up to a later time (then the commit number is the last one). */
export interface CommitNotice {
  organisationId: string;
  flow: string;
  sinkNamespace: string;
  commitNumber: bigint;
  /** `ums_ts_` up to which every partition of the inputs is stored; null while a pull is loading or before all have told. */
  watermark: string | null;
  loading: boolean;
  /** False when only the watermark moved. */
  changed: boolean;
  at: number;
}

type Cell = readonly [name: string, type: UmsType, value: UmsValue];

export function batchMessage(record: BatchRecord): MessageToWrite {
  const { latency } = record;
  return feedbackMessage(BATCH_KIND, record.sinkNamespace, record.storedAt, [
    ['organisation_id', 'string', record.organisationId],
    ['flow', 'string', record.flow],
    ['worker', 'string', record.worker],
    ['topic', 'string', record.topic],
    ['partition', 'int', record.partition],
    ['first_offset', 'long', String(record.firstOffset)],
    ['next_offset', 'long', String(record.nextOffset)],
    ['least_id', 'long', record.leastId === null ? null : String(record.leastId)],
    ['greatest_id', 'long', record.greatestId === null ? null : String(record.greatestId)],
    ['rows_in', 'int', record.rowsIn],
    ['rows_applied', 'int', record.rowsApplied],
    ['rows_stale', 'int', record.rowsStale],
    ['rows_deleted', 'int', record.rowsDeleted],
    ['rows_dead', 'int', record.rowsDead],
    ['rereads', 'int', record.rereads],
    ['consumed_at', 'long', String(Math.round(record.consumedAt))],
    ['computed_at', 'long', String(Math.round(record.computedAt))],
    ['stored_at', 'long', String(Math.round(record.storedAt))],
    ['commit_number', 'long', String(record.commitNumber)],
    ['source_ms', 'double', latency.source],
    ['kafka_ms', 'double', latency.kafka],
    ['transform_ms', 'double', latency.transform],
    ['sink_ms', 'double', latency.sink],
    ['total_ms', 'double', latency.total],
  ]);
}

export function noticeMessage(notice: CommitNotice): MessageToWrite {
  return feedbackMessage(NOTICE_KIND, notice.sinkNamespace, notice.at, [
    ['organisation_id', 'string', notice.organisationId],
    ['flow', 'string', notice.flow],
    ['commit_number', 'long', String(notice.commitNumber)],
    ['watermark', 'datetime', notice.watermark],
    ['loading', 'boolean', notice.loading],
    ['changed', 'boolean', notice.changed],
    ['at', 'long', String(Math.round(notice.at))],
  ]);
}

function feedbackMessage(kind: string, namespace: string, at: number, cells: readonly Cell[]): MessageToWrite {
  const fields: UmsField[] = cells.map(([name, type]) => ({ name, type, nullable: true, encoded: false }));
  return {
    kind,
    namespace,
    batchId: 0,
    fields,
    rows: [cells.map(([, , value]) => value)],
    context: { publishTs: Math.round(at) },
  };
}
