/** Decides which dead letters of a source are listed: the newest ones, read from the end of their topic. */
import type { Bus } from '@rtdp/bus/bus';
import type { z } from 'zod';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import type { deadLetterSchema } from '../client.ts';
import type { DeadLetter } from '../pipeline/dead-letter.ts';

export type DeadLetterView = z.output<typeof deadLetterSchema>;

/** How many records are looked through for one listing; other sources share the topic. */
const LOOKED_THROUGH = 20_000n;

/** Newest first. */
export async function readDeadLetters(bus: Bus, source: string, limit: number): Promise<DeadLetterView[]> {
  const [offsets] = await bus.admin().topicOffsets(DBUS_TOPICS.deadLetters);
  if (offsets === undefined || offsets.high === offsets.low) return [];
  const from = offsets.high - LOOKED_THROUGH;
  const letters: DeadLetterView[] = [];
  const start = from > offsets.low ? from : offsets.low;
  for await (const batch of bus.readFrom(DBUS_TOPICS.deadLetters, offsets.partition, start, { until: offsets.high })) {
    for (const { key, value, offset } of batch.messages) {
      // The key tells the source, so that another source's letter is not even parsed.
      if (value === null || key?.toString('utf8').startsWith(`${source}/`) !== true) continue;
      letters.push(viewDeadLetter(JSON.parse(value.toString('utf8')) as DeadLetter, offset));
      if (letters.length > limit) letters.shift();
    }
  }
  return letters.reverse();
}

function viewDeadLetter(letter: DeadLetter, offset: bigint): DeadLetterView {
  const { source, namespace, table, operation, id, position, commitTs, code, message, next, raw, rawBytes, isRawCut } =
    letter;
  return {
    offset: offset.toString(),
    source,
    namespace,
    table,
    operation,
    id,
    position,
    commitTs,
    code,
    message,
    next,
    raw,
    rawBytes,
    isRawCut,
    at: new Date(letter.at).toISOString(),
  };
}
