/** Decides what the latency of DBus is held against: messages of the same size and rate, written by the same bus in the same kind of transaction, with no source before it. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus, OutgoingMessage } from '@rtdp/bus/bus';

export interface KafkaLatency {
  p50: number;
  p99: number;
}

const MESSAGE_BYTES = 700;
const POSITION_BYTES = 100;
const PARTITIONS = 3;

/** Milliseconds from when each message was due until a read-committed reader has it; what is due while a transaction is under way goes with the next. */
export async function measureKafkaAlone(
  bus: Bus,
  load: { rate: number; seconds: number; warmUpSeconds: number },
): Promise<KafkaLatency> {
  const topic = `kafka-alone-${load.rate}`;
  const positions = `${topic}-positions`;
  await bus.admin().ensureTopic({ topic, partitions: PARTITIONS });
  await bus.admin().ensureTopic({ topic: positions, partitions: 1 });
  const begun = performance.now() + 200;
  const latencies: number[] = [];
  const reader = bus.reader({
    partitions: Array.from({ length: PARTITIONS }, (_, partition) => ({ topic, partition, offset: 0n })),
    async onBatch({ messages }) {
      const now = performance.now();
      for (const { value } of messages) {
        const due = value!.readDoubleLE(0);
        if (due >= begun + load.warmUpSeconds * 1000) latencies.push(now - due);
      }
    },
    onError(error) {
      throw error;
    },
  });
  await reader.start();
  const producer = bus.transactionalProducer({ transactionalId: topic, alternating: true });
  await producer.start();
  const total = load.rate * load.seconds;
  for (let sent = 0; sent < total; ) {
    const due = Math.min(total, Math.floor(((performance.now() - begun) * load.rate) / 1000) + 1);
    if (due <= sent) {
      await sleep(1);
      continue;
    }
    const messages: OutgoingMessage[] = [];
    for (; sent < due; sent++) {
      const value = Buffer.alloc(MESSAGE_BYTES, 'x');
      value.writeDoubleLE(begun + (sent * 1000) / load.rate);
      messages.push({ partition: sent % PARTITIONS, key: null, value });
    }
    const transaction = await producer.begin();
    await transaction.sendMany([
      { topic, messages },
      { topic: positions, messages: [{ partition: 0, key: topic, value: Buffer.alloc(POSITION_BYTES) }] },
    ]);
    await transaction.commit();
  }
  await sleep(500);
  await reader.stop();
  await producer.close();
  latencies.sort((a, b) => a - b);
  const at = (share: number): number => Math.round((latencies[Math.floor(latencies.length * share)] ?? 0) * 10) / 10;
  return { p50: at(0.5), p99: at(0.99) };
}
