/** Reads what the platform itself told of the batches that carried rows: when each was stored, and how long its hops took. */
import type { Bus } from '@rtdp/bus/bus';
import { toldBatches } from '../pipeline/feedback-batches.ts';

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

/** Every batch of the flow that is in the topic now and tells of the sink table of this namespace ending. */
export async function storedBatches(bus: Bus, flow: string, table: string): Promise<StoredBatch[]> {
  const batches: StoredBatch[] = [];
  for await (const { namespace, leastId, greatestId, cells } of toldBatches(bus, flow)) {
    if (!namespace.includes(`.${table}.`)) continue;
    batches.push({
      leastId,
      greatestId,
      commitToKafka: Number(cells.source_ms),
      kafkaToWorker: Number(cells.kafka_ms),
      transform: Number(cells.transform_ms),
      sink: Number(cells.sink_ms),
      storedAt: Number(cells.stored_at),
    });
  }
  return batches;
}
