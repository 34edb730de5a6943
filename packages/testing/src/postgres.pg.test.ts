/** Shows that a test's database is fresh, its own, and gone afterwards with its slots. */
import pg from 'pg';
import { expect, test } from 'vitest';
import { ownPostgres } from './own-postgres.ts';
import { testPostgres } from './postgres.ts';
import { sharedPostgres } from './shared-servers.ts';

test('a database is fresh, takes settings, and is dropped with sessions and an active slot', async () => {
  const database = await testPostgres({ settings: { work_mem: '3MB' } });
  expect((await database.query<{ work_mem: string }>('show work_mem')).rows[0]?.work_mem).toBe('3MB');
  await database.query(`select pg_create_logical_replication_slot('${database.name}', 'pgoutput')`);
  const other = new pg.Client(database.url);
  const cut = new Promise((resolve) => other.on('error', resolve));
  await other.connect();
  await database.drop();
  await cut;
  const server = new pg.Client(await sharedPostgres());
  await server.connect();
  const left = await server.query('select 1 from pg_database where datname = $1', [database.name]);
  const slots = await server.query('select 1 from pg_replication_slots where slot_name = $1', [database.name]);
  await server.end();
  expect([left.rowCount, slots.rowCount]).toEqual([0, 0]);
});

test('a private server keeps what was committed when it is killed, and can be frozen', async () => {
  await using server = await ownPostgres({ settings: { work_mem: '5MB' } });
  const query = async (sql: string) => {
    const client = new pg.Client(server.url);
    client.on('error', () => undefined);
    await client.connect();
    try {
      return (await client.query(sql)).rows;
    } finally {
      await client.end();
    }
  };
  expect(await query('show wal_level')).toEqual([{ wal_level: 'logical' }]);
  expect(await query('show work_mem')).toEqual([{ work_mem: '5MB' }]);
  await query('create table kept as select 42 as answer');
  await server.kill();
  await expect(query('select 1')).rejects.toThrow('ECONNREFUSED');
  await server.restart({ work_mem: '6MB' });
  expect(await query('select answer from kept')).toEqual([{ answer: 42 }]);
  expect(await query('show work_mem')).toEqual([{ work_mem: '6MB' }]);
  await server.freeze();
  let answered = false;
  const waiting = query('select 1').then(() => {
    answered = true;
  });
  await new Promise((resolve) => setTimeout(resolve, 300));
  expect(answered).toBe(false);
  server.thaw();
  await waiting;
});
