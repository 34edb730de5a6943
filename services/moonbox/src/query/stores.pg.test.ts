/** One statement over two stores: the answer of one Postgres that holds everything, explained, counted, limited in memory, and seen by lineage. */
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { type TestMariaDatabase, testMariaDb } from '@rtdp/testing/mariadb';
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMoonboxClient } from '../client.ts';
import { startGateway, type TestGateway } from '../testing/gateway-harness.ts';

const MEMORY = '32MB';
let gateway: TestGateway;
let orders: TestDatabase;
let parts: TestMariaDatabase;

beforeAll(async () => {
  [gateway, orders, parts] = await Promise.all([
    startGateway({ RTDP_QUERY_MEMORY: MEMORY }),
    testPostgres(),
    testMariaDb({ collation: 'utf8mb4_bin' }),
  ]);
  await orders.query(`
    create table orders (id int primary key, part int not null, quantity int not null, ums_id_ bigint);
    insert into orders select i, i % 100, i % 7, i from generate_series(1, 20000) i;
    create view wide as select a.id * 1000 + b.id as id, a.part, repeat(md5((a.id * 7 + b.id)::text), 20) as text
      from orders a, orders b where a.id <= 1000 and b.id <= 75;
    create table bills (id int primary key, price numeric(12,2));
    insert into bills values (1, 1.50), (2, 'NaN');
    create table ends (id int primary key, at timestamp);
    insert into ends values (1, '294276-12-31');
    analyze orders;`);
  await parts.query('create table parts (id int primary key, name varchar(40) not null, price decimal(10,2) not null)');
  const rows = Array.from({ length: 100 }, (_, id) => `(${id}, 'part ${id}', ${id}.25)`);
  await parts.query(`insert into parts values ${rows.join(',')}`);
  const { client } = gateway.operator;
  await client.mount({ name: 'shop', kind: 'postgres', connection: connectionOf(orders.url), readableBy: ['viewer'] });
  await client.mount({ name: 'stock', kind: 'mysql', connection: connectionOf(parts.url), readableBy: ['viewer'] });
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await Promise.all([orders?.drop(), parts?.drop()]);
});

const JOIN = `select p.name, count(*) as orders, sum(o.quantity * p.price) as value
  from shop.orders o join stock.parts p on p.id = o.part
 where p.price < $1 group by p.name order by value desc, p.name limit 3`;

test('a join across two stores is answered as one Postgres would', async () => {
  await orders.query(`create table parts (id int primary key, name text, price numeric(10,2));
    insert into parts select i, 'part ' || i, i + 0.25 from generate_series(0, 99) i`);
  const expected = await orders.query({
    text: JOIN.replaceAll(/\b(shop|stock)\./g, ''),
    values: ['50'],
    rowMode: 'array',
  } as never);
  const answer = await gateway.operator.client.query({ sql: JOIN, parameters: [50] });
  expect(answer.rows).toEqual(expected.rows);
  expect(answer.columns.map(({ type }) => type)).toEqual(['character varying(40)', 'bigint', 'numeric']);
  expect(answer.tables).toEqual([
    { database: 'shop', table: 'orders', sinkNamespace: `postgresql.${orders.name}.public.orders.*.0.0` },
    { database: 'stock', table: 'parts', sinkNamespace: null },
  ]);
});

test('a NaN in a numeric with a precision is answered over two stores as one Postgres would', async () => {
  const { client } = gateway.operator;
  const sql = 'select b.id, b.price, b.price * 2 as twice from shop.bills b join stock.parts p on p.id = b.id';
  expect((await client.query({ sql: `${sql} where b.price < 10000000000` })).rows).toEqual([[1, '1.50', '3.00']]);
  await client.query({ sql: 'create database lists' });
  await client.query({ sql: `create view lists.prices as ${sql}` });
  for (const from of [`(${sql}) each`, 'lists.prices']) {
    const all = await client.query({
      sql: `select id, price, twice from ${from} where price > $1 order by price desc`,
      parameters: ['1'],
    });
    expect(all.rows).toEqual([
      [2, 'NaN', 'NaN'],
      [1, '1.50', '3.00'],
    ]);
  }
  const grouped = `select max(b.price), min(b.price), count(distinct b.price), sum(b.price) from shop.bills b join stock.parts p on p.id = b.id`;
  expect((await client.query({ sql: grouped })).rows).toEqual([['NaN', '1.50', '2', 'NaN']]);
  const joined = 'select b.id from shop.bills b join stock.parts p on p.price < b.price and p.id < 2 order by 1, p.id';
  expect((await client.query({ sql: joined })).rows).toEqual([[1], [1], [2], [2]]);
  expect((await client.query({ sql: 'select id, price from shop.bills order by id' })).rows).toEqual([
    [1, '1.50'],
    [2, 'NaN'],
  ]);
});

test('a NaN in a query that has no meaning yet over numerics without a precision is told as such', async () => {
  const sql = 'select price from shop.bills intersect select price::numeric(12,2) from stock.parts';
  const { client } = gateway.operator;
  expect((await client.query({ sql: sql.replace('shop.bills', '$& where id = 1') })).rows).toEqual([]);
  await expect(client.query({ sql })).rejects.toMatchObject({
    code: 'ENGINE_VALUE_FAILED',
    message: expect.stringMatching(/^a value of type numeric\(12,2\) of shop\.bills is none/),
  });
});

test('a moment that the engine cannot hold fails a statement over two stores with the table', async () => {
  const failed = gateway.operator.client.query({
    sql: 'select e.at from shop.ends e join stock.parts p on p.id = e.id',
  });
  await expect(failed).rejects.toMatchObject({
    code: 'ENGINE_VALUE_FAILED',
    message: expect.stringMatching(/^a value of type timestamp without time zone of shop\.ends is none .*294276/),
    next: expect.stringContaining('by a condition'),
  });
});

test('EXPLAIN ANALYZE tells what each store was asked, gave and took', async () => {
  const explained = await gateway.operator.client.explain({ sql: JOIN, parameters: [50], analyze: true });
  expect(explained.whole).toBeNull();
  expect(explained.parts.map(({ store }) => store).sort()).toEqual(['shop', 'stock']);
  const fromStock = explained.parts.find(({ store }) => store === 'stock');
  expect(fromStock).toMatchObject({ table: 'stock.parts', rows: 50 });
  expect(fromStock?.sql).toMatch(/price/);
  expect(explained.local).toMatchObject({ rows: 3 });
  expect(explained.decisions.length).toBeGreaterThan(0);
  expect(JSON.stringify(explained.decisions)).not.toMatch(/[0-9a-f]{8}-[0-9a-f]{4}-/);
  const text = await gateway.operator.client.query({ sql: `explain analyze ${JOIN}`, parameters: [50] });
  expect(text.rows.flat().join('\n')).toMatch(/From stock: stock\.parts.*gave 50 rows/);
});

test('lineage names tables, columns and namespaces without running anything', async () => {
  const { tables } = await gateway.operator.client.lineage({ sql: JOIN });
  expect(tables).toEqual([
    {
      database: 'shop',
      table: 'orders',
      columns: ['part', 'quantity'],
      sinkNamespace: `postgresql.${orders.name}.public.orders.*.0.0`,
    },
    { database: 'stock', table: 'parts', columns: ['id', 'name', 'price'], sinkNamespace: null },
  ]);
});

test('what a statement would give is told without running it, and so is why it could not run', async () => {
  const { client } = gateway.operator;
  expect(await client.describe({ sql: 'select id, quantity from shop.orders where id > $1' })).toEqual({
    columns: [
      { name: 'id', type: 'integer' },
      { name: 'quantity', type: 'integer' },
    ],
    parameterTypes: ['integer'],
  });
  // Planned whole for its store, and split over two: either refuses what its tables do not have.
  for (const sql of [
    'select "view"."price" from (select id from shop.orders where id > $1) as "view" limit 0',
    'select "view"."price" from (select o.id, p.name from shop.orders o join stock.parts p on p.id = o.part) as "view" limit 0',
  ]) {
    await expect(client.describe({ sql }), sql).rejects.toMatchObject({ code: 'SQL_UNKNOWN_COLUMN' });
  }
  // What the tests before asked may still be being recorded.
  const recorded = (await client.listQueries()).items.filter(({ sql }) => sql?.includes('"view"."price"'));
  expect(recorded).toEqual([]);
});

const LARGE = `select w.text, max(p.name) from shop.wide w join stock.parts p on p.id = w.part group by w.text order by 1`;

test('a statement that needs more memory than it may ends with that, and the next one runs', async () => {
  const { client } = gateway.operator;
  await expect(client.query({ sql: LARGE, maximumRows: 1, label: 'large' })).rejects.toMatchObject({
    code: 'MOONBOX_MEMORY_LIMIT',
    facts: { memoryLimit: MEMORY },
  });
  expect((await client.query({ sql: JOIN, parameters: [50] })).rowCount).toBe(3);
});

test('with a folder to spill into, the same statement is answered, and the folder is left empty', async () => {
  const spill = mkdtempSync(join(tmpdir(), 'rtdp-spill-'));
  const leftover = join(spill, 'query-of-a-killed-gateway');
  mkdirSync(leftover);
  try {
    await using spilling = await startGateway({ RTDP_QUERY_MEMORY: MEMORY, RTDP_QUERY_SPILL_FOLDER: spill }, gateway);
    expect(existsSync(leftover)).toBe(false);
    const client = createMoonboxClient({ baseUrl: spilling.baseUrl, token: gateway.operator.token });
    expect(await client.query({ sql: LARGE, maximumRows: 1 })).toMatchObject({ rowCount: 1, truncated: true });
    await spilling.process.stop();
    expect(readdirSync(spill)).toEqual([]);
  } finally {
    rmSync(spill, { recursive: true });
  }
});

test('cancelling a statement over two stores ends both sides', async () => {
  const { client } = gateway.operator;
  await orders.query('create view slow as select 1 as id from (select pg_sleep(30)) s');
  await client.query({ sql: 'refresh database shop' });
  const sql = 'select count(*) from shop.slow s join stock.parts p on p.id = s.id';
  await expect(client.query({ sql, timeoutMs: 500 })).rejects.toMatchObject({ code: 'MOONBOX_TIME_LIMIT' });
  // The answer does not wait for the end at the source.
  const busy = async () => {
    const { rows } = await orders.query<{ count: number }>(
      `select count(*)::int as count from pg_stat_activity
        where application_name = 'rtdp moonbox' and state = 'active' and datname = current_database()`,
    );
    return rows[0]?.count;
  };
  expect(await eventually(busy, (count) => count === 0)).toBe(0);
});
