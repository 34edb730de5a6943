/** Decides how fast a flow was: from Wormhole's own feedback, the first batch read to the last one stored, with what the time went on. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@rtdp/bus/bus';
import { readMessage } from '@rtdp/ums/message';
import { FEEDBACK } from '@rtdp/wormhole/client';

export interface FlowTiming {
  rows: number;
  seconds: number;
  batches: number;
  /** Sums over all batches, milliseconds; batches of different partitions overlap. */
  transformMs: number;
  sinkMs: number;
}

/** Waits until feedback tells that `rows` rows of a flow were read since `since` (milliseconds since 1970). */
export async function timeFlow(bus: Bus, flow: string, rows: number, since: number): Promise<FlowTiming> {
  for (const end = Date.now() + 240_000; Date.now() < end; await sleep(250)) {
    const timing = await readTiming(bus, flow, since);
    if (timing !== undefined && timing.rows >= rows) return timing;
  }
  const timing = await readTiming(bus, flow, since);
  throw new Error(`flow ${flow} stored ${timing?.rows ?? 0} of ${rows} rows in time`);
}

async function readTiming(bus: Bus, flow: string, since: number): Promise<FlowTiming | undefined> {
  if (!(await bus.admin().listTopics()).includes(FEEDBACK.topic)) return undefined;
  let [rows, batches, first, last, transformMs, sinkMs] = [0, 0, Number.POSITIVE_INFINITY, 0, 0, 0];
  for (const { partition, low } of await bus.admin().topicOffsets(FEEDBACK.topic)) {
    for await (const { messages } of bus.readFrom(FEEDBACK.topic, partition, low)) {
      for (const { value } of messages) {
        if (value === null) continue;
        const { kind, fields, rows: tuples } = readMessage(value);
        const cells = Object.fromEntries(fields.map(({ name }, at) => [name, tuples[0]?.[at]]));
        if (kind !== FEEDBACK.batchKind || cells.flow !== flow || Number(cells.consumed_at) < since) continue;
        rows += Number(cells.rows_in);
        batches += 1;
        first = Math.min(first, Number(cells.consumed_at));
        last = Math.max(last, Number(cells.stored_at));
        transformMs += Number(cells.transform_ms);
        sinkMs += Number(cells.sink_ms);
      }
    }
  }
  return { rows, batches, seconds: (last - first) / 1000, transformMs, sinkMs };
}
