/**
 * Plays the interleavings of two writers that lose or resurrect rows without the locks: one writer is stopped in the middle of its transaction
 * by a lock that the test holds, the other one goes on, and the order in which they come to an end is the test's.
 */
import type { TestDatabase } from '@rtdp/testing/postgres';
import { testPostgres } from '@rtdp/testing/postgres';
import type { Client } from 'pg';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlainRow } from '../batch-of-rows.ts';
import { batchOfRows } from '../batch-of-rows.ts';
import type { SinkItem, SinkOutcome } from '../contract.ts';
import { FIELDS, NAMESPACE } from '../oracle/source-simulation.ts';
import { Connections } from './connect.ts';
import { PostgresSink } from './sink.ts';

let database: TestDatabase;
let connections: Connections;
let impatient: Connections;
let tables = 0;

beforeAll(async () => {
  database = await testPostgres();
  connections = new Connections({ url: database.url, connections: 6 });
  impatient = new Connections({ url: database.url, connections: 2, lockTimeoutMs: 300 });
});

afterAll(async () => {
  await connections?.close();
  await impatient?.close();
  await database?.drop();
});

/** The test's own hand on a lock: what waits for it waits until `release`. */
async function hold(statement: string): Promise<{ release(): Promise<void> }> {
  const client: Client = new pg.Client({ connectionString: database.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(statement);
  return {
    release: async () => {
      await client.query('COMMIT');
      await client.end();
    },
  };
}

async function waitForBlocked(count: number): Promise<void> {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    const { rows } = await database.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rtdp sink' AND wait_event_type = 'Lock'`,
    );
    if (rows[0]?.waiting === count) return;
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  throw new Error(`never saw ${count} writers wait for a lock`);
}

const row = (id: number, operation: PlainRow['operation'], key: string, a: string | null = null): PlainRow => ({
  id: BigInt(id),
  operation,
  values: { id: key, a, b: null, c: null },
});
const rowsOf = (...rows: PlainRow[]): SinkItem => ({ kind: 'rows', batch: batchOfRows(NAMESPACE, FIELDS, rows) });
const truncate = (id: number): SinkItem => ({ kind: 'truncate', id: BigInt(id), namespace: NAMESPACE });

/** Each test runs with batches staged and by arrays. */
for (const bulkFrom of [1, 1000]) {
  describe(bulkFrom === 1 ? 'staged' : 'by arrays', () => {
    async function start(through = connections) {
      const table = `raced_${tables++}`;
      const definition = { flow: 'races', schema: 'public', table, fields: FIELDS, deletes: 'physical' as const };
      const sink = new PostgresSink(through, definition, { bulkFrom });
      await sink.ensure();
      const offsets = new Map<number, bigint | null>();
      const epochs = new Map<number, bigint>();
      const claim = async (partition: number) => {
        const claimed = await sink.claim('topic', partition, 'racer');
        epochs.set(partition, claimed.epoch);
        offsets.set(partition, claimed.nextOffset);
        return claimed;
      };
      await claim(0);
      await claim(1);
      const send = (
        partition: number,
        items: SinkItem[],
        at?: { epoch: bigint; offset: bigint | null },
      ): Promise<SinkOutcome> => {
        const expectedOffset = at ? at.offset : offsets.get(partition)!;
        const nextOffset = (expectedOffset ?? 0n) + 1n;
        offsets.set(partition, nextOffset);
        return sink.write({
          topic: 'topic',
          partition,
          epoch: at?.epoch ?? epochs.get(partition)!,
          expectedOffset,
          nextOffset,
          items,
        });
      };
      const look = async () => {
        const { rows } = await database.query<{ id: string; a: string | null; ums_id_: string }>(
          `SELECT id::text, a, ums_id_::text FROM public.${table} ORDER BY id`,
        );
        return rows.map((each) => `${each.id} ${each.a ?? '∅'} ${each.ums_id_}`);
      };
      return { sink, table, claim, send, look, epochs };
    }

    test('insert(5) under way while delete(7) of the next owner commits: the row stays away', async () => {
      const { sink, table, send, look } = await start();
      // The old owner stands behind the fence, before its guarded statement.
      const lock = await hold(`LOCK TABLE public.${table} IN ACCESS EXCLUSIVE MODE`);
      const older = send(0, [rowsOf(row(5, 'i', '1', 'old'))]);
      await waitForBlocked(1);
      const takeover = sink.claim('topic', 0, 'next owner');
      // The claim waits for the old owner's transaction: it cannot come between fence and commit.
      await waitForBlocked(2);
      await lock.release();
      await older;
      const { epoch, nextOffset } = await takeover;
      expect(nextOffset).toBe(1n);
      await send(0, [rowsOf(row(7, 'd', '1'))], { epoch, offset: nextOffset });
      expect(await look()).toEqual([]);
      expect(await send(0, [rowsOf(row(5, 'i', '1', 'old'))], { epoch, offset: 2n })).toMatchObject({ stale: 1 });
      expect(await look()).toEqual([]);
    });

    test('delete(7) commits while the old owner still stands before the fence: its insert(5) is refused whole', async () => {
      const { sink, table, send, look, epochs } = await start();
      const oldEpoch = epochs.get(0)!;
      const progress = `SELECT 1 FROM rtdp.sink_progress p JOIN rtdp.sink_tables t USING (sink_id) WHERE t.table_name = '${table}' AND p.partition = 0 FOR UPDATE OF p`;
      const lock = await hold(progress);
      const claim = sink.claim('topic', 0, 'next owner');
      await waitForBlocked(1);
      const older = send(0, [rowsOf(row(5, 'i', '1', 'old'))], { epoch: oldEpoch, offset: null }).catch(
        (error: unknown) => error,
      );
      await waitForBlocked(2);
      await lock.release();
      const { epoch } = await claim;
      expect(await older).toMatchObject({ code: 'STORE_FENCED' });
      await send(0, [rowsOf(row(7, 'd', '1'))], { epoch, offset: null });
      expect(await look()).toEqual([]);
    });

    test('a truncate waits for an older upsert that is under way on another partition, and removes its row', async () => {
      const { table, send, look } = await start();
      const lock = await hold(`LOCK TABLE public.${table} IN ACCESS EXCLUSIVE MODE`);
      const upsert = send(0, [rowsOf(row(5, 'i', '1', 'old'))]);
      await waitForBlocked(1);
      const emptied = send(1, [truncate(9)]);
      await waitForBlocked(2);
      await lock.release();
      await Promise.all([upsert, emptied]);
      expect(await look()).toEqual([]);
    });

    test('an older upsert that waits for a truncate finds the floor raised', async () => {
      const { table, send, look } = await start();
      await send(0, [rowsOf(row(3, 'i', '2', 'there'))]);
      const lock = await hold(`LOCK TABLE public.${table} IN ACCESS EXCLUSIVE MODE`);
      const emptied = send(1, [truncate(9)]);
      await waitForBlocked(1);
      const upsert = send(0, [rowsOf(row(5, 'i', '1', 'old'), row(13, 'i', '3', 'new'))]);
      await waitForBlocked(2);
      await lock.release();
      expect(await emptied).toMatchObject({ truncated: 1 });
      expect(await upsert).toMatchObject({ applied: 1, stale: 1 });
      expect(await look()).toEqual(['3 new 13']);
    });

    test('delete detection waits for a row that is under way on another partition', async () => {
      const { table, send, look } = await start();
      const mark = (kind: 'pull-start' | 'pull-end'): SinkItem => ({
        kind,
        pullId: 'p',
        firstId: 100n,
        namespace: NAMESPACE,
        partitions: 2,
      });
      await send(0, [rowsOf(row(5, 'i', '1', 'gone'), row(9, 'i', '2', 'kept')), mark('pull-start')]);
      await send(1, [mark('pull-start')]);
      await send(0, [mark('pull-end')]);
      const lock = await hold(`LOCK TABLE public.${table} IN ACCESS EXCLUSIVE MODE`);
      const update = send(0, [rowsOf(row(105, 'u', '2', 'newer'))]);
      await waitForBlocked(1);
      const detection = send(1, [mark('pull-end')]);
      await waitForBlocked(2);
      await lock.release();
      await update;
      expect(await detection).toMatchObject({ detected: 1 });
      expect(await look()).toEqual(['2 newer 105']);
    });

    test('two writers that touch the same keys in opposite order do not deadlock', async () => {
      const { send, look } = await start();
      const keys = Array.from({ length: 40 }, (_, index) => String(index));
      const batch = (id: number, order: string[]) =>
        rowsOf(...order.map((key, index) => row(id + index, 'i', key, `v${id}`)));
      for (let round = 0; round < 10; round++) {
        const id = 1000 + round * 1000;
        await Promise.all([send(0, [batch(id, keys)]), send(1, [batch(id + 500, [...keys].reverse())])]);
      }
      expect(new Set((await look()).map((each) => each.split(' ')[1]))).toEqual(new Set(['v10500']));
    });

    test('a truncate that cannot have the floor in time says so and changes nothing', async () => {
      const { table, send, look, claim } = await start(impatient);
      await send(0, [rowsOf(row(5, 'i', '1', 'x'))]);
      const lock = await hold(
        `SELECT 1 FROM rtdp.sink_floors f JOIN rtdp.sink_tables t USING (sink_id) WHERE t.table_name = '${table}' FOR SHARE OF f`,
      );
      await expect(send(1, [truncate(9)])).rejects.toMatchObject({ code: 'STORE_LOCK_TIMEOUT' });
      await lock.release();
      expect(await look()).toEqual(['1 x 5']);
      expect((await claim(1)).nextOffset).toBe(null);
      await send(1, [truncate(9)]);
      expect(await look()).toEqual([]);
    });

    test('a truncate gets its turn between writers that never pause', async () => {
      const { send, look } = await start();
      let stop = false;
      const busy = (async () => {
        for (let id = 100_001; !stop; id += 4) await send(0, [rowsOf(row(id, 'i', String(id % 7), 'x'))]);
      })();
      await send(1, [truncate(9)]);
      stop = true;
      await busy;
      expect((await look()).length).toBeGreaterThan(0);
    });
  });
}

test('a connection that is killed in the middle leaves nothing, and the next claim says where to go on', async () => {
  const table = `raced_${tables++}`;
  const sink = new PostgresSink(connections, {
    flow: 'races',
    schema: 'public',
    table,
    fields: FIELDS,
    deletes: 'physical',
  });
  await sink.ensure();
  const { epoch } = await sink.claim('topic', 0, 'first');
  const work = {
    topic: 'topic',
    partition: 0,
    epoch,
    expectedOffset: null,
    nextOffset: 1n,
    items: [rowsOf(row(5, 'i', '1', 'x'))],
  };
  const lock = await hold(`LOCK TABLE public.${table} IN ACCESS EXCLUSIVE MODE`);
  const failing = sink.write(work).catch((error: unknown) => error);
  await waitForBlocked(1);
  await database.query(
    `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rtdp sink' AND wait_event_type = 'Lock'`,
  );
  expect(await failing).toMatchObject({ code: 'STORE_UNREACHABLE' });
  await lock.release();
  const second = await sink.claim('topic', 0, 'second');
  expect(second.nextOffset).toBe(null);
  expect(await sink.write({ ...work, epoch: second.epoch })).toMatchObject({ applied: 1 });
});

test('the scenario is real: without the floor lock, a truncate misses the row that is under way', async () => {
  await using unlocked = await testPostgres();
  const own = new Connections({ url: unlocked.url });
  const fields = FIELDS;
  const sink = new PostgresSink(own, { flow: 'races', schema: 'public', table: 'raced', fields, deletes: 'physical' });
  await sink.ensure();
  await unlocked.query(`CREATE OR REPLACE FUNCTION rtdp.sink_fence(
    the_sink integer, the_topic text, the_partition integer, the_epoch bigint, expected bigint, check_position boolean,
    sources text[], exclusive boolean) RETURNS void LANGUAGE sql AS 'SELECT'`);
  const work = { topic: 'topic', epoch: 1n, expectedOffset: null, nextOffset: 1n };
  // The test's uncommitted row of the same key holds the upsert in the middle of its statement, the truncate passes.
  const client = new pg.Client({ connectionString: unlocked.url });
  await client.connect();
  await client.query('BEGIN');
  await client.query(`INSERT INTO public.raced (id, ums_id_, ums_ts_) VALUES (1, 1, now())`);
  const upsert = sink.write({ ...work, partition: 0, items: [rowsOf(row(5, 'i', '1', 'old'))] });
  for (let waiting = 0; waiting === 0; ) {
    const { rows } = await unlocked.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = current_database() AND application_name = 'rtdp sink' AND wait_event_type = 'Lock'`,
    );
    waiting = rows[0]?.waiting ?? 0;
  }
  await sink.write({ ...work, partition: 1, items: [truncate(9)] });
  await client.query('ROLLBACK');
  await client.end();
  await upsert;
  const { rows } = await unlocked.query('SELECT id::text FROM public.raced');
  expect(rows).toEqual([{ id: '1' }]);
  await own.close();
});
