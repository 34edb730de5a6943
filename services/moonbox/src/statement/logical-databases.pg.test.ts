/** Logical databases hold views and tables under other names: defined once, fixed, expanded where they are read, broken one by one. */

import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { testMariaDb } from '@rtdp/testing/mariadb';
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../testing/gateway-harness.ts';

let gateway: TestGateway;
let store: TestDatabase;
let maria: Awaited<ReturnType<typeof testMariaDb>>;

beforeAll(async () => {
  [gateway, store, maria] = await Promise.all([startGateway(), testPostgres(), testMariaDb()]);
  await store.query(`
    create table orders (id int primary key, customer_id int, status text, amount numeric(10,2), note text);
    insert into orders select n, n % 10, case when n % 2 = 0 then 'open' else 'done' end, n * 1.5, 'note ' || n from generate_series(1, 200) n;
    analyze orders;`);
  await maria.query(
    'create table customers (id int primary key, name varchar(50), city varchar(50), secret varchar(50))',
  );
  await maria.query("insert into customers select seq, concat('customer ', seq), 'Bern', 'hidden' from seq_0_to_9");
  const { client } = gateway.operator;
  await client.mount({ name: 'shop', kind: 'postgres', connection: connectionOf(store.url) });
  await client.mount({ name: 'crm', kind: 'mysql', connection: connectionOf(maria.url) });
  await client.query({ sql: 'create database sales' });
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await Promise.all([store?.drop(), maria?.drop()]);
});

const rows = async (sql: string, database?: string) =>
  (await gateway.operator.client.query({ sql, ...(database === undefined ? {} : { database }) })).rows;

test('a view over one Postgres store goes to it whole, and over two is split, its conditions at the sources', async () => {
  const { client } = gateway.operator;
  await client.query({ sql: 'create view sales.open_orders as select * from shop.orders where status = $$open$$' });
  expect(await rows('select id, amount from sales.open_orders where id < 5 order by id')).toEqual([
    [2, '3.00'],
    [4, '6.00'],
  ]);
  const whole = await client.explain({ sql: 'select count(*) from sales.open_orders v where v.id < 5' });
  expect(whole.whole).toMatchObject({ store: 'shop' });
  await client.query({
    sql: `create view sales.by_customer as
      select o.id, o.amount, c.name, c.city from shop.orders o join crm.customers c on c.id = o.customer_id`,
  });
  const sql = 'select name, amount from sales.by_customer where id = 12';
  expect(await rows(sql)).toEqual([['customer 2', '18.00']]);
  const split = await client.explain({ sql });
  expect(split.whole).toBeNull();
  const orders = split.parts.find(({ store }) => store === 'shop')!;
  expect(orders.sql).toMatch(/id = 12/);
  expect(split.parts.map((part) => part.sql).join()).not.toMatch(/city|note|secret/);
  // A view over views, one of them aggregated; written with the database's name before the columns.
  await client.query({
    sql: 'create view totals as select name, sum(amount) as total from by_customer group by name',
    database: 'sales',
  });
  expect(await rows('select sales.totals.total from sales.totals where sales.totals.name = $$customer 3$$')).toEqual([
    ['2940.00'],
  ]);
  expect(await rows('select t.* from sales.totals t order by total desc limit 1')).toHaveLength(1);
});

test('a mounted table is a table under another name, with some of its columns, and carries what its flow tells', async () => {
  const { client } = gateway.operator;
  await client.query({ sql: "mount table sales.clients options (source 'crm.customers', columns 'id, name')" });
  expect(await rows('select * from sales.clients where id = 3')).toEqual([[3, 'customer 3']]);
  expect((await client.query({ sql: 'describe sales.clients' })).rows.map(([name]) => name)).toEqual(['id', 'name']);
  const made = await client.mountTable('sales', { name: 'deals', source: { database: 'shop', table: 'orders' } });
  expect(made).toMatchObject({ kind: 'table', state: 'ok', owner: expect.any(String) });
  expect((await client.listTables('sales')).items.find(({ name }) => name === 'deals')).toMatchObject({
    kind: 'table',
    definedHere: { state: 'ok', error: null },
  });
  await expect(client.query({ sql: 'drop view sales.deals' })).rejects.toMatchObject({ code: 'MOONBOX_VIEW_CONFLICT' });
  await client.query({ sql: 'unmount table sales.deals' });
  await expect(client.query({ sql: 'select 1 from sales.deals' })).rejects.toMatchObject({ code: 'SQL_UNKNOWN_TABLE' });
});

test('a definition keeps its meaning: columns, names and tables are those of when it was made', async () => {
  const { client } = gateway.operator;
  await store.query(
    'create table changing (id int primary key, kept text, going text); insert into changing values (1, $$a$$, $$b$$)',
  );
  await client.query({ sql: 'refresh database shop' });
  await client.query({ sql: 'create view everything as select * from changing c', database: 'shop' }).then(
    () => expect.unreachable('nothing is defined in a mounted database'),
    (error) => expect(error).toMatchObject({ code: 'MOONBOX_DATABASE_IS_MOUNT' }),
  );
  await client.createView('sales', { name: 'everything', sql: 'select * from changing c', database: 'shop' });
  await client.createView('sales', { name: 'counted', sql: 'select count(*) as n from shop.changing' });
  await store.query('alter table changing add column later text');
  await client.query({ sql: 'refresh database shop' });
  expect(await rows('select * from sales.everything')).toEqual([[1, 'a', 'b']]);
  // A name that the reader gives to something else is not taken for the table of the view.
  expect(await rows('with changing as (select 9 as id) select v.id, c.id from sales.everything v, changing c')).toEqual(
    [[1, 9]],
  );
  const text = (await rows('show create view sales.everything'))[0]?.[1];
  expect(text).toBe(
    'CREATE VIEW sales.everything (id, kept, going) AS SELECT c.id, c.kept, c.going FROM changing AS c',
  );
  await store.query('alter table changing drop column going');
  await client.query({ sql: 'refresh database shop' });
  // Also where a name around it could be meant instead of the column that has gone.
  for (const sql of [
    'select id from sales.everything',
    "select (select max(going) from sales.everything) from (values ('x')) o(going)",
  ]) {
    await expect(client.query({ sql }), sql).rejects.toMatchObject({
      code: 'MOONBOX_VIEW_BROKEN',
      message: 'view sales.everything cannot be read: shop.changing has no column "going" any more',
    });
  }
  const { items } = await client.listTables('sales');
  expect(items.find(({ name }) => name === 'everything')?.definedHere).toMatchObject({
    state: 'broken',
    error: { facts: { table: 'shop.changing', columns: ['going'] } },
  });
  expect(await client.getView('sales', 'everything')).toMatchObject({
    state: 'broken',
    columns: [{ name: 'id' }, {}, {}],
  });
  const health = await fetch(`${gateway.baseUrl}/health`).then((answer) => answer.json());
  expect(health).toMatchObject({
    parts: expect.arrayContaining([expect.objectContaining({ name: 'views', status: 'degraded' })]),
  });
  expect(await rows('select n from sales.counted')).toEqual([['1']]);
  // It is well again with the column, and with another definition.
  await store.query('alter table changing add column going text');
  const again = () => rows('select going from sales.everything').catch(() => []);
  expect(await eventually(again, (found) => found.length > 0)).toEqual([[null]]);
  await client.query({ sql: 'alter view sales.everything (one) as select c.kept || $$!$$ from shop.changing c' });
  expect(await rows('select * from sales.everything')).toEqual([['a!']]);
  await store.query('drop table changing');
  await client.query({ sql: 'refresh database shop' });
  expect(
    (await rows('show views from sales')).filter(([, , , , state]) => state === 'broken').map(([, name]) => name),
  ).toEqual(['counted', 'everything']);
});

test('what cannot be a view is refused, and a database goes when it is empty, or with all that is in it', async () => {
  const { client } = gateway.operator;
  await client.query({ sql: 'create database lab' });
  await client.query({ sql: 'create view lab.a as select id from shop.orders' });
  await client.query({ sql: 'create view lab.b as select id from lab.a' });
  for (const [sql, code] of [
    ['create view lab.a as select 1 as one from shop.orders', 'MOONBOX_VIEW_EXISTS'],
    ['create or replace view lab.a as select id from lab.b', 'MOONBOX_VIEW_CYCLE'],
    ['create or replace view lab.a as select id from lab.a', 'MOONBOX_VIEW_CYCLE'],
    ['create view lab.c as select id, id from shop.orders', 'MOONBOX_VIEW_INVALID'],
    ['create view lab.c (x, y) as select id from shop.orders', 'MOONBOX_VIEW_INVALID'],
    ['create view lab.c as select nothing from shop.orders', 'SQL_UNKNOWN_COLUMN'],
    ['create view lab.c as select id from shop.ordres', 'SQL_UNKNOWN_TABLE'],
    ['create view lab.c as delete from shop.orders', 'SQL_NOT_SELECT'],
    ['alter view lab.c as select id from shop.orders', 'MOONBOX_VIEW_UNKNOWN'],
    ['drop view lab.c', 'MOONBOX_VIEW_UNKNOWN'],
    ['drop database lab', 'MOONBOX_DATABASE_CONFLICT'],
  ] as const) {
    await expect(client.query({ sql }), sql).rejects.toMatchObject({ code });
  }
  await expect(
    client.query({ sql: 'create view lab.c as select id from shop.orders where id = $1', parameters: [1] }),
  ).rejects.toMatchObject({ code: 'SQL_UNSUPPORTED' });
  // Constructs that only the source knows are fixed as well.
  // The place is that in the whole statement.
  await expect(
    client.query({ sql: 'create view lab.c as\n  select nothing from lab.a, crm.customers' }),
  ).rejects.toMatchObject({
    facts: { problems: [{ line: 2, column: 10 }] },
  });
  await client.query({ sql: "create view lab.c as select jsonb_build_object('id', id) as j, status from shop.orders" });
  expect(await rows('select j, status from lab.c where status = $$open$$ order by status limit 1')).toHaveLength(1);
  await client.query({ sql: 'drop view if exists lab.nothing' });
  await client.query({ sql: 'drop view lab.b' });
  await client.dropDatabase('lab', true);
  await expect(client.query({ sql: 'select 1 from lab.a' })).rejects.toMatchObject({ code: 'SQL_UNKNOWN_TABLE' });
  const { rows: left } = await gateway.metadata.query("select 1 from moonbox.views where database_name = 'lab'");
  expect(left).toEqual([]);
});
