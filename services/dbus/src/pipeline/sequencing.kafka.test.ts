/** Proves schema versions, reservations, split transactions and at-least-once, on a real Postgres and a real Kafka. */
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import type { SchemaOpening } from './schema-ledger.ts';
import { rowsOf, streamFixture } from './testing/stream-fixture.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('a DDL ends the old namespace in every partition and opens the next version, compatible or not', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key, v varchar(10))');
  const openings: SchemaOpening[] = [];
  await using source = await streamFixture(
    { url: database.url, ...(await testKafka()) },
    uniqueName('s'),
    {},
    { onSchemaOpened: (opening) => openings.push(opening) },
  );
  await source.publish(['t']);
  await source.stream.start();
  await database.query(`insert into t values (1, 'a')`);
  await database.query('alter table t add column extra int');
  await database.query(`insert into t values (2, 'b', 2)`);
  await database.query('alter table t alter column v type varchar(20)');
  await database.query('begin; alter table t drop column extra; alter table t add column other text; commit');
  await database.query(`insert into t values (3, 'c', 'x')`);
  // Nothing of the columns changes: no version.
  await database.query('create index on t (v)');
  await database.query(`insert into t values (4, 'd', 'y')`);
  await source.settle();
  const messages = await source.messages();
  const rows = rowsOf(messages, 't');
  expect(rows.map((row) => [row.namespace.split('.')[4], row.values])).toEqual([
    ['1', { id: 1, v: 'a' }],
    ['2', { id: 2, v: 'b', extra: 2 }],
    ['3', { id: 3, v: 'c', other: 'x' }],
    ['3', { id: 4, v: 'd', other: 'y' }],
  ]);
  const mine = openings.filter((opening) => opening.table.table === 't');
  expect(mine.map(({ schema, diff }) => [schema.version, schema.major, diff?.compatible])).toEqual([
    ['1', 1, undefined],
    ['2', 1, true],
    ['3', 2, false],
  ]);
  const terminations = messages.filter(({ message }) => message.kind === 'data_increment_termination');
  expect(
    terminations.map(({ message, partition }) => `${message.namespace.split('.')[4]}/${partition}`).sort(),
  ).toEqual(['1/0', '1/1', '1/2', '2/0', '2/1', '2/2']);
  // Within a partition a version's rows come before its termination, and the next version's after it.
  for (const partition of [0, 1, 2]) {
    const versions = messages
      .filter((entry) => entry.partition === partition && entry.message.namespace.includes('.t.'))
      .map(({ message }) => `${message.namespace.split('.')[4]}${message.kind.endsWith('termination') ? 'x' : ''}`);
    expect(versions).toEqual([...versions].sort());
  }
  // A later process goes on under the same version.
  await source.stream.stop();
  await source.stream.start();
  await database.query(`insert into t values (5, 'e', 'z')`);
  await source.settle();
  expect(
    rowsOf(await source.messages(), 't')
      .at(-1)!
      .namespace.split('.')[4],
  ).toBe('3');
});

test('refreshSchema opens a table without rows, and a version that no row has shown yet', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'));
  await source.publish(['t']);
  await source.stream.start();
  const table = { schema: 'public', table: 't' };
  const { sequencer } = source.stream;
  expect(sequencer.currentSchema(table)).toBeUndefined();
  const first = await sequencer.refreshSchema(table);
  expect([first.version, first.fields.map((field) => field.name)]).toEqual(['1', ['id']]);
  await database.query('alter table t add column v text');
  const second = await sequencer.refreshSchema(table);
  expect([second.version, second.fields.map((field) => field.name)]).toEqual(['2', ['id', 'v']]);
  expect((await sequencer.refreshSchema(table)).version).toBe('2');
  // The log's own description makes the same fields: no third version.
  await database.query(`insert into t values (1, 'x')`);
  await source.settle();
  expect(sequencer.currentSchema(table)?.version).toBe('2');
  expect(rowsOf(await source.messages(), 't').map((row) => row.values)).toEqual([{ id: 1, v: 'x' }]);
  expect(await sequencer.nextBatchId(table)).toBe(1);
  await database.query(`insert into t values (2, 'y')`);
  await source.settle();
  expect(rowsOf(await source.messages(), 't').map((row) => row.batchId)).toEqual([0, 1]);
  await expect(sequencer.refreshSchema({ schema: 'public', table: 'none' })).rejects.toMatchObject({
    code: 'DBUS_TABLE_NOT_FOUND',
  });
});

test('a reservation lies between what was numbered before and after it, also over a restart, and names whom its snapshot must see', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'));
  await source.publish(['t']);
  await source.stream.start();
  const { sequencer } = source.stream;
  await database.query('insert into t values (1)');
  await source.settle();
  const reservation = await sequencer.reserve(1000);
  await database.query('insert into t values (2)');
  await source.settle();
  await source.stream.stop();
  await source.stream.start();
  const again = await sequencer.reserve(10);
  await database.query('insert into t values (3)');
  await source.settle();
  const ids = rowsOf(await source.messages(), 't').map((row) => row.id);
  expect(ids[0]).toBeLessThan(reservation.firstId);
  expect(ids[1]).toBeGreaterThanOrEqual(reservation.firstId + 4000n);
  expect(again.firstId).toBeGreaterThan(ids[1]!);
  expect(ids[2]).toBeGreaterThanOrEqual(again.firstId + 40n);
  const sent = await Promise.all(
    [0, 1].map((partition) =>
      sequencer.publish([
        {
          topic: source.definition.topic,
          partition,
          key: 'k',
          value: Buffer.from('{"protocol":{"type":"other","version":"1.3"}}'),
        },
      ]),
    ),
  );
  expect(sent.length).toBe(2);
  await source.settle();
  expect(
    (await source.messages()).filter(({ message }) => message.kind === 'other').map(({ partition }) => partition),
  ).toEqual([0, 1]);
});

test('a transaction larger than the limits is split with flat memory, marked, and gone on with from inside', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key, v text)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'), {
    limits: { rows: 500 },
  });
  await source.publish(['t']);
  await source.stream.start();
  await database.query('insert into t values (-1, null)');
  await database.query(`insert into t select g, repeat('v', 100) from generate_series(1, 5200) g`);
  await database.query('insert into t values (-2, null)');
  await source.settle();
  const messages = await source.messages();
  const rows = rowsOf(messages, 't');
  expect(rows.map((row) => row.values.id)).toEqual([-1, ...Array.from({ length: 5200 }, (_, index) => index + 1), -2]);
  const parts = messages.flatMap(({ message }) => (message.context?.txPart === undefined ? [] : [message.context]));
  const numbers = [...new Set(parts.map((context) => Number(context.txPart)))].sort((a, b) => a - b);
  expect(numbers).toEqual(Array.from({ length: 11 }, (_, index) => index + 1));
  expect(new Set(parts.filter((context) => context.txLast === true).map((context) => context.txPart))).toEqual(
    new Set([11]),
  );
});

test('a process that stops within a split transaction is followed by one that goes on with the next row', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key, v text)');
  let commits = 0;
  let crash: (() => void) | undefined;
  await using source = await streamFixture(
    { url: database.url, ...(await testKafka()) },
    uniqueName('s'),
    { limits: { rows: 500 } },
    {
      trace: (event) => {
        if (event !== 'committed') return;
        commits++;
        if (commits === 7) crash?.();
      },
    },
  );
  await source.publish(['t']);
  await database.query(`insert into t select g, repeat('v', 300) from generate_series(1, 60000) g`);
  const crashed = new Promise<void>((resolve) => {
    crash = () => void source.stream.stop().then(resolve);
  });
  await source.stream.start();
  await crashed;
  const before = rowsOf(await source.messages(), 't').length;
  expect(before).toBeGreaterThan(0);
  expect(before).toBeLessThan(60_000);
  await source.stream.start();
  await source.settle();
  const rows = rowsOf(await source.messages(), 't');
  expect(rows.map((row) => row.values.id)).toEqual(Array.from({ length: 60_000 }, (_, index) => index + 1));
});

test('at-least-once sends without a transaction and records the position afterwards', async () => {
  await using database = await testPostgres();
  await database.query('create table t (id int primary key)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'), {
    delivery: 'at-least-once',
  });
  await source.publish(['t']);
  await source.stream.start();
  await database.query('insert into t select generate_series(1, 1000)');
  await source.settle();
  await source.stream.stop();
  await source.stream.start();
  await source.settle();
  expect(rowsOf(await source.messages(), 't').length).toBe(1000);
});
