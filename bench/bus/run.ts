/**
 * Measures the bus beside Kafka's own performance tools: MB/s produced and consumed at 1 KB and 50 KB a message, on one
 * broker, the same topics, in turns. The bar is on consuming (0.8 of Kafka's own consumer, start-up of either not counted);
 * producing is printed.
 */

import type { Bus, OutgoingMessage } from '@rtdp/bus/bus';
import { connectBus } from '@rtdp/bus/connect';
import { ensureKafkaTools, type KafkaTools, runKafkaTool } from '@rtdp/local/kafka-tools';
import { ownKafka } from '@rtdp/testing/own-kafka';

const PARTITIONS = 4;
const MEGABYTE = 1024 * 1024;
/** On a machine so busy that a round takes minutes, fewer rounds are run. */
const NO_MORE_ROUNDS_AFTER_MS = 360_000;

interface Load {
  name: string;
  messageBytes: number;
  /** Per topic; two topics are written, one by each producer. */
  messages: number;
}

export async function run(options: {
  seed: number;
  quick: boolean;
}): Promise<{ figures: Record<string, number | string>; ratios: Record<string, number> }> {
  const megabytes = options.quick ? 100 : 400;
  const rounds = options.quick ? 1 : 3;
  const loads: Load[] = [
    { name: '1kb', messageBytes: 1024, messages: megabytes * 1024 },
    { name: '50kb', messageBytes: 51_200, messages: Math.round((megabytes * MEGABYTE) / 51_200) },
  ];
  const begun = performance.now();
  const tools = await ensureKafkaTools();
  await using kafka = await ownKafka({ heapMegabytes: 1024 });
  const bus = connectBus({ brokers: kafka.brokers, clientId: 'bench-bus' });
  const figures: Record<string, number | string> = {};
  const ratios: Record<string, number> = {};
  try {
    for (const load of loads) {
      const topics = { ours: `bench_${load.name}_ours`, theirs: `bench_${load.name}_theirs` };
      for (const topic of Object.values(topics)) await bus.admin().ensureTopic({ topic, partitions: PARTITIONS });
      const produced = await produceOurs(bus, topics.ours, load, options.seed);
      const producedTheirs = await produceTheirs(tools, kafka.brokers, topics.theirs, load);
      record(figures, `produce_${load.name}`, produced, producedTheirs);

      const names = Object.values(topics);
      const ours: number[] = [];
      const theirs: number[] = [];
      for (let round = 0; round < rounds; round++) {
        if (round > 0 && performance.now() - begun > NO_MORE_ROUNDS_AFTER_MS) break;
        theirs.push(await consumeTheirs(tools, kafka.brokers, names, load));
        ours.push(await consumeOurs(bus, names, load));
      }
      record(figures, `consume_${load.name}`, median(ours), median(theirs));
      ratios[`consume_${load.name}`] = round2(median(ours) / median(theirs));
    }
  } finally {
    await bus.close();
  }
  return { figures, ratios };
}

/** Requests of four batches of about 1 MB, idempotent, acknowledged by all replicas: one after the other, as a service sends. */
async function produceOurs(bus: Bus, topic: string, load: Load, seed: number): Promise<number> {
  const value = seededBytes(load.messageBytes, seed);
  const perRequest = Math.floor((3.8 * 1000 * 1000) / (load.messageBytes + 100));
  const producer = bus.producer();
  await producer.send(topic, []);
  const started = performance.now();
  for (let sent = 0; sent < load.messages; sent += perRequest) {
    const count = Math.min(perRequest, load.messages - sent);
    const messages: OutgoingMessage[] = new Array(count);
    for (let index = 0; index < count; index++) messages[index] = { partition: index % PARTITIONS, key: null, value };
    await producer.send(topic, messages);
  }
  const seconds = (performance.now() - started) / 1000;
  await producer.close();
  return (load.messages * load.messageBytes) / MEGABYTE / seconds;
}

async function produceTheirs(tools: KafkaTools, brokers: string[], topic: string, load: Load): Promise<number> {
  const output = await runKafkaTool(tools, 'org.apache.kafka.tools.ProducerPerformance', [
    ...['--bootstrap-server', brokers.join()],
    ...['--topic', topic, '--num-records', String(load.messages), '--record-size', String(load.messageBytes)],
    ...[
      '--throughput',
      '-1',
      '--command-property',
      'acks=all',
      'batch.size=1000000',
      'linger.ms=5',
      'buffer.memory=67108864',
    ],
  ]);
  const last = output.trim().split('\n').at(-1) ?? '';
  return found(/\(([\d.]+) MB\/sec\)/.exec(last)?.[1], output);
}

/** From the assignment of the partitions to the last message, as the tool counts its "fetch.MB.sec". */
async function consumeOurs(bus: Bus, topics: string[], load: Load): Promise<number> {
  const expected = load.messages * topics.length;
  let seen = 0;
  let bytes = 0;
  let started = 0;
  let done: (error?: unknown) => void = () => undefined;
  const finished = new Promise<void>((resolve, reject) => {
    done = (error) => (error === undefined ? resolve() : reject(error));
  });
  const consumer = bus.consumer({
    groupId: `bench-${process.pid}-${Date.now()}`,
    topics,
    startOffset: async () => 'earliest',
    onAssigned: () => {
      started = performance.now();
    },
    onBatch: async (batch) => {
      seen += batch.messages.length;
      bytes += batch.bytes;
      if (seen === expected) done();
    },
    onError: done,
  });
  await consumer.start();
  await finished;
  const seconds = (performance.now() - started) / 1000;
  await consumer.stop();
  if (bytes !== expected * load.messageBytes) throw new Error(`read ${bytes} bytes in ${seen} messages`);
  return bytes / MEGABYTE / seconds;
}

async function consumeTheirs(tools: KafkaTools, brokers: string[], topics: string[], load: Load): Promise<number> {
  const output = await runKafkaTool(tools, 'org.apache.kafka.tools.ConsumerPerformance', [
    ...['--bootstrap-server', brokers.join(), '--include', topics.join('|')],
    ...['--num-records', String(load.messages * topics.length), '--hide-header', '--timeout', '30000'],
    ...['--command-property', 'isolation.level=read_committed'],
  ]);
  // start, end, MB, MB/s, messages, messages/s, rebalance ms, fetch ms, fetch MB/s, fetch messages/s
  const columns = (output.trim().split('\n').at(-1) ?? '').split(',').map((column) => column.trim());
  const messages = found(columns[4], output);
  if (messages < load.messages * topics.length) throw new Error(`the tool read only ${messages} messages: ${output}`);
  return found(columns[8], output);
}

function found(text: string | undefined, output: string): number {
  const value = Number(text);
  if (text === undefined || !Number.isFinite(value)) throw new Error(`the tool printed something else: ${output}`);
  return value;
}

function record(figures: Record<string, number | string>, name: string, ours: number, theirs: number): void {
  figures[`${name}_mb_per_s`] = round2(ours);
  figures[`${name}_kafka_mb_per_s`] = round2(theirs);
  figures[`${name}_ratio`] = round2(ours / theirs);
}

function seededBytes(length: number, seed: number): Buffer {
  const bytes = Buffer.alloc(length);
  let state = (seed >>> 0) + 1;
  for (let index = 0; index < length; index++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    bytes[index] = 65 + ((state >>> 24) % 26);
  }
  return bytes;
}

function median(values: number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)]!;
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
