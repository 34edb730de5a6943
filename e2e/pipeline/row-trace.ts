/** Finds where one row has been, and when, from what the platform itself tells: its feedback records, joined by `ums_id_`. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@rtdp/bus/bus';
import { readMessage } from '@rtdp/ums/message';

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

const FEEDBACK_TOPIC = 'rtdp.feedback';
const BATCH_KIND = 'feedback_flow_batch';

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
  for (const { partition, low } of await bus.admin().topicOffsets(FEEDBACK_TOPIC)) {
    for await (const batch of bus.readFrom(FEEDBACK_TOPIC, partition, low)) {
      for (const { value } of batch.messages) {
        const trace = value === null ? undefined : traceOf(value, flow, umsId);
        if (trace !== undefined) return trace;
      }
    }
  }
  return undefined;
}

function traceOf(value: Buffer, flow: string, umsId: bigint): RowTrace | undefined {
  const message = readMessage(value);
  const row = message.rows[0];
  if (message.kind !== BATCH_KIND || row === undefined) return undefined;
  const cells = Object.fromEntries(message.fields.map(({ name }, at) => [name, row[at]]));
  if (cells.flow !== flow || cells.least_id === null || cells.greatest_id === null) return undefined;
  if (umsId < BigInt(String(cells.least_id)) || umsId > BigInt(String(cells.greatest_id))) return undefined;
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
