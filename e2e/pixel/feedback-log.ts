/** Reads what the platform itself told of the batches that carried rows: when each was stored, and how long its hops took. */
import type { Bus } from '@rtdp/bus/bus';
import { readMessage } from '@rtdp/ums/message';

/** Milliseconds; `storedAt` since 1970. */
export interface StoredBatch {
  leastId: bigint;
  greatestId: bigint;
  commitToKafka: number;
  kafkaToWorker: number;
  transform: number;
  sink: number;
  storedAt: number;
}

const FEEDBACK_TOPIC = 'rtdp.feedback';
const BATCH_KIND = 'feedback_flow_batch';

/** Every batch of the flow that is in the topic now and tells of the sink table of this namespace ending. */
export async function storedBatches(bus: Bus, flow: string, table: string): Promise<StoredBatch[]> {
  const batches: StoredBatch[] = [];
  for (const { partition, low } of await bus.admin().topicOffsets(FEEDBACK_TOPIC)) {
    for await (const batch of bus.readFrom(FEEDBACK_TOPIC, partition, low)) {
      for (const { value } of batch.messages) {
        const found = value === null ? undefined : batchOf(value, flow, table);
        if (found !== undefined) batches.push(found);
      }
    }
  }
  return batches;
}

function batchOf(value: Buffer, flow: string, table: string): StoredBatch | undefined {
  const message = readMessage(value);
  const row = message.rows[0];
  if (message.kind !== BATCH_KIND || row === undefined || !message.namespace.includes(`.${table}.`)) return undefined;
  const cells = Object.fromEntries(message.fields.map(({ name }, at) => [name, row[at]]));
  if (cells.flow !== flow || cells.least_id === null || cells.greatest_id === null) return undefined;
  return {
    leastId: BigInt(String(cells.least_id)),
    greatestId: BigInt(String(cells.greatest_id)),
    commitToKafka: Number(cells.source_ms),
    kafkaToWorker: Number(cells.kafka_ms),
    transform: Number(cells.transform_ms),
    sink: Number(cells.sink_ms),
    storedAt: Number(cells.stored_at),
  };
}
