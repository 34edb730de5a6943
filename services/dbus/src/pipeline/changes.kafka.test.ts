/** Proves the less common changes: TOAST, replica identities, tables without a key, partitions, before images, re-reads, dead letters. */
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import type { DeadLetter } from './dead-letter.ts';
import type { RereadRequest } from './reread-request.ts';
import { rowsOf, streamFixture } from './testing/stream-fixture.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

/** More than a page, and not compressible, so that it is stored outside of the row. */
const BIG = `(select string_agg(md5(g::text), '') from generate_series(1, 1000) g)`;

test('an unchanged TOAST column is untold under DEFAULT, completed under FULL, and asks for a re-read where it must', async () => {
  await using database = await testPostgres();
  for (const table of ['plain', 'whole', 'completed']) {
    await database.query(`create table ${table} (id int primary key, n int, big text)`);
    await database.query(`alter table ${table} alter column big set storage external`);
  }
  await database.query('alter table whole replica identity full');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'), {
    complete: ['completed'],
  });
  await source.publish(['plain', 'whole', 'completed']);
  await source.stream.start();
  for (const table of ['plain', 'whole', 'completed']) {
    await database.query(`insert into ${table} values (1, 1, ${BIG})`);
    await database.query(`update ${table} set n = 2`);
    await database.query(`update ${table} set id = 5`);
  }
  await source.settle();
  const messages = await source.messages();
  const shown = (table: string) =>
    rowsOf(messages, table).map((row) => [
      row.operation,
      row.values.id,
      row.unchanged,
      row.unknown,
      String(row.values.big).length,
    ]);
  expect(shown('plain')).toEqual([
    ['i', 1, [], [], 32_000],
    ['u', 1, ['big'], [], 4],
    ['d', 1, [], ['n', 'big'], 4],
    ['i', 5, ['big'], [], 4],
  ]);
  expect(shown('whole')).toEqual([
    ['i', 1, [], [], 32_000],
    ['u', 1, [], [], 32_000],
    ['d', 1, [], [], 32_000],
    ['i', 5, [], [], 32_000],
  ]);
  const rereads = (await source.records(DBUS_TOPICS.rereads)) as unknown as RereadRequest[];
  expect(rereads.map(({ table, key, reason }) => [table.table, key, reason])).toEqual([
    ['plain', { id: 5 }, 'key-change'],
    ['completed', { id: 1 }, 'unchanged-columns'],
    ['completed', { id: 5 }, 'key-change'],
  ]);
  const incomplete = rowsOf(messages, 'completed').filter((row) => row.unchanged.length > 0);
  expect(rereads.slice(1).map((request) => request.id)).toEqual(incomplete.map((row) => row.id.toString()));
});

test('each replica identity tells what it can: DEFAULT, INDEX, FULL, and tables without a key by inserts and truncates', async () => {
  await using database = await testPostgres();
  await database.query('create table by_index (a int, b text not null, c int)');
  await database.query('create unique index by_index_b on by_index (b)');
  await database.query('alter table by_index replica identity using index by_index_b');
  await database.query('create table by_full (a int primary key, b text)');
  await database.query('alter table by_full replica identity full');
  await database.query('create table nothing (a int primary key, b text)');
  await database.query('alter table nothing replica identity nothing');
  await database.query('create table keyless (a int, b text)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'), {
    beforeImages: ['by_full', 'by_index'],
  });
  await source.publish(['by_index', 'by_full'], ['keyless', 'nothing']);
  await source.stream.start();
  await database.query(`insert into by_index values (1, 'x', 2)`);
  await database.query(`update by_index set a = 2, b = 'y'`);
  await database.query('update by_index set a = 3');
  await database.query('delete from by_index');
  await database.query(`insert into by_full values (1, 'x')`);
  await database.query(`update by_full set b = 'y'`);
  await database.query('delete from by_full');
  for (const table of ['keyless', 'nothing']) {
    await database.query(
      `insert into ${table} values (1, 'x'), (1, 'x')`.replace(
        "(1, 'x'), (1, 'x')",
        table === 'keyless' ? "(1, 'x'), (1, 'x')" : "(1, 'x'), (2, 'x')",
      ),
    );
    await database.query(`update ${table} set b = 'not seen'`);
    await database.query(`delete from ${table}`);
    await database.query(`truncate ${table}`);
  }
  await source.settle();
  const messages = await source.messages();
  const shown = (table: string) =>
    rowsOf(messages, table).map((row) => [row.operation, ...Object.values(row.values), row.unknown]);
  expect(shown('by_index')).toEqual([
    ['i', 1, 'x', 2, []],
    ['d', null, 'x', null, ['a', 'c']],
    ['i', 2, 'y', 2, []],
    ['u', 3, 'y', 2, []],
    ['d', null, 'y', null, ['a', 'c']],
  ]);
  expect(shown('by_full')).toEqual([
    ['i', 1, 'x', []],
    ['b', 1, 'x', []],
    ['u', 1, 'y', []],
    ['d', 1, 'y', []],
  ]);
  const full = rowsOf(messages, 'by_full');
  expect(full[2]!.id - full[1]!.id).toBe(1n);
  for (const table of ['keyless', 'nothing']) {
    expect(shown(table).map((row) => row[0])).toEqual(['i', 'i']);
    const truncates = messages.filter(
      ({ message }) => message.kind === 'data_increment_truncate' && message.namespace.includes(`.${table}.`),
    );
    expect(truncates.length, table).toBe(3);
  }
  const keyed = messages.find(({ message }) => message.namespace.includes('.by_index.') && message.fields.length > 4)!;
  expect(keyed.message.fields.filter((field) => field.key).map((field) => field.name)).toEqual(['b']);
});

test('a partitioned table is one table, by its root, also when a row moves to another partition', async () => {
  await using database = await testPostgres();
  await database.query(
    'create table parts (id int, region text, n int, primary key (id, region)) partition by list (region)',
  );
  await database.query(`create table parts_eu partition of parts for values in ('eu')`);
  // Another order of columns than the root's.
  await database.query(
    'create table parts_us (n int, region text not null, id int not null, primary key (id, region))',
  );
  await database.query(`alter table parts attach partition parts_us for values in ('us')`);
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'));
  await source.publish(['parts']);
  await source.stream.start();
  await database.query(`insert into parts values (1, 'eu', 10), (2, 'us', 20)`);
  await database.query(`update parts set n = 21 where id = 2`);
  await database.query(`update parts set region = 'us' where id = 1`);
  await source.settle();
  const messages = await source.messages();
  expect(
    rowsOf(messages, 'parts').map((row) => [row.operation, row.values.id, row.values.region, row.values.n]),
  ).toEqual([
    ['i', 1, 'eu', 10],
    ['i', 2, 'us', 20],
    ['u', 2, 'us', 21],
    ['d', 1, 'eu', null],
    ['i', 1, 'us', 10],
  ]);
});

test('names that need escaping stay two tables, and a column called ums_id_ is renamed', async () => {
  await using database = await testPostgres();
  await database.query('create table "Orders" ("Id" int primary key, "ums_id_" text)');
  await database.query('create table orders ("Id" int primary key)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'));
  await source.publish(['Orders', 'orders']);
  await source.stream.start();
  await database.query(`insert into "Orders" values (1, 'mine')`);
  await database.query('insert into orders values (2)');
  await source.settle();
  const messages = await source.messages();
  expect(rowsOf(messages, 'orders').map((row) => row.values)).toEqual([{ Id: 2 }]);
  expect(rowsOf(messages, '%4frders').map((row) => row.values)).toEqual([{ Id: 1, source_ums_id_: 'mine' }]);
});

test('a row that cannot be mapped goes to the dead letter with its bytes and ids, the others go on, and a table stops after too many', async () => {
  await using database = await testPostgres();
  const name = uniqueName('ascii');
  await database.query(`create database ${name} encoding sql_ascii locale 'C' template template0`);
  const url = new URL(database.url);
  url.pathname = `/${name}`;
  try {
    const source = await streamFixture({ url: url.href, ...(await testKafka()) }, uniqueName('s'), {
      deadLetterLimit: 3,
    });
    try {
      const { session, stream } = source;
      await session.query('create table words (id int primary key, word text)');
      await session.query('create table others (id int primary key)');
      await source.publish(['words', 'others']);
      await stream.start();
      await session.query(
        `insert into words values (1, 'good'), (2, convert_from('\\xff'::bytea, 'SQL_ASCII')), (3, 'good')`,
      );
      await session.query('insert into others values (1)');
      await source.settle();
      const rows = rowsOf(await source.messages(), 'words');
      expect(rows.map((row) => row.values.id)).toEqual([1, 3]);
      const letters = (await source.records(DBUS_TOPICS.deadLetters)) as unknown as DeadLetter[];
      expect(letters.map(({ code, operation, table }) => [code, operation, table.table])).toEqual([
        ['DBUS_VALUE_MALFORMED', 'i', 'words'],
      ]);
      // Its stride lies between its neighbours': offset 2 is the dead letter's.
      expect(BigInt(letters[0]!.id) - rows[0]!.id).toBe(5n);
      expect(Buffer.from(letters[0]!.raw, 'base64').includes(Buffer.from([0xff]))).toBe(true);
      expect(stream.tableFigures.get('public.words')).toMatchObject({ deadLetters: 1, deadLettersInARow: 0 });

      await session.query(
        `insert into words select g, convert_from('\\xfe'::bytea, 'SQL_ASCII') from generate_series(10, 20) g`,
      );
      await session.query(`insert into words values (30, 'passed over')`);
      await session.query('insert into others values (2)');
      await source.settle();
      expect((await source.records(DBUS_TOPICS.deadLetters)).length).toBe(1 + 3);
      expect(stream.sequencer.currentSchema({ schema: 'public', table: 'words' })?.stopped).toBe(true);
      expect(rowsOf(await source.messages(), 'words').length).toBe(2);
      expect(rowsOf(await source.messages(), 'others').length).toBe(2);

      await stream.sequencer.resumeTable({ schema: 'public', table: 'words' });
      await session.query(`insert into words values (31, 'again')`);
      await source.settle();
      expect(rowsOf(await source.messages(), 'words').map((row) => row.values.id)).toEqual([1, 3, 31]);
    } finally {
      await source[Symbol.asyncDispose]();
    }
  } finally {
    await database.query(`drop database ${name} with (force)`);
  }
});

test('a big row travels alone, one beyond the limit goes to the dead letter', async () => {
  await using database = await testPostgres();
  await database.query('create table blobs (id int primary key, body text)');
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('s'));
  await source.publish(['blobs']);
  await source.stream.start();
  await database.query(
    `insert into blobs values (1, 'small'), (2, repeat('x', 3000000)), (3, repeat('y', 12000000)), (4, repeat(E'\\x01', 1000000))`,
  );
  await source.settle();
  const messages = await source.messages();
  const rows = rowsOf(messages, 'blobs');
  expect(rows.map((row) => [row.values.id, String(row.values.body).length])).toEqual([
    [1, 5],
    [2, 3_000_000],
    [4, 1_000_000],
  ]);
  const letters = (await source.records(DBUS_TOPICS.deadLetters)) as unknown as DeadLetter[];
  expect(letters.map(({ code, isRawCut, rawBytes }) => [code, isRawCut, rawBytes > 12_000_000])).toEqual([
    ['DBUS_ROW_TOO_LARGE', true, true],
  ]);
  const big = messages.filter(({ message }) => message.rows.some((row) => row[4] === 2));
  expect(big[0]!.message.rows.length).toBe(1);
});
