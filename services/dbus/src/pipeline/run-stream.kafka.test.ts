/** Proves what the stream makes of each change, on a real Postgres and a real Kafka. */
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { familyOf } from '@rtdp/ums/message-kinds';
import { expect, test, vi } from 'vitest';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import { rowsOf, streamFixture } from './testing/stream-fixture.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('inserts, updates, deletes, key changes and truncates become rows whose ids move by the stride', async () => {
  await using database = await testPostgres();
  await database.query('create table orders (id bigint primary key, note text, price numeric(10,2))');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'));
  await source.publish(['orders']);
  await source.stream.start();
  await database.query(`insert into orders values (1, 'one', 1.50), (2, null, 2)`);
  await database.query(`update orders set note = 'uno' where id = 1`);
  await database.query('update orders set id = 3 where id = 2');
  await database.query('delete from orders where id = 1');
  await database.query('truncate orders');
  await source.settle();
  const messages = await source.messages();
  const rows = rowsOf(messages, 'orders');
  expect(rows.map((row) => [row.operation, row.values.id, row.values.note, row.values.price, row.unknown])).toEqual([
    ['i', '1', 'one', '1.50', []],
    ['i', '2', null, '2.00', []],
    ['u', '1', 'uno', '1.50', []],
    ['d', '2', null, null, ['note', 'price']],
    ['i', '3', null, '2.00', []],
    ['d', '1', null, null, ['note', 'price']],
  ]);
  const base = rows[0]!.id - 1n;
  // A heartbeat in between takes a stride too.
  const offsets = rows.map((row) => Number((row.id - base) % 4n));
  expect(offsets).toEqual([1, 1, 1, 0, 1, 1]);
  expect(rows[4]!.id - rows[3]!.id).toBe(1n);
  const truncates = messages.filter(({ message }) => familyOf(message.kind) === 'truncate');
  expect(truncates.map(({ partition }) => partition).sort()).toEqual([0, 1, 2]);
  expect(new Set(truncates.map(({ message }) => message.rows[0]![0])).size).toBe(1);
  expect(BigInt(String(truncates[0]!.message.rows[0]![0]))).toBeGreaterThan(rows.at(-1)!.id);
  const one = rows.filter((row) => row.values.id === '1');
  expect(new Set(one.map((row) => row.partition)).size).toBe(1);
  // Heartbeats come by themselves, and the transaction of one may become visible partition by partition while it is read.
  const beaten = async (): Promise<number[]> => {
    const heartbeats = (await source.messages()).filter(({ message }) => familyOf(message.kind) === 'heartbeat');
    return [...new Set(heartbeats.map(({ partition }) => partition))].sort();
  };
  await expect.poll(beaten, { timeout: 20_000 }).toEqual([0, 1, 2]);
  expect(source.stream.figures.rows).toBe(6);
});

test('a second process goes on where the first one stopped: nothing missing, nothing twice', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key, v text)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'));
  await source.publish(['t']);
  await source.stream.start();
  await database.query('insert into t select g, g::text from generate_series(1, 1000) g');
  await source.settle();
  await source.stream.stop();
  await database.query('insert into t select g, g::text from generate_series(1001, 2000) g');
  await source.stream.start();
  await source.settle();
  const rows = rowsOf(await source.messages(), 't');
  expect(rows.map((row) => row.values.id)).toEqual(Array.from({ length: 2000 }, (_, index) => index + 1));
  expect(new Set(rows.map((row) => row.id)).size).toBe(2000);
  expect((await source.records(DBUS_TOPICS.deadLetters)).length).toBe(0);
});
