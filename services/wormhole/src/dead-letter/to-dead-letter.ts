/** Decides what is kept of a row that failed: where it came from, its ids, the step, the reason, and the whole message. */
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
    umsId: typeof id === 'string' && /^\d{1,19}$/.test(id) ? id : '',
    operation: typeof row.tuple?.[2] === 'string' ? row.tuple[2] : '?',
    step: 'decode',
    reason: reasonOf(row.error),
    tuple: row.tuple,
  };
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
