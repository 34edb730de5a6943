/** Rights fail closed on every way: what is not granted does not exist, in queries, lists, explanations, lineage and error messages. */

import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createMoonboxClient } from '../client.ts';
import { startGateway, type TestGateway } from '../testing/gateway-harness.ts';

let gateway: TestGateway;
let store: TestDatabase;

beforeAll(async () => {
  [gateway, store] = await Promise.all([startGateway(), testPostgres()]);
  await store.query(`
    create table orders (id int primary key, customer text, secret text);
    insert into orders values (1, 'ann', 'hidden');
    create table salaries (name text, amount int);
    insert into salaries values ('ann', 100);`);
  await gateway.operator.client.mount({ name: 'shop', kind: 'postgres', connection: connectionOf(store.url) });
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await store?.drop();
});

const unknownTable = { code: 'SQL_UNKNOWN_TABLE' };

test('without a grant there is nothing, and nobody but an admin changes anything', async () => {
  const { client } = await gateway.user('nora', 'editor');
  expect((await client.listDatabases()).items).toEqual([]);
  expect((await client.listMounts()).items).toEqual([]);
  expect((await client.query({ sql: 'show tables' })).rows).toEqual([]);
  await expect(client.query({ sql: 'select 1 from shop.orders' })).rejects.toMatchObject(unknownTable);
  await expect(client.explain({ sql: 'select 1 from shop.orders' })).rejects.toMatchObject(unknownTable);
  await expect(client.lineage({ sql: 'select 1 from shop.orders' })).rejects.toMatchObject(unknownTable);
  await expect(client.query({ sql: 'select 1 from orders', database: 'shop' })).rejects.toMatchObject({
    code: 'MOONBOX_DATABASE_UNKNOWN',
  });
  await expect(client.getTable('shop', 'orders')).rejects.toMatchObject({ code: 'MOONBOX_TABLE_UNKNOWN' });
  await expect(client.getMount('shop')).rejects.toMatchObject({ code: 'MOONBOX_MOUNT_UNKNOWN' });
  for (const sql of [
    'grant select on shop to nora',
    'unmount database shop',
    'create database mine',
    "mount database mine options (kind 'postgres', host 'localhost', database 'x', user 'x')",
  ]) {
    await expect(client.query({ sql }), sql).rejects.toMatchObject({ code: 'IDENTITY_FORBIDDEN' });
  }
  await expect(client.grant({ subject: 'nora', database: 'shop' })).rejects.toMatchObject({
    code: 'IDENTITY_FORBIDDEN',
  });
});

test('a name alone never becomes another table by a right that is given or taken', async () => {
  const { client: operator } = gateway.operator;
  const { client } = await gateway.user('alma', 'viewer');
  const alone = 'select count(*) from orders';
  expect((await operator.query({ sql: alone })).rows.length).toBe(1);
  await operator.mount({ name: 'other', kind: 'postgres', connection: connectionOf(store.url) });
  const refused = (...names: string[]) => ({
    ...unknownTable,
    message: expect.stringContaining('orders alone stands for no table'),
    next: `Write ${names.join(' or ')}, or give the request a database.`,
  });
  // Who is hidden nothing has no right that could decide it.
  await expect(operator.query({ sql: alone })).rejects.toMatchObject({
    ...refused('other.orders', 'shop.orders'),
    message: expect.stringContaining('orders alone stands for more than one table'),
  });
  await expect(client.query({ sql: alone })).rejects.toMatchObject({
    ...unknownTable,
    message: expect.not.stringContaining('alone'),
  });
  // A database that is hidden is told of as one that is not there.
  const toldOf = async (database: string): Promise<unknown> => {
    const error = await client.query({ sql: `select 1 from ${database}.orders` }).catch((reason: unknown) => reason);
    return JSON.parse(JSON.stringify(error).replaceAll(database, 'DATABASE'));
  };
  expect(await toldOf('other')).toEqual(await toldOf('nowhere'));
  await expect(operator.query({ sql: 'select 1 from nowhere.orders' })).rejects.toMatchObject({
    ...unknownTable,
    message: expect.stringContaining('There is no database nowhere.'),
  });
  const given = { subject: 'alma', table: 'orders' };
  for (const database of ['shop', 'other']) {
    await operator.grant({ ...given, database });
    if (database === 'other') await operator.revoke({ ...given, database: 'shop' });
    for (const ask of [client.query, client.explain, client.lineage])
      await expect(ask({ sql: alone })).rejects.toMatchObject(refused(`${database}.orders`));
    expect((await client.query({ sql: alone, database })).rows.length).toBe(1);
    expect((await client.query({ sql: `select count(*) from ${database}.orders` })).rows.length).toBe(1);
  }
  await operator.unmount('other');
});

test('columns that are not granted are not there: not for *, not by name, not through a subquery or the whole row', async () => {
  const { client: operator } = gateway.operator;
  await operator.query({ sql: 'grant select (id, customer) on shop.orders to "carl-1"' });
  const { client } = await gateway.user('carl-1', 'viewer');
  const answer = await client.query({ sql: 'select * from shop.orders' });
  expect(answer.columns.map(({ name }) => name)).toEqual(['id', 'customer']);
  for (const sql of [
    'select secret from shop.orders',
    'select id from shop.orders where secret = $$hidden$$',
    'select id from shop.orders order by secret',
    'select count(o.secret) from shop.orders o',
    'select 1 from shop.orders a join shop.orders b using (secret)',
    'select (select max(secret) from shop.orders)',
  ]) {
    await expect(client.query({ sql }), sql).rejects.toMatchObject({ code: 'SQL_UNKNOWN_COLUMN' });
  }
  for (const sql of [
    'select o from shop.orders o',
    'select to_jsonb(o) from shop.orders o',
    'select o.* from shop.orders o',
  ]) {
    const outcome = await client.query({ sql }).then(
      ({ rows }) => JSON.stringify(rows),
      (error: Error) => error.message,
    );
    expect(outcome, sql).not.toContain('hidden');
  }
  // A name that a subquery gives: within another table it must not become that table's own column.
  const named = '(select customer as secret from shop.orders) x';
  const elsewhere = '(select 1 as one) y';
  for (const [sql, rows] of [
    [`select (select secret from shop.orders o limit 1) from ${named}`, [['ann']]],
    [
      'with x as (select customer as secret from shop.orders) select (select secret from shop.orders o) from x',
      [['ann']],
    ],
    [`select x.secret from ${named} where exists (select 1 from shop.orders o where secret like 'hid%')`, []],
    [`select l.found from ${named}, lateral (select secret as found from shop.orders o) l`, [['ann']]],
    ['select (select secret from shop.orders o) from (values (1)) u(secret)', [[1]]],
    [`select (select o.customer || secret from shop.orders o order by secret limit 1) from ${named}`, [['annann']]],
    [`select (select secret from shop.orders o) from shop.orders a join ${named} on a.customer = secret`, [['ann']]],
    [
      `select (select secret from shop.orders o) from ${named} join (select customer as secret from shop.orders) z using (secret)`,
      [['ann']],
    ],
    [`select * from (select (select secret from shop.orders o limit 1) from ${named}) t, ${elsewhere}`, [['ann', 1]]],
  ] as const) {
    const outcome = await client.query({ sql }).then(
      (found) => found.rows,
      (error: Error) => error.message,
    );
    expect(outcome, sql).toEqual(rows);
  }
  await expect(
    client.query({ sql: 'select j.r from (shop.orders a join shop.orders b on true) as j(p, q, r)' }).then(
      (found) => JSON.stringify(found.rows),
      (error: Error) => error.message,
    ),
  ).resolves.not.toContain('hidden');
  const grouped = 'select id, customer, count(*) as n from shop.orders group by id, customer order by n';
  expect((await client.query({ sql: grouped })).rows).toEqual([[1, 'ann', '1']]);
  await expect(client.query({ sql: 'select * from shop.salaries' })).rejects.toMatchObject(unknownTable);
  expect((await client.getTable('shop', 'orders')).columns.map(({ name }) => name)).toEqual(['id', 'customer']);
  await operator.query({ sql: 'revoke select (id, customer) on shop.orders from "carl-1"' });
  await expect(client.query({ sql: 'select id from shop.orders' })).rejects.toMatchObject(unknownTable);
});

test('where a store is, viewers are not told', async () => {
  await gateway.operator.client.query({ sql: 'grant select on shop to vic' });
  const viewer = await gateway.user('vic', 'viewer');
  expect((await viewer.client.query({ sql: 'select id from shop.orders' })).rows).toEqual([[1]]);
  expect((await viewer.client.listMounts()).items).toEqual([]);
  expect((await viewer.client.query({ sql: 'show mounts' })).rows).toEqual([]);
  const editor = await gateway.user('vic', 'editor');
  expect((await editor.client.listMounts()).items).toMatchObject([{ name: 'shop', tables: 2 }]);
});

test('a role passes on to those above it, and to nobody below or in another organisation', async () => {
  const { client: operator } = gateway.operator;
  await operator.query({ sql: 'grant select on shop to role editor' });
  const sql = 'select amount from shop.salaries';
  const { client: editor } = await gateway.user('edda', 'editor');
  expect((await editor.query({ sql })).rows).toEqual([[100]]);
  const { client: viewer } = await gateway.user('vera', 'viewer');
  await expect(viewer.query({ sql })).rejects.toMatchObject(unknownTable);
  const { client: stranger } = await gateway.user('zoe', 'admin', '00000000-0000-4000-8000-00000000abcd');
  await expect(stranger.query({ sql })).rejects.toMatchObject(unknownTable);
  expect((await stranger.listQueries()).items.every(({ subject }) => subject === 'zoe')).toBe(true);
  await operator.query({ sql: 'revoke select on shop from role editor' });
  await expect(editor.query({ sql })).rejects.toMatchObject(unknownTable);
});

test('a grant to an address would reach nobody and is refused; one that was taken before is revoked', async () => {
  const { client } = gateway.operator;
  const refused = {
    code: 'MOONBOX_GRANTEE_UNKNOWN',
    message: expect.stringContaining('ann@example.org is an address'),
    next: expect.stringContaining('page Queries, Rights'),
  };
  await expect(client.query({ sql: 'grant select on shop to "ann@example.org"' })).rejects.toMatchObject(refused);
  await expect(client.grant({ subject: 'ann@example.org', database: 'shop' })).rejects.toMatchObject(refused);
  expect((await client.listGrants()).items).not.toContainEqual(expect.objectContaining({ subject: 'ann@example.org' }));
  await gateway.metadata.query(
    `INSERT INTO moonbox.grants (id, organisation_id, subject, database_name, granted_by)
      SELECT gen_random_uuid(), organisation_id, 'bob@example.org', 'shop', 'ann' FROM moonbox.mounts WHERE name = 'shop'`,
  );
  const isListed = async () => (await client.listGrants()).items.some(({ subject }) => subject === 'bob@example.org');
  expect(await eventually(isListed, (listed) => listed)).toBe(true);
  await client.query({ sql: 'revoke select on shop from "bob@example.org"' });
  expect(await isListed()).toBe(false);
});

test('a grant names what is there, and goes with its database', async () => {
  const { client } = gateway.operator;
  await expect(client.query({ sql: 'grant select on shop.ordres to vera' })).rejects.toMatchObject({
    code: 'MOONBOX_TABLE_UNKNOWN',
    next: 'Did you mean shop.orders?',
  });
  await expect(client.query({ sql: 'grant select (id, custmer) on shop.orders to vera' })).rejects.toMatchObject({
    code: 'MOONBOX_COLUMN_UNKNOWN',
    next: 'Did you mean customer?',
  });
  const connection = connectionOf(store.url);
  await client.mount({ name: 'other', kind: 'postgres', connection, readableBy: ['viewer'] });
  const { client: viewer } = await gateway.user('vera', 'viewer');
  expect((await viewer.query({ sql: 'select id from other.orders' })).rows).toEqual([[1]]);
  await client.unmount('other');
  await client.mount({ name: 'other', kind: 'postgres', connection });
  await expect(viewer.query({ sql: 'select id from other.orders' })).rejects.toMatchObject(unknownTable);
  await client.unmount('other');
});

test('what one gateway grants, revokes, defines and stops holds at another over the same metadata', async () => {
  await using other = await startGateway({}, gateway);
  const { client } = gateway.operator;
  const { token } = await gateway.user('olga', 'viewer');
  const olga = createMoonboxClient({ baseUrl: other.baseUrl, token });
  const ask = () =>
    olga.query({ sql: 'select amount from shop.salaries' }).then(
      ({ rows }) => rows,
      ({ code }) => code,
    );
  expect(await ask()).toBe('SQL_UNKNOWN_TABLE');
  await client.grant({ subject: 'olga', database: 'shop', table: 'salaries' });
  expect(await eventually(ask, (answer) => Array.isArray(answer))).toEqual([[100]]);
  await client.revoke({ subject: 'olga', database: 'shop', table: 'salaries' });
  expect(await eventually(ask, (answer) => !Array.isArray(answer))).toBe('SQL_UNKNOWN_TABLE');

  await client.createDatabase('sales');
  await client.createView('sales', { name: 'shared', sql: 'select amount from shop.salaries' });
  await client.grant({ subject: 'olga', database: 'sales', table: 'shared' });
  const askView = () =>
    olga.query({ sql: 'select * from sales.shared' }).then(
      ({ rows }) => rows,
      ({ code }) => code,
    );
  expect(await eventually(askView, Array.isArray)).toEqual([[100]]);
  await client.replaceView('sales', 'shared', { sql: 'select amount + 1 as amount from shop.salaries' });
  expect(await eventually(askView, (answer) => JSON.stringify(answer) === '[[101]]')).toEqual([[101]]);
  await client.setOwnerRoles('operator', []);
  expect(await eventually(askView, (answer) => !Array.isArray(answer))).toBe('MOONBOX_VIEW_BROKEN');
  await client.setOwnerRoles('operator', ['admin']);
  await client.dropDatabase('sales', true);
});

test('a password for Postgres clients is shown once, listed for admins, and ended by its holder or an admin', async () => {
  const eve = await gateway.user('eve', 'viewer');
  const { user, password } = await eve.client.createPassword();
  expect(user).toBe('eve');
  const { rows } = await gateway.metadata.query('select * from moonbox.passwords');
  expect(rows).toMatchObject([
    { user_name: 'eve', roles: ['viewer'], scram_verifier: expect.stringMatching(/^SCRAM-SHA-256\$/) },
  ]);
  expect(JSON.stringify(rows)).not.toContain(password);
  await expect(eve.client.listPasswords()).rejects.toMatchObject({ code: 'IDENTITY_FORBIDDEN' });
  const { client } = gateway.operator;
  expect((await client.listPasswords()).items).toMatchObject([{ user: 'eve', roles: ['viewer'] }]);
  const mallory = await gateway.user('mallory', 'editor');
  await expect(mallory.client.removePassword('eve')).rejects.toMatchObject({ code: 'IDENTITY_FORBIDDEN' });
  const stranger = await gateway.user('eve', 'admin', '00000000-0000-4000-8000-00000000abcd');
  await expect(stranger.client.createPassword()).rejects.toMatchObject({ code: 'MOONBOX_PASSWORD_EXISTS' });
  await client.removePassword('eve');
  expect((await client.listPasswords()).items).toEqual([]);
  await expect(client.removePassword('eve')).rejects.toMatchObject({ code: 'MOONBOX_PASSWORD_UNKNOWN' });
});
