/** Mounts over REST and SQL: tested first, stored sealed, followed when the store changes, goes away and comes back, kept over a restart. */

import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { testMariaDb } from '@rtdp/testing/mariadb';
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMoonboxClient } from '../client.ts';
import { gateTo, startGateway, type TestGateway } from '../testing/gateway-harness.ts';

let gateway: TestGateway;
let store: TestDatabase;

beforeAll(async () => {
  [gateway, store] = await Promise.all([startGateway({ RTDP_REFRESH_SECONDS: '2' }), testPostgres()]);
  await store.query(`
    create table orders (id int primary key, customer text not null, total numeric(12,2), ums_id_ bigint);
    comment on table orders is 'what was sold';
    insert into orders select i, 'customer ' || i, i * 1.5, i from generate_series(1, 1000) i;
    create schema sales;
    create table sales.regions (id int primary key, name text);
    create table sales.orders (id int);
    analyze;`);
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await store?.drop();
});

const failed = ({ code }: { code?: string }): string | undefined => code;

const sqlOptions = (url: string, more = ''): string => {
  const { host, port, database, user, password } = connectionOf(url);
  return `OPTIONS (kind '${url.split(':')[0] === 'mysql' ? 'mysql' : 'postgres'}', host '${host}', port '${port}', database '${database}', user '${user}', password '${password}'${more})`;
};

test('a Postgres is mounted by SQL, shown with its names, keys, counts and sinks, and asked', async () => {
  const { client } = gateway.operator;
  expect(await client.query({ sql: `MOUNT DATABASE shop ${sqlOptions(store.url)}` })).toMatchObject({
    tag: 'MOUNT DATABASE',
    rowCount: 0,
  });
  const { items: tables } = await client.listTables('shop');
  expect(tables.map(({ name, remoteSchema }) => [name, remoteSchema])).toEqual([
    ['orders', 'public'],
    ['sales.orders', 'sales'],
    ['sales.regions', 'sales'],
  ]);
  expect(await client.getTable('shop', 'orders')).toMatchObject({
    comment: 'what was sold',
    rowEstimate: 1000,
    primaryKey: ['id'],
    sinkNamespace: `postgresql.${store.name}.public.orders.*.0.0`,
    columns: [
      { name: 'id', type: 'integer', nullable: false },
      { name: 'customer', type: 'text', nullable: false },
      { name: 'total', type: 'numeric(12,2)', nullable: true },
      { name: 'ums_id_', type: 'bigint', nullable: true },
    ],
  });
  // `regions` is only once there, so it needs no schema.
  expect((await client.getTable('shop', 'regions')).name).toBe('sales.regions');
  const answer = await client.query({ sql: 'select * from shop.orders where id = $1', parameters: [7] });
  expect(answer.rows).toEqual([[7, 'customer 7', '10.50', '7']]);
  expect(answer.tables).toEqual([
    { database: 'shop', table: 'orders', sinkNamespace: `postgresql.${store.name}.public.orders.*.0.0` },
  ]);
  const stored = await gateway.metadata.query('select connection::text as text from moonbox.mounts');
  expect(JSON.parse(stored.rows[0]?.text ?? '').password).toMatch(/^v1\./);
  expect(JSON.stringify(await client.listMounts())).not.toContain('password');
});

test('a MariaDB is mounted over REST', async () => {
  await using maria = await testMariaDb();
  await maria.query('create table parts (id int primary key, name varchar(50) not null)');
  await maria.query("insert into parts values (1, 'bolt'), (2, 'nut')");
  const { client } = gateway.operator;
  const mounted = await client.mount({ name: 'stock', kind: 'mysql', connection: connectionOf(maria.url) });
  expect(mounted).toMatchObject({ name: 'stock', kind: 'mysql', tables: 1, state: 'ok' });
  expect((await client.query({ sql: 'select name from stock.parts where id = 2' })).rows).toEqual([['nut']]);
  await expect(client.unmount('stok')).rejects.toMatchObject({
    code: 'MOONBOX_MOUNT_UNKNOWN',
    next: 'Did you mean stock? SHOW MOUNTS lists the mounts there are.',
  });
  await client.unmount('stock');
  await expect(client.query({ sql: 'select name from stock.parts' })).rejects.toMatchObject({
    code: 'SQL_UNKNOWN_TABLE',
  });
});

test('what cannot be mounted is refused, with what is wrong and what to do', async () => {
  const { client } = gateway.operator;
  const connection = connectionOf(store.url);
  const mount = (change: Partial<typeof connection>) =>
    client.mount({ name: 'wrong', kind: 'postgres', connection: { ...connection, ...change } });
  await store.query(`create role stranger_${store.name} login password 'right'`);
  try {
    await expect(mount({ port: 1 })).rejects.toMatchObject({
      code: 'MOONBOX_MOUNT_REFUSED',
      // A mount only reads, and nothing tries it again.
      next: 'Check that the server runs and that host and port are right.',
      facts: { reason: 'STORE_UNREACHABLE', port: 1 },
    });
    await expect(mount({ database: 'nowhere' })).rejects.toMatchObject({
      code: 'MOONBOX_MOUNT_REFUSED',
      message: expect.stringContaining('nowhere'),
    });
    await expect(mount({ user: `stranger_${store.name}`, password: 'wrong' })).rejects.toMatchObject({
      code: 'MOONBOX_MOUNT_REFUSED',
      next: 'Check user, password and database; to read, a role needs CONNECT on the database, USAGE on the schemas and SELECT on the tables.',
      facts: { reason: 'STORE_REFUSED', user: `stranger_${store.name}` },
    });
  } finally {
    await store.query(`drop role stranger_${store.name}`);
  }
  await expect(client.mount({ name: 'shop', kind: 'postgres', connection })).rejects.toMatchObject({
    code: 'MOONBOX_MOUNT_EXISTS',
  });
  expect((await client.listMounts()).items.map(({ name }) => name)).toEqual(['shop']);
  await expect(client.query({ sql: "mount database x options (kind 'postgres', hots 'a')" })).rejects.toMatchObject({
    code: 'MOONBOX_STATEMENT_INVALID',
    next: expect.stringMatching(/^Did you mean host\?/),
  });
});

test('a schema that is not there yet is told of, and what comes in it is found', async () => {
  const { client } = gateway.operator;
  const connection = connectionOf(store.url);
  const schemas = ['sales', 'later'];
  const mounted = await client.mount({ name: 'early', kind: 'postgres', connection, schemas });
  expect(mounted).toMatchObject({ tables: 2, state: 'ok', emptySchemas: ['later'] });
  const shown = await client.query({ sql: 'show mounts' });
  const at = shown.columns.findIndex(({ name }) => name === 'empty_schemas');
  expect(shown.rows.map((row) => [row[0], row[at]])).toEqual([
    ['early', 'later'],
    ['shop', null],
  ]);
  await store.query('create schema later; create table later.parts (id int)');
  expect((await client.query({ sql: 'select count(*) from early.parts' })).rows).toEqual([['0']]);
  const { items } = await client.listMounts();
  expect(items.map(({ name, emptySchemas }) => [name, emptySchemas])).toEqual([
    ['early', []],
    ['shop', []],
  ]);
  await client.unmount('early');
  await store.query('drop schema later cascade');
});

test('a change of the store shows up: at once for who asks, and by itself', async () => {
  const { client } = gateway.operator;
  await store.query('create table fresh (a int); insert into fresh values (1)');
  expect((await client.query({ sql: 'select a from shop.fresh' })).rows).toEqual([[1]]);
  await store.query('alter table fresh rename a to b');
  await eventually(
    () => client.getTable('shop', 'fresh'),
    ({ columns }) => columns[0]?.name === 'b',
  );
  expect((await client.query({ sql: 'select b from shop.fresh' })).rows).toEqual([[1]]);
  await store.query("alter table fresh alter b type text using 'was ' || b");
  const changed = await client.query({ sql: 'select b from shop.fresh' });
  expect([changed.columns, changed.rows]).toEqual([[{ name: 'b', type: 'text' }], [['was 1']]]);
  await store.query('drop table fresh');
  await client.query({ sql: 'refresh database shop' });
  await expect(client.getTable('shop', 'fresh')).rejects.toMatchObject({ code: 'MOONBOX_TABLE_UNKNOWN' });
});

test('a store that goes away is told, and is asked again when it is back', async () => {
  const { client } = gateway.operator;
  const connection = connectionOf(store.url);
  await using gate = await gateTo(connection.host, connection.port);
  await client.mount({ name: 'far', kind: 'postgres', connection: { ...connection, port: gate.port } });
  const ask = () => client.query({ sql: 'select count(*) from far.orders' }).then(({ rows }) => rows[0]?.[0]);
  expect(await ask()).toBe('1000');
  await gate.shut();
  await expect(ask()).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  const failing = await eventually(
    () => client.getMount('far'),
    ({ state }) => state === 'failing',
  );
  expect(failing).toMatchObject({ state: 'failing', tables: 3, error: { code: 'STORE_UNREACHABLE' } });
  const health = await fetch(`${gateway.baseUrl}/health`);
  // Nobody has logged in for it: neither names nor addresses.
  expect(await health.json()).toMatchObject({
    status: 'degraded',
    parts: expect.arrayContaining([
      expect.objectContaining({ name: 'mounts', detail: '1 of 2 mounts cannot be read; each says why.' }),
    ]),
  });
  await gate.open();
  expect(await ask()).toBe('1000');
  const well = await eventually(
    () => client.getMount('far'),
    ({ state }) => state === 'ok',
  );
  expect(well.state).toBe('ok');
  await client.unmount('far');
});

test('nothing granted on a database holds for the next of its name, whichever gateway gave it', async () => {
  const { client } = gateway.operator;
  const connection = connectionOf(store.url);
  const { client: viewer } = await gateway.user('gus', 'viewer');
  // As another gateway gives them: this one has not read them yet when the database goes, or they come just after.
  const grantBeside = (database: string) =>
    gateway.metadata.query(
      `insert into moonbox.grants (id, organisation_id, subject, database_name, granted_by)
        values (gen_random_uuid(), $1, 'gus', $2, 'beside')`,
      [FIRST_ORGANISATION_ID, database],
    );
  const granted = async () =>
    (await gateway.metadata.query("select database_name from moonbox.grants where subject = 'gus'")).rows;
  await client.mount({ name: 'lent', kind: 'postgres', connection });
  await client.query({ sql: 'create database plans' });
  await Promise.all([grantBeside('lent'), grantBeside('plans')]);
  await client.unmount('lent');
  await client.query({ sql: 'drop database plans' });
  expect(await granted()).toEqual([]);
  await grantBeside('lent');
  await client.mount({ name: 'lent', kind: 'postgres', connection });
  expect(await granted()).toEqual([]);
  await expect(viewer.query({ sql: 'select id from lent.orders' })).rejects.toMatchObject({
    code: 'SQL_UNKNOWN_TABLE',
  });
  await client.unmount('lent');
});

test('a mount that one gateway lets go keeps no connection open at another', async () => {
  await using other = await startGateway({}, gateway);
  const alone = await testPostgres();
  try {
    await alone.query('create table things (id int primary key)');
    const { client } = gateway.operator;
    await client.mount({ name: 'alone', kind: 'postgres', connection: connectionOf(alone.url) });
    const beside = createMoonboxClient({ baseUrl: other.baseUrl, token: gateway.operator.token });
    const ask = () => beside.query({ sql: 'select count(*) from alone.things' }).then(({ rows }) => rows, failed);
    expect(await eventually(ask, (answer) => Array.isArray(answer))).toEqual([['0']]);
    const open = async () => {
      const { rows } = await store.query<{ n: number }>(
        "select count(*)::int as n from pg_stat_activity where datname = $1 and application_name = 'rtdp moonbox'",
        [alone.name],
      );
      return rows[0]?.n;
    };
    expect(await open()).toBeGreaterThan(0);
    await client.unmount('alone');
    expect(await eventually(open, (count) => count === 0)).toBe(0);
    expect(await ask()).toBe('SQL_UNKNOWN_TABLE');
  } finally {
    await alone.drop();
  }
});

test('a restart keeps mounts, databases and grants', async () => {
  const { client } = gateway.operator;
  await client.query({ sql: 'create database reports' });
  await client.grant({ role: 'viewer', database: 'shop', table: 'orders', columns: ['id', 'customer'] });
  const before = [await client.listMounts(), await client.listDatabases(), await client.listGrants()];
  await gateway.process.restart();
  const after = [await client.listMounts(), await client.listDatabases(), await client.listGrants()];
  const still = (lists: unknown) =>
    JSON.parse(JSON.stringify(lists, (key, value) => (key === 'refreshedAt' ? 0 : value)));
  expect(still(after)).toEqual(still(before));
  const { client: viewer } = await gateway.user('vera', 'viewer');
  expect((await viewer.query({ sql: 'select * from shop.orders where id = 3' })).rows).toEqual([[3, 'customer 3']]);
  await client.query({ sql: 'drop database reports' });
});
