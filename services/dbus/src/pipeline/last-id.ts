/** Decides which id is the greatest that a source's topic holds, for a counter whose position record is lost. */
import type { Bus } from '@rtdp/bus/bus';
import { readMessage } from '@rtdp/ums/message';

/** Looked at in each partition, from its end. */
const TAIL_OFFSETS = 500n;

/** Null if the topic holds no id. */
export async function lastIdIn(bus: Bus, topic: string): Promise<bigint | null> {
  let greatest: bigint | null = null;
  for (const { partition, low, high } of await bus.admin().topicOffsets(topic)) {
    if (high <= low) continue;
    const from = high - TAIL_OFFSETS > low ? high - TAIL_OFFSETS : low;
    for await (const batch of bus.readFrom(topic, partition, from)) {
      for (const { value } of batch.messages) {
        if (value === null) continue;
        const message = readMessage(value);
        const index = message.fields.findIndex((field) => field.name === 'ums_id_');
        for (const row of message.rows) {
          const id = index === -1 ? null : row[index];
          if (typeof id === 'string' && (greatest === null || BigInt(id) > greatest)) greatest = BigInt(id);
        }
      }
    }
  }
  return greatest;
}
