/** Decides how latency is measured: from the commit's own time at the source to a read-committed consumer, at a steady rate of commits. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@rtdp/bus/bus';
import pg from 'pg';

export interface Latency {
  p50: number;
  p99: number;
  commitsPerSecond: number;
}

const CONNECTIONS = 6;

/** Commits single-row transactions from `firstId` on at `rate` a second for `seconds`, and reads them from the topic. */
export async function measureLatency(
  bus: Bus,
  topic: string,
  url: string,
  load: {
    rate: number;
    seconds: number;
    firstId: number;
    /** Commits of these first seconds are not counted. */
    warmUpSeconds: number;
  },
): Promise<Latency> {
  const latencies: number[] = [];
  let countFrom = Number.POSITIVE_INFINITY;
  const offsets = await bus.admin().topicOffsets(topic);
  const reader = bus.reader({
    partitions: offsets.map(({ partition, high }) => ({ topic, partition, offset: high })),
    async onBatch(batch) {
      const now = performance.timeOrigin + performance.now();
      for (const { value } of batch.messages) {
        for (const commitMicros of commitTimes(value!)) {
          if (commitMicros / 1000 >= countFrom) latencies.push(now - commitMicros / 1000);
        }
      }
    },
    onError(error) {
      throw error;
    },
  });
  await reader.start();
  const clients = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => {
      const client = new pg.Client({ connectionString: url });
      await client.connect();
      return client;
    }),
  );
  const begun = performance.now();
  countFrom = performance.timeOrigin + begun + load.warmUpSeconds * 1000;
  let next = load.firstId;
  const total = load.rate * load.seconds;
  const commit = async (client: pg.Client): Promise<void> => {
    for (;;) {
      const number = next - load.firstId;
      if (number >= total) return;
      const id = next++;
      const due = begun + (number * 1000) / load.rate;
      const wait = due - performance.now();
      if (wait > 1) await sleep(wait);
      await client.query({
        name: 'one',
        text: `insert into events (id, n, note, at) values ($1, 1, 'latency', now())`,
        values: [id],
      });
    }
  };
  await Promise.all(clients.map(commit));
  const seconds = (performance.now() - begun) / 1000;
  await sleep(500);
  await reader.stop();
  await Promise.all(clients.map((client) => client.end()));
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99), commitsPerSecond: Math.round(total / seconds) };
}

/** Microseconds of each row's commit: every transaction here has one row. */
function commitTimes(value: Buffer): number[] {
  const context = value.lastIndexOf('"context":');
  const text = context === -1 ? '' : value.toString('utf8', context + '"context":'.length, value.length - 1);
  if (!value.includes('"data_increment_data"') || text === '') return [];
  const { tx } = JSON.parse(text) as { tx?: [number, number, number][] };
  return (tx ?? []).map(([, , micros]) => micros);
}
