/** Decides what is kept of a row that failed: where it came from, its ids, the step, the reason, and the whole message. */
import { GREATEST_ID } from '@rtdp/ums/ids';
import type { FlowTable } from '../flow/flow-table.ts';
import type { FailedRow } from '../flow/run-step.ts';
import { reasonOf } from '../ingest/after-lane-error.ts';
import { type BrokenRow, tupleAt } from '../ingest/salvage.ts';
import { originOf } from '../ingest/to-batch.ts';
import type { TopicMessage } from '../ingest/topic-message.ts';
import type { DeadLetterEntry } from './dead-letter-store.ts';

/** Whose rows they are: a sink table in one partition. */
export interface LanePlace {
  table: FlowTable;
  topic: string;
  partition: number;
}

export function failedEntry(place: LanePlace, failed: FailedRow): DeadLetterEntry {
  const { batch, origins } = failed.step;
  const { message, rowInMessage } = originOf(origins, failed.row);
  return {
    ...common(place, message),
    namespace: batch.namespace,
    rowNumber: rowInMessage,
    umsId: String(batch.ids[failed.row]),
    operation: String.fromCharCode(batch.operations[failed.row] ?? 0x3f),
    step: failed.where,
    reason: reasonOf(failed.error),
    tuple: tupleAt(message.value, rowInMessage),
  };
}

/** A row, or a message, that could not be decoded: the id is told as far as it can be read. */
export function brokenEntry(place: LanePlace, message: TopicMessage, row: BrokenRow): DeadLetterEntry {
  const id = row.tuple?.[0];
  return {
    ...common(place, message),
    namespace: message.namespace,
    rowNumber: row.rowInMessage,
    umsId: isId(id) ? id : '',
    operation: typeof row.tuple?.[2] === 'string' ? row.tuple[2] : '?',
    step: 'decode',
    reason: reasonOf(row.error),
    tuple: row.tuple,
  };
}

/** The id under which the sink holds a dead letter open: the row's own, or, where it could not be read, one that stands for its place. */
export function sinkIdOf(entry: Pick<DeadLetterEntry, 'umsId' | 'messageOffset' | 'partition' | 'rowNumber'>): bigint {
  if (entry.umsId !== '') return BigInt(entry.umsId);
  const place =
    (entry.messageOffset << 32n) | (BigInt(entry.partition) << 16n) | BigInt((entry.rowNumber + 1) & 0xffff);
  return -1n - BigInt.asUintN(63, place);
}

function isId(value: unknown): value is string {
  return typeof value === 'string' && /^\d{1,19}$/.test(value) && BigInt(value) <= GREATEST_ID;
}

function common({ table, topic, partition }: LanePlace, message: TopicMessage) {
  return {
    sinkSchema: table.name.schema,
    sinkTable: table.name.table,
    topic,
    partition,
    kind: message.kind,
    messageOffset: message.offset,
    raw: message.value,
  };
}
