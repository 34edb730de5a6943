/** Finds where one row has been, and when, from what the platform itself tells: its feedback records, joined by `ums_id_`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@rtdp/bus/bus';
import { toldBatches } from './feedback-batches.ts';

/** Milliseconds; `commitToKafka + kafka + transform + sink` is the way from the source's commit to the sink's. */
export interface RowTrace {
  flow: string;
  partition: number;
  commitToKafka: number;
  kafka: number;
  transform: number;
  sink: number;
  total: number;
}

/** Waits until the feedback tells of the batch that held this row. */
export async function traceRow(bus: Bus, flow: string, umsId: bigint, timeoutMilliseconds: number): Promise<RowTrace> {
  const deadline = performance.now() + timeoutMilliseconds;
  while (performance.now() < deadline) {
    const found = await findBatch(bus, flow, umsId);
    if (found !== undefined) return found;
    await sleep(100);
  }
  throw new Error(`no feedback of flow ${flow} tells of row ${umsId} after ${timeoutMilliseconds} ms`);
}

async function findBatch(bus: Bus, flow: string, umsId: bigint): Promise<RowTrace | undefined> {
  for await (const { leastId, greatestId, cells } of toldBatches(bus, flow)) {
    if (umsId < leastId || umsId > greatestId) continue;
    return {
      flow,
      partition: Number(cells.partition),
      commitToKafka: Number(cells.source_ms),
      kafka: Number(cells.kafka_ms),
      transform: Number(cells.transform_ms),
      sink: Number(cells.sink_ms),
      total: Number(cells.total_ms),
    };
  }
  return undefined;
}
