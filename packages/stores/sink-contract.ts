/** The contract suite of a sink: every store that implements `contract.ts` runs it, with nothing but its own way to open and to look. */
import { diffSchemas } from '@rtdp/ums/schema-diff';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import type { PlainRow } from './batch-of-rows.ts';
import type { SinkItem } from './contract.ts';
import { testPulls } from './testing/pull-contract.ts';
import {
  FIELDS,
  field,
  ORDERS,
  OTHER,
  type PullItem,
  pullMark,
  row,
  type SinkUnderTest,
  type StartSink,
  startSink,
  Writer,
} from './testing/sink-writer.ts';

export function describeSinkContract(name: string, open: () => Promise<SinkUnderTest>): void {
  describe(`${name}: the contract of a sink`, () => {
    let under: SinkUnderTest;
    beforeAll(async () => {
      under = await open();
    });
    afterAll(async () => {
      await under?.[Symbol.asyncDispose]();
    });
    const start: StartSink = (changes) => startSink(under, changes);

    test('a row applies once, whatever is repeated or late', async () => {
      const { writer, look } = await start();
      expect(await writer.apply(row(101, 'i', { id: '1', a: 'x', b: 'y' }))).toMatchObject({ applied: 1, stale: 0 });
      expect(await writer.apply(row(101, 'i', { id: '1', a: 'x', b: 'y' }))).toMatchObject({ applied: 0, stale: 1 });
      expect(
        await writer.apply(row(109, 'u', { id: '1', a: 'z', b: 'y' }), row(105, 'u', { id: '1', a: 'late', b: 'y' })),
      ).toMatchObject({ applied: 1, stale: 1 });
      expect(await look()).toEqual(['1 z y 109']);
    });

    test('a deleted row stays deleted', async () => {
      const { writer, look } = await start();
      await writer.apply(row(101, 'i', { id: '1', a: 'x', b: 'y' }));
      expect(await writer.apply(row(109, 'd', { id: '1' }))).toMatchObject({ deleted: 1 });
      expect(await writer.apply(row(105, 'u', { id: '1', a: 'late', b: null }))).toMatchObject({
        applied: 0,
        stale: 1,
      });
      expect(await look()).toEqual([]);
      await writer.apply(row(113, 'i', { id: '1', a: 'again', b: null }));
      expect(await look()).toEqual(['1 again ∅ 113']);
    });

    test('a delete that comes first is remembered', async () => {
      const { writer, look } = await start();
      await writer.apply(row(109, 'd', { id: '1' }));
      expect(await writer.apply(row(101, 'i', { id: '1', a: 'x', b: 'y' }))).toMatchObject({ stale: 1 });
      expect(await look()).toEqual([]);
    });

    test('untold columns keep what is stored, in one batch as in several', async () => {
      const { writer, look } = await start();
      await writer.apply(
        row(101, 'i', { id: '1', a: 'a1', b: 'b1' }),
        row(105, 'u', { id: '1', b: 'b2' }),
        row(109, 'u', { id: '1', a: 'a2' }),
      );
      expect(await look()).toEqual(['1 a2 b2 109']);
      await writer.apply(row(113, 'u', { id: '1', a: null }));
      expect(await look()).toEqual(['1 ∅ b2 113']);
    });

    test('a late row lends no value to a newer one', async () => {
      const { writer, look } = await start();
      await writer.apply(row(109, 'i', { id: '1', a: 'a1', b: 'b9' }));
      await writer.apply(row(101, 'i', { id: '1', a: 'a0', b: 'late' }), row(113, 'u', { id: '1', a: 'a2' }));
      expect(await look()).toEqual(['1 a2 b9 113']);
    });

    test('a partial update of a row that is not held inserts nothing and asks for the row', async () => {
      const { writer, look } = await start({ keyFrom: { id: 'order_id' } });
      expect(await writer.apply(row(101, 'u', { id: '7', a: 'x' }))).toMatchObject({
        applied: 0,
        rereads: 1,
        stale: 0,
      });
      expect(await look()).toEqual([]);
      const pending = (await under.store.pendingRereads(1000)).filter(({ request }) => request.key.order_id === '7');
      expect(pending.map(({ request }) => request.namespace)).toEqual([ORDERS]);
      await under.store.acknowledgeRereads(pending.map(({ id }) => id));
      expect((await under.store.pendingRereads(1000)).filter(({ id }) => id === pending[0]?.id)).toEqual([]);
    });

    test('a whole row with untold columns never inherits, and is asked for', async () => {
      const { writer, look } = await start();
      await writer.apply(row(101, 'i', { id: '1', a: 'a1', b: 'b1' }));
      expect(await writer.apply(row(105, 'i', { id: '1', a: 'a2' }))).toMatchObject({ applied: 1, rereads: 1 });
      expect(await look()).toEqual(['1 a2 ∅ 105']);
    });

    test('a truncate removes what is older, and what is older stays away', async () => {
      const { writer, look } = await start();
      const truncate: SinkItem = { kind: 'truncate', id: 105n, namespace: ORDERS };
      const outcome = await writer.send([
        writer.rows([row(101, 'i', { id: '1', a: 'x', b: 'y' })]),
        truncate,
        writer.rows([row(109, 'i', { id: '2', a: 'x', b: 'y' })]),
      ]);
      expect(outcome).toMatchObject({ applied: 2, truncated: 1 });
      await writer.send([writer.rows([row(103, 'i', { id: '3', a: 'late', b: 'y' })])], 1);
      expect(await writer.send([truncate], 1)).toMatchObject({ truncated: 0 });
      expect(await look()).toEqual(['2 x y 109']);
    });
    testPulls(start);

    test('an older worker is fenced, and so is a wrong position; nothing of theirs is written', async () => {
      const { writer, table, look } = await start();
      await writer.apply(row(101, 'i', { id: '1', a: 'x', b: null }));
      const other = under.openSink({ flow: 'suite', schema: 'suite', fields: FIELDS, deletes: 'physical', table });
      await other.ensure();
      const claim = await other.claim('topic', 0, 'second');
      expect(claim.nextOffset).toBe(0n);
      await expect(writer.apply(row(105, 'u', { id: '1', a: 'zombie', b: null }))).rejects.toMatchObject({
        code: 'STORE_FENCED',
      });
      const work = {
        topic: 'topic',
        partition: 0,
        epoch: claim.epoch,
        nextOffset: 9n,
        items: [writer.rows([row(105, 'u', { id: '1', a: 'skips', b: null })])],
      };
      await expect(other.write({ ...work, expectedOffset: 5n })).rejects.toMatchObject({ code: 'STORE_FENCED' });
      await expect(other.write({ ...work, expectedOffset: null })).rejects.toMatchObject({ code: 'STORE_FENCED' });
      expect(await look()).toEqual(['1 x ∅ 101']);
      await other.write({ ...work, expectedOffset: 0n });
      expect((await other.claim('topic', 0, 'third')).nextOffset).toBe(9n);
      expect(await look()).toEqual(['1 skips ∅ 105']);
    });

    test('commit numbers of a table only grow, also when it is made anew', async () => {
      const { writer, table } = await start();
      const first = await writer.send([]);
      const second = await writer.send([], 1);
      expect(second.commitNumber).toBeGreaterThan(first.commitNumber);
      await under.store.forgetSink('suite', table, 'suite');
      const anew = await start({ table });
      expect((await anew.writer.send([])).commitNumber).toBeGreaterThan(second.commitNumber);
    });

    test('a row that the store refuses changes nothing, and says so', async () => {
      const fields = [FIELDS[0]!, field('n', 'integer', { type: 'int' })];
      const { writer, look } = await start({ fields });
      await expect(
        writer.apply(row(101, 'i', { id: '1', n: '5' }), row(105, 'i', { id: '2', n: 'five' })),
      ).rejects.toMatchObject({ code: 'STORE_ROW_REFUSED' });
      expect(await look()).toEqual([]);
      await writer.apply(row(101, 'i', { id: '1', n: '5' }));
      expect(await look()).toEqual(['1 5 101']);
    });

    test('a table has one writing flow, and must be ours', async () => {
      const { table } = await start();
      await expect(start({ table, flow: 'another' })).rejects.toMatchObject({ code: 'STORE_OTHER_WRITER' });
      await under.execute('CREATE TABLE suite.foreign_table (id bigint)');
      const foreign = {
        flow: 'suite',
        schema: 'suite',
        table: 'foreign_table',
        fields: FIELDS,
        deletes: 'physical',
      } as const;
      // Told before anything is made, and when it would be made.
      for (const ask of ['check', 'ensure'] as const) {
        await expect(under.openSink(foreign)[ask]()).rejects.toMatchObject({
          code: 'STORE_TABLE_FOREIGN',
          message: expect.stringContaining('it has no column a'),
        });
      }
      await under.openSink({ ...foreign, table: 'none_yet' }).check();
      await under.openSink({ ...foreign, table }).check();
    });

    test('a table that a removed flow left is taken over with its rows, if it has the layout', async () => {
      const { writer, table } = await start();
      await writer.apply(row(105, 'i', { id: '1', a: 'x', b: 'y' }));
      await under.store.forgetSink('suite', table, 'suite');
      const second = await start({ table, flow: 'another' });
      expect(await second.writer.apply(row(101, 'u', { id: '1', a: 'late', b: 'y' }))).toMatchObject({ stale: 1 });
      expect(await second.look()).toEqual(['1 x y 105']);
      await under.store.forgetSink('suite', table, 'another');
      const fields = [...FIELDS, field('c', 'text')];
      await expect(start({ table, fields })).rejects.toMatchObject({ code: 'STORE_TABLE_FOREIGN' });
    });

    test('tombstones keep the row, the live view hides it', async () => {
      const { writer, look } = await start({ deletes: 'tombstone' });
      await writer.apply(row(101, 'i', { id: '1', a: 'x', b: 'y' }), row(105, 'i', { id: '2', a: 'x', b: 'y' }));
      expect(await writer.apply(row(109, 'd', { id: '1' }))).toMatchObject({ deleted: 1 });
      expect(await look()).toEqual(['1 ∅ ∅ 109 0', '2 x y 105 1']);
      expect(await look('_live')).toEqual(['2 x y 105']);
      expect(await writer.apply(row(107, 'u', { id: '1', a: 'late', b: 'y' }))).toMatchObject({ stale: 1 });
      expect(await writer.apply(row(113, 'u', { id: '1', a: 'x' }))).toMatchObject({ rereads: 1, applied: 0 });
      await writer.apply(row(117, 'i', { id: '1', a: 'again', b: 'y' }));
      expect(await look('_live')).toEqual(['1 again y 117', '2 x y 105']);
      await writer.send([{ kind: 'truncate', id: 121n, namespace: ORDERS }]);
      expect(await look('_live')).toEqual([]);
      expect(await look()).toHaveLength(2);
    });

    test('history appends every change once', async () => {
      const { writer, look } = await start({ deletes: 'history' });
      const rows = [
        row(101, 'i', { id: '1', a: 'a1', b: 'b1' }),
        row(105, 'u', { id: '1', b: 'b2' }),
        row(109, 'u', { id: '1', a: 'a3' }),
      ];
      await writer.apply(...rows);
      await writer.apply(...rows, row(113, 'd', { id: '1' }));
      expect(await look()).toEqual(['1 ∅ ∅ 113 d', '1 a1 b1 101 i', '1 a1 b2 105 u', '1 a3 b2 109 u']);
      expect(await look('_live')).toEqual([]);
      await writer.apply(row(117, 'i', { id: '1', a: 'a4', b: null }));
      expect(await look('_live')).toEqual(['1 a4 ∅ 117']);
    });

    test('rows without a key are added once; a pull replaces what was there', async () => {
      const fields = [field('a', 'text')];
      const { writer, look } = await start({ fields });
      await writer.apply(row(101, 'i', { a: 'x' }), row(105, 'i', { a: 'x' }));
      await writer.apply(row(105, 'i', { a: 'x' }));
      expect(await look()).toEqual(['x 101', 'x 105']);
      const mark = (kind: PullItem['kind']) => pullMark(kind, { pullId: 'p1', firstId: 200n });
      const outcome = await writer.send([
        mark('pull-start'),
        writer.rows([row(201, 'i', { a: 'x' })]),
        mark('pull-end'),
      ]);
      expect(outcome).toMatchObject({ applied: 1, detected: 2 });
      expect(await writer.apply(row(105, 'i', { a: 'x' }))).toMatchObject({ stale: 1 });
      expect(await look()).toEqual(['x 201']);
    });

    test('an exploded source row replaces what it gave before', async () => {
      const fields = [
        FIELDS[0]!,
        field('line', 'integer', { type: 'int', nullable: false, key: true }),
        field('a', 'text'),
      ];
      const { writer, look } = await start({ fields, explode: { ordinalColumn: 'line' } });
      const send = (...rows: PlainRow[]) => writer.send([writer.rows(rows, ORDERS, 'replace')]);
      await send(
        row(101, 'i', { id: '1', line: '1', a: 'p' }),
        row(101, 'i', { id: '1', line: '2', a: 'q' }),
        row(105, 'i', { id: '2', line: '1', a: 'r' }),
      );
      expect(await look()).toEqual(['1 1 p 101', '1 2 q 101', '2 1 r 105']);
      await send(row(109, 'u', { id: '1', line: '1', a: 's' }));
      expect(await look()).toEqual(['1 1 s 109', '2 1 r 105']);
      // Late, and a repetition.
      await send(
        row(103, 'u', { id: '1', line: '1', a: 'late' }),
        row(103, 'u', { id: '1', line: '2', a: 'late' }),
        row(105, 'i', { id: '2', line: '1', a: 'r' }),
      );
      expect(await look()).toEqual(['1 1 s 109', '2 1 r 105']);
      expect(await send(row(113, 'd', { id: '1', line: null, a: null }))).toMatchObject({ deleted: 1 });
      await send(row(111, 'u', { id: '1', line: '1', a: 'late' }));
      expect(await look()).toEqual(['2 1 r 105']);
      await writer.send([{ kind: 'truncate', id: 117n, namespace: ORDERS }]);
      await send(row(105, 'i', { id: '2', line: '1', a: 'r' }));
      expect(await look()).toEqual([]);
    });

    test('several sources in one table do not touch each other', async () => {
      const { writer, look } = await start({ sourceNamespaceInKey: true });
      await writer.send([
        writer.rows([row(101, 'i', { id: '1', a: 'new', b: null })], ORDERS),
        writer.rows([row(901, 'i', { id: '1', a: 'old', b: null })], OTHER),
      ]);
      const orders = ORDERS.replace('.1.0.0', '.*.0.0');
      const other = OTHER.replace('.1.0.0', '.*.0.0');
      expect(await look()).toEqual([`${other} 1 old ∅ 901`, `${orders} 1 new ∅ 101`]);
      await writer.send([{ kind: 'truncate', id: 950n, namespace: OTHER }]);
      expect(await writer.send([writer.rows([row(105, 'u', { id: '1', a: 'newer' })], ORDERS)])).toMatchObject({
        applied: 1,
      });
      expect(await look()).toEqual([`${orders} 1 newer ∅ 105`]);
      const mark = (kind: PullItem['kind']) => pullMark(kind, { pullId: 'p1', firstId: 2000n, namespace: OTHER });
      expect(await writer.send([mark('pull-start'), mark('pull-end')])).toMatchObject({ detected: 0 });
      await writer.send([writer.rows([row(109, 'd', { id: '1' })], ORDERS)]);
      expect(await look()).toEqual([]);
    });

    test('the table follows a compatible schema, once, whoever comes first', async () => {
      const { writer, table, look } = await start();
      await writer.apply(row(101, 'i', { id: '1', a: 'x', b: 'y' }));
      const second = [...FIELDS, field('c', 'integer', { type: 'int' })];
      const namespace = ORDERS.replace('.1.', '.2.');
      const wide = new Writer(writer.sink, second);
      await expect(
        wide.sink.write({
          topic: 'topic',
          partition: 5,
          epoch: 1n,
          expectedOffset: null,
          nextOffset: 1n,
          items: [wide.rows([row(105, 'i', { id: '2', a: 'x', b: 'y', c: '5' })], namespace)],
        }),
      ).rejects.toMatchObject({ code: 'STORE_SCHEMA_BEHIND' });
      const change = { namespace, diff: diffSchemas(FIELDS, second), fields: second };
      await writer.sink.evolve(change);
      await writer.sink.evolve(change);
      await wide.send([wide.rows([row(105, 'i', { id: '2', a: 'x', b: 'y', c: '5' })], namespace)], 1);
      // A batch of the older version still arrives on another partition.
      await writer.apply(row(103, 'u', { id: '1', a: 'z' }));
      expect(await look()).toEqual(['1 z y 103 ∅', '2 x y 105 5']);
      // Dropped and added again: what was in it is not the new column's.
      const third = namespace.replace('.2.', '.3.');
      await writer.sink.evolve({ namespace: third, diff: diffSchemas(second, FIELDS), fields: FIELDS });
      const fourth = namespace.replace('.2.', '.4.');
      await writer.sink.evolve({ namespace: fourth, diff: diffSchemas(FIELDS, second), fields: second });
      await writer.sink.evolve({ namespace: third, diff: diffSchemas(second, FIELDS), fields: FIELDS });
      expect(await look()).toEqual(['1 z y 103 ∅', '2 x y 105 ∅']);
      const restarted = under.openSink({ flow: 'suite', schema: 'suite', fields: FIELDS, deletes: 'physical', table });
      await restarted.ensure();
      const narrow = [FIELDS[0]!, field('a', 'integer', { type: 'int' }), FIELDS[2]!];
      const incompatible = {
        namespace: namespace.replace('.2.', '.5.'),
        diff: diffSchemas(FIELDS, narrow),
        fields: narrow,
      };
      await expect(writer.sink.evolve(incompatible)).rejects.toMatchObject({ code: 'STORE_INCOMPATIBLE' });
    });

    test('remembered deletes are cleared only below everything that may still come', async () => {
      const { writer } = await start();
      await writer.apply(row(101, 'd', { id: '1' }), row(105, 'd', { id: '2' }), row(401, 'd', { id: '3' }));
      const partitions = [{ topic: 'topic', count: 2 }];
      expect(await writer.sink.collect({ below: 1000n, partitions })).toEqual({ floor: 0n, cleared: 0 });
      const told = async (partition: number, lastId: bigint) => {
        const { epoch, nextOffset } = await writer.sink.claim('topic', partition, 'collector');
        await writer.sink.write({
          topic: 'topic',
          partition,
          epoch,
          expectedOffset: nextOffset,
          nextOffset: 50n,
          items: [],
          lastId,
        });
      };
      await told(0, 500n);
      await told(1, 104n);
      expect(await writer.sink.collect({ below: 1000n, partitions })).toEqual({ floor: 103n, cleared: 1 });
      await told(1, 500n);
      const { epoch, nextOffset } = await writer.sink.claim('topic', 1, 'collector');
      await writer.sink.write({
        topic: 'topic',
        partition: 1,
        epoch,
        expectedOffset: nextOffset,
        nextOffset: 60n,
        items: [
          { kind: 'pull-start', pullId: 'p', firstId: 300n, namespace: ORDERS, partitions: 2 },
          { kind: 'dead-letter', id: 250n, namespace: ORDERS },
        ],
      });
      expect(await writer.sink.collect({ below: 1000n, partitions })).toEqual({ floor: 249n, cleared: 1 });
      await writer.sink.replay({ topic: 'topic', partition: 1, items: [], closes: [250n], namespace: ORDERS });
      expect(await writer.sink.collect({ below: 1000n, partitions })).toEqual({ floor: 299n, cleared: 0 });
    });
  });
}
