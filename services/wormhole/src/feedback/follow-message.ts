/** Decides where a message went: which flows stored it, in which batch and when, by what they tell on the feedback topic. */
import type { Bus, IncomingMessage, TopicOffsets } from '@rtdp/bus/bus';
import { findOffset } from '@rtdp/bus/find-offset';
import { readMessage } from '@rtdp/ums/message';
import type { TraceView } from '../client.ts';
import { BATCH_KIND, FEEDBACK_TOPIC } from './records.ts';

type Batch = TraceView['batches'][number];

/** Clocks of the machines that write may differ by so much. */
const EARLIER_MS = 5_000;
const MOST_BYTES = 32 * 1024 * 1024;
const MOST_MILLISECONDS = 5_000;

/** Newest feedback last. What retention has deleted is not found any more. */
export async function followMessage(
  bus: Bus,
  place: { organisationId: string; topic: string; partition: number; offset: bigint; timestamp: number },
  now: () => number,
): Promise<TraceView> {
  if (!(await bus.admin().listTopics()).includes(FEEDBACK_TOPIC)) return { batches: [], isComplete: true };
  const end = now() + MOST_MILLISECONDS;
  const batches: Batch[] = [];
  let bytes = 0;
  for (const feedback of await bus.admin().topicOffsets(FEEDBACK_TOPIC)) {
    const start = await findOffset(bus, FEEDBACK_TOPIC, feedback, place.timestamp - EARLIER_MS);
    for await (const { messages, bytes: read } of stretch(bus, feedback, start)) {
      batches.push(...messages.flatMap((message) => batchOf(message, place) ?? []));
      bytes += read;
      if (bytes > MOST_BYTES || now() > end) return { batches, isComplete: false };
    }
  }
  return { batches, isComplete: true };
}

function stretch(bus: Bus, { partition, high }: TopicOffsets, start: bigint) {
  return bus.readFrom(FEEDBACK_TOPIC, partition, start < high ? start : high, { until: high });
}

function batchOf(
  { value }: IncomingMessage,
  place: { organisationId: string; topic: string; partition: number; offset: bigint },
): Batch | undefined {
  // Most records are notices: they are not even parsed.
  if (value?.includes(BATCH_KIND) !== true) return undefined;
  const message = readMessage(value);
  const row = message.rows[0];
  if (message.kind !== BATCH_KIND || row === undefined) return undefined;
  const cells = Object.fromEntries(message.fields.map(({ name }, at) => [name, row[at] ?? null]));
  if (cells.organisation_id !== place.organisationId) return undefined;
  if (cells.topic !== place.topic || Number(cells.partition) !== place.partition) return undefined;
  if (place.offset < BigInt(String(cells.first_offset)) || place.offset >= BigInt(String(cells.next_offset)))
    return undefined;
  const milliseconds = (name: string): number | null => (cells[name] === null ? null : Number(cells[name]));
  return {
    flow: String(cells.flow),
    sinkNamespace: message.namespace,
    worker: String(cells.worker),
    firstOffset: String(cells.first_offset),
    nextOffset: String(cells.next_offset),
    rowsIn: Number(cells.rows_in),
    rowsApplied: Number(cells.rows_applied),
    rowsStale: Number(cells.rows_stale),
    rowsDeleted: Number(cells.rows_deleted),
    rowsDead: Number(cells.rows_dead),
    commitNumber: String(cells.commit_number),
    consumedAt: new Date(Number(cells.consumed_at)).toISOString(),
    storedAt: new Date(Number(cells.stored_at)).toISOString(),
    latency: {
      source: milliseconds('source_ms'),
      kafka: milliseconds('kafka_ms'),
      transform: Number(cells.transform_ms),
      sink: Number(cells.sink_ms),
      total: milliseconds('total_ms'),
    },
  };
}
