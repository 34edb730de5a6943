import { setTimeout as sleep } from 'node:timers/promises';
import type { Bus } from '@rtdp/bus/bus';
import { connectBus } from '@rtdp/bus/connect';
import { connectionOf } from '@rtdp/testing/connection';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { traceRow } from '../pipeline/row-trace.ts';
import { type Pipeline, startPipeline } from '../pipeline/start-pipeline.ts';

const FLOW = 'everything';
let pipeline: Pipeline;
let bus: Bus;

beforeAll(async () => {
  pipeline = await startPipeline();
  bus = connectBus({ brokers: pipeline.brokers, clientId: 'first-row' });
  await pipeline.source.query(
    'create table greetings (id bigint primary key, words text not null, said_at timestamptz default now())',
  );
  await pipeline.source.query("insert into greetings (id, words) values (1, 'before the source was known')");
  await pipeline.dbus.registerSource({
    name: 'first',
    kind: 'postgres',
    connection: connectionOf(pipeline.sourceUrl),
    tables: ['public.*'],
  });
  await pipeline.wormhole.deploy({
    name: FLOW,
    source: { namespace: 'postgresql.first.public.*' },
    sink: { store: 'postgres', connection: connectionOf(pipeline.sinkUrl), schema: 'landed' },
  });
}, 180_000);

afterAll(async () => {
  await bus?.close();
  await pipeline?.[Symbol.asyncDispose]();
}, 60_000);

describe('the first row', () => {
  it('was there before anything was captured, and arrives by the pull', async () => {
    expect(await arrived(1)).toMatchObject({ words: 'before the source was known' });
  }, 240_000);

  it('is inserted in the source and found in the sink, and its own trace says how long each hop took', async () => {
    await insert(2, 'hello');
    const row = await arrived(2);
    const trace = await traceRow(bus, FLOW, BigInt(row.ums_id_), 60_000);
    console.log(
      `first row: commit → Kafka ${Math.round(trace.commitToKafka)} ms, → worker ${Math.round(trace.kafka)} ms, → sink ${Math.round(trace.transform + trace.sink)} ms, in all ${Math.round(trace.total)} ms`,
    );
    expect(trace.total).toBeGreaterThan(0);
    const sum = trace.commitToKafka + trace.kafka + trace.transform + trace.sink;
    expect(Math.abs(sum - trace.total)).toBeLessThan(5);
  }, 240_000);

  it.each(['dbus', 'wormhole', 'kafka', 'sink', 'source', 'metadata'] as const)(
    'arrives once although %s is killed under it and started again',
    async (part) => {
      const base = 1000 * (1 + ['dbus', 'wormhole', 'kafka', 'sink', 'source', 'metadata'].indexOf(part));
      await insert(base, `before ${part} is killed`);
      await pipeline.parts[part].kill();
      if (part !== 'source') await insert(base + 1, `while ${part} is away`);
      await pipeline.parts[part].restart();
      await insert(base + 2, `after ${part} is back`);
      await arrived(base);
      if (part !== 'source') await arrived(base + 1);
      const { ums_id_ } = await arrived(base + 2);
      const trace = await traceRow(bus, FLOW, BigInt(ums_id_), 60_000);
      console.log(`${part} killed: commit → sink of the row after it ${Math.round(trace.total)} ms`);
      const [inSource, inSink] = await Promise.all([
        pipeline.source.query('select id::text, words from greetings order by id'),
        pipeline.sink.query('select id::text, words from landed.greetings order by id'),
      ]);
      expect(inSink.rows).toEqual(inSource.rows);
    },
    240_000,
  );

  it('is proven equal by the command line, which names the one value that was changed behind its back', async () => {
    const equal = await pipeline.commandLine('verify', FLOW);
    expect(equal.errors).toBe('');
    expect(equal.code).toBe(0);
    await pipeline.sink.query("update landed.greetings set words = 'not what was said' where id = 2");
    const different = await pipeline.commandLine('verify', FLOW);
    expect(different.code).toBe(1);
    expect(different.output).toMatch(
      /landed\.greetings id=2 +words is hello in the source, not what was said in the sink/,
    );
    await pipeline.sink.query("update landed.greetings set words = 'hello' where id = 2");
    expect((await pipeline.commandLine('verify', FLOW, '--json')).code).toBe(0);
  }, 240_000);
});

async function insert(id: number, words: string): Promise<void> {
  await retried(() =>
    pipeline.source.query('insert into greetings (id, words) values ($1, $2) on conflict do nothing', [id, words]),
  );
}

/** The row as the sink has it; a sink that is being started again is asked until it answers. */
async function arrived(id: number): Promise<{ words: string; ums_id_: string }> {
  const deadline = Date.now() + 60_000;
  let last = 'nothing';
  while (Date.now() < deadline) {
    try {
      const { rows } = await pipeline.sink.query('select words, ums_id_::text from landed.greetings where id = $1', [
        id,
      ]);
      if (rows[0] !== undefined) return rows[0];
      last = 'the table is there, the row is not';
    } catch (error) {
      last = error instanceof Error ? error.message : String(error);
    }
    await sleep(20);
  }
  throw new Error(`row ${id} did not arrive: ${last}\n${pipeline.logs()}`);
}

async function retried<Result>(work: () => Promise<Result>): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work();
    } catch (error) {
      if (attempt === 600) throw error;
      await sleep(100);
    }
  }
}
