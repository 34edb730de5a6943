/** Decides at which offset a time begins: by halving, since messages stand in a partition about in the order of their times. */
import type { Bus, IncomingMessage, TopicOffsets } from './bus.ts';

/** The least offset whose message is of this time or later, in milliseconds since 1970; the end when there is none. */
export async function findOffset(
  bus: Bus,
  topic: string,
  { partition, low, high }: TopicOffsets,
  milliseconds: number,
): Promise<bigint> {
  let [from, to] = [low, high];
  while (from < to) {
    const middle = (from + to) / 2n;
    const found = await firstFrom(bus, topic, partition, middle, to);
    // Nothing but marks of transactions up to the end of the half.
    if (found === undefined || found.timestamp >= milliseconds) to = middle;
    else from = found.offset + 1n;
  }
  return from;
}

/** The first message at this offset or after it; undefined when none is before `until`. */
export async function firstFrom(
  bus: Bus,
  topic: string,
  partition: number,
  offset: bigint,
  until: bigint,
): Promise<IncomingMessage | undefined> {
  for await (const batch of bus.readFrom(topic, partition, offset, { until, maxPartitionBytes: 1 })) {
    const [first] = batch.messages;
    if (first !== undefined) return first;
  }
  return undefined;
}
