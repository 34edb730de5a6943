/**
 * Measures Kafka → columns → SQL → columns on Nexmark bids in UMS, beside JSON.parse of the same messages into the same columns without any SQL,
 * in turns in one process. The bar is 2 for filter and currency. CPU-seconds per million rows are those of this process, Kafka client included.
 */

import type { Bus, IncomingBatch } from '@rtdp/bus/bus';
import { connectBus } from '@rtdp/bus/connect';
import { createEngine } from '@rtdp/engine/engine';
import type { CompiledFlow, Engine } from '@rtdp/engine/flow-contract';
import { ownKafka } from '@rtdp/testing/own-kafka';
import { BatchReader } from '@rtdp/ums/batch-reader';
import { BID_FIELDS, bidMessages, ROWS_PER_MESSAGE } from './bids.ts';
import { JsonColumns } from './json-columns.ts';

const TOPIC = 'nexmark.bids';
const PARTITIONS = 4;
const FULL_ROWS = 5_000_000;
const QUICK_ROWS = 150_000;
const ROWS_PER_BATCH = 32_000;
/** A machine that is this slow at writing the bids measures with those that are there by then. */
const WRITE_NO_LONGER_THAN_MS = 45_000;
const NO_MORE_ROUNDS_AFTER_MS = 200_000;

const QUERIES = {
  pass_through: `SELECT auction, bidder, price, "dateTime", extra FROM bid`,
  filter: 'SELECT auction, price FROM bid WHERE auction % 123 = 0',
  currency: `SELECT auction, bidder, price * 0.908 AS price, "dateTime", extra FROM bid`,
} as const;

interface Pass {
  rowsPerSecond: number;
  cpuSecondsPerMillion: number;
  resultRows: number;
}

export async function run(options: {
  seed: number;
  quick: boolean;
}): Promise<{ figures: Record<string, number | string>; ratios: Record<string, number> }> {
  const begun = performance.now();
  await using kafka = await ownKafka({ heapMegabytes: 512 });
  const bus = connectBus({ brokers: kafka.brokers, clientId: 'bench-engine' });
  const engine = await createEngine({ memoryLimit: '1GB' });
  const figures: Record<string, number | string> = {};
  const ratios: Record<string, number> = {};
  try {
    const rows = await writeBids(bus, options.quick ? QUICK_ROWS : FULL_ROWS, options.seed);
    figures.rows = rows;
    for (const [name, sql] of Object.entries(QUERIES)) {
      const flow = await compile(engine, name, sql);
      const ours: Pass[] = [];
      const reference: Pass[] = [];
      const rounds = options.quick ? 2 : 3;
      for (let round = 0; round < rounds; round += 1) {
        if (round > 0 && performance.now() - begun > NO_MORE_ROUNDS_AFTER_MS) break;
        ours.push(await measure(bus, rows, new EnginePass(flow)));
        reference.push(await measure(bus, rows, new JsonPass(flow.columnsUsed)));
      }
      const [best, other] = [fastest(ours), fastest(reference)];
      figures[`${name}_rows_per_s`] = Math.round(best.rowsPerSecond);
      figures[`${name}_cpu_s_per_million`] = round2(best.cpuSecondsPerMillion);
      figures[`${name}_result_rows`] = best.resultRows;
      figures[`${name}_json_rows_per_s`] = Math.round(other.rowsPerSecond);
      figures[`${name}_json_cpu_s_per_million`] = round2(other.cpuSecondsPerMillion);
      const ratio = round2(best.rowsPerSecond / other.rowsPerSecond);
      figures[`${name}_ratio`] = ratio;
      if (name !== 'pass_through') ratios[name] = ratio;
      await flow.close();
    }
    figures.resident_mb = Math.round(process.memoryUsage.rss() / 1024 / 1024);
  } finally {
    await engine.close();
    await bus.close();
  }
  return { figures, ratios };
}

async function compile(engine: Engine, name: string, sql: string): Promise<CompiledFlow> {
  return await engine.compileStateless({
    steps: [{ name, sql }],
    sourceName: 'bid',
    sourceFields: BID_FIELDS,
    resultStorage: 'typed',
  });
}

/** How many bids are in the topic. */
async function writeBids(bus: Bus, rows: number, seed: number): Promise<number> {
  await bus.admin().ensureTopic({ topic: TOPIC, partitions: PARTITIONS });
  const producer = bus.producer();
  const begun = performance.now();
  let written = 0;
  let waiting: Buffer[] = [];
  const send = async (): Promise<void> => {
    const messages = waiting.map((value, index) => ({ partition: index % PARTITIONS, key: null, value }));
    waiting = [];
    await producer.send(TOPIC, messages);
    written += messages.length * ROWS_PER_MESSAGE;
  };
  for (const message of bidMessages(rows, seed)) {
    waiting.push(message);
    if (waiting.length < 24) continue;
    await send();
    if (performance.now() - begun > WRITE_NO_LONGER_THAN_MS) break;
  }
  if (waiting.length > 0 && performance.now() - begun <= WRITE_NO_LONGER_THAN_MS) await send();
  await producer.close();
  return written;
}

interface Reading {
  readonly rows: number;
  readonly resultRows: number;
  take(batch: IncomingBatch): Promise<void>;
  finish(): Promise<void>;
}

/** Decodes into columns and runs the flow; the next batch is decoded while the engine works on the last. */
class EnginePass implements Reading {
  rows = 0;
  resultRows = 0;
  readonly #flow: CompiledFlow;
  readonly #reader: BatchReader;
  #running: Promise<void> = Promise.resolve();

  constructor(flow: CompiledFlow) {
    this.#flow = flow;
    this.#reader = new BatchReader({ fields: BID_FIELDS, storages: [...flow.columnsUsed] });
  }

  async take({ messages }: IncomingBatch): Promise<void> {
    for (const [index, { value }] of messages.entries()) {
      this.rows += this.#reader.append(value!);
      if (this.#reader.rowCount >= ROWS_PER_BATCH) await this.#run();
      // The engine asks for its input on this thread.
      else if (index % 4 === 3) await new Promise(setImmediate);
    }
  }

  async finish(): Promise<void> {
    if (this.#reader.rowCount > 0) await this.#run();
    await this.#running;
  }

  async #run(): Promise<void> {
    await this.#running;
    this.#running = this.#flow.run(this.#reader.take()).then(({ batch }) => {
      this.resultRows += batch.rowCount;
    });
  }
}

/** JSON.parse into the same columns, and nothing else. */
class JsonPass implements Reading {
  rows = 0;
  resultRows = 0;
  readonly #columns: JsonColumns;

  constructor(storages: CompiledFlow['columnsUsed']) {
    this.#columns = new JsonColumns(storages, ROWS_PER_BATCH + ROWS_PER_MESSAGE);
  }

  async take({ messages }: IncomingBatch): Promise<void> {
    for (const { value } of messages) {
      this.#columns.append(value!);
      if (this.#columns.rowCount >= ROWS_PER_BATCH) await this.finish();
    }
  }

  async finish(): Promise<void> {
    const { rows } = this.#columns.take();
    this.rows += rows;
    this.resultRows += rows;
  }
}

/** Reads the whole topic once, one partition's batch at a time. */
async function measure(bus: Bus, rows: number, reading: Reading): Promise<Pass> {
  const ends = new Map((await bus.admin().topicOffsets(TOPIC)).map(({ partition, high }) => [partition, high]));
  const cpu = process.cpuUsage();
  const begun = performance.now();
  await new Promise<void>((resolve, reject) => {
    const reader = bus.reader({
      partitions: [...ends.keys()].map((partition) => ({ topic: TOPIC, partition, offset: 'earliest' as const })),
      concurrency: 1,
      onBatch: async (batch) => {
        await reading.take(batch);
        if (batch.nextOffset >= ends.get(batch.partition)!) ends.delete(batch.partition);
        if (ends.size > 0) return;
        await reading.finish();
        // From outside of the handler: stopping waits for it.
        setImmediate(() => reader.stop().then(resolve, reject));
      },
      onError: reject,
    });
    reader.start().catch(reject);
  });
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  if (reading.rows !== rows) throw new Error(`read ${reading.rows} rows of ${rows}`);
  return {
    rowsPerSecond: rows / seconds,
    cpuSecondsPerMillion: (user + system) / rows,
    resultRows: reading.resultRows,
  };
}

function fastest(passes: readonly Pass[]): Pass {
  return passes.reduce((best, pass) => (pass.rowsPerSecond > best.rowsPerSecond ? pass : best));
}

function round2(value: number): number {
  return Math.round(value * 100) / 100;
}
