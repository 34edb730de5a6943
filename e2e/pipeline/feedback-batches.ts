/** Reads what the platform itself told of the batches of one flow that carried rows, as far as it is in the topic now. */
import type { Bus } from '@rtdp/bus/bus';
import { readMessage } from '@rtdp/ums/message';
import { FEEDBACK } from '@rtdp/wormhole/client';

export interface ToldBatch {
  /** Of the sink table. */
  namespace: string;
  leastId: bigint;
  greatestId: bigint;
  /** All fields of the record. */
  cells: Record<string, unknown>;
}

export async function* toldBatches(bus: Bus, flow: string): AsyncGenerator<ToldBatch> {
  for (const { partition, low } of await bus.admin().topicOffsets(FEEDBACK.topic)) {
    for await (const batch of bus.readFrom(FEEDBACK.topic, partition, low)) {
      for (const { value } of batch.messages) {
        const told = value === null ? undefined : batchOf(value, flow);
        if (told !== undefined) yield told;
      }
    }
  }
}

function batchOf(value: Buffer, flow: string): ToldBatch | undefined {
  const message = readMessage(value);
  const row = message.rows[0];
  if (message.kind !== FEEDBACK.batchKind || row === undefined) return undefined;
  const cells = Object.fromEntries(message.fields.map(({ name }, at) => [name, row[at]]));
  if (cells.flow !== flow || cells.least_id === null || cells.greatest_id === null) return undefined;
  const [leastId, greatestId] = [BigInt(String(cells.least_id)), BigInt(String(cells.greatest_id))];
  return { namespace: message.namespace, leastId, greatestId, cells };
}
