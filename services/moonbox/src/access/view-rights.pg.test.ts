/** A view is a boundary: it reads with its owner's rights, whoever reads it needs a right on it alone, and learns nothing of what is behind it. */

import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { startGateway, type TestGateway } from '../testing/gateway-harness.ts';

let gateway: TestGateway;
let store: TestDatabase;

beforeAll(async () => {
  [gateway, store] = await Promise.all([startGateway(), testPostgres()]);
  await store.query(`
    create table orders (id int primary key, customer text, secret text, amount int);
    insert into orders values (1, 'ann', 'hidden1', 10), (2, 'bob', 'hidden2', 0), (3, 'ann', 'hidden3', 30);
    create table salaries (name text, amount int);
    insert into salaries values ('ann', 100);`);
  const { client } = gateway.operator;
  await client.mount({ name: 'shop', kind: 'postgres', connection: connectionOf(store.url) });
  await client.createDatabase('sales');
  await client.createView('sales', {
    name: 'anns',
    sql: "select id, customer, amount from shop.orders where upper(lower(trim(customer))) = 'ANN'",
  });
  await client.grant({ subject: 'rita', database: 'sales', table: 'anns', columns: ['id', 'amount'] });
});

afterAll(async () => {
  await gateway?.[Symbol.asyncDispose]();
  await store?.drop();
});

/** What somebody who may read two columns of the view, and nothing else, could find in an answer. */
const REVEALING = /hidden|bob|secret|shop|orders/;

test('a right on the view is enough, and shows nothing of what is behind it', async () => {
  const { client: rita } = await gateway.user('rita', 'viewer');
  const answer = await rita.query({ sql: 'select * from sales.anns order by id' });
  expect(answer.columns.map(({ name }) => name)).toEqual(['id', 'amount']);
  expect(answer.rows).toEqual([
    [1, 10],
    [3, 30],
  ]);
  await expect(rita.query({ sql: 'select id from shop.orders' })).rejects.toMatchObject({ code: 'SQL_UNKNOWN_TABLE' });
  expect((await rita.listDatabases()).items).toMatchObject([{ name: 'sales', kind: 'logical', tables: 1 }]);
  const told: unknown[] = [answer];
  for (const sql of [
    'select v.* from sales.anns v',
    'select v from sales.anns v',
    'select to_jsonb(v) from sales.anns v',
    'select anns from sales.anns',
    'select sales.anns.* from sales.anns',
    'select customer from sales.anns',
    'select secret from sales.anns',
    'select orders.id from sales.anns',
    'select (select secret from sales.anns) from sales.anns',
    'select id from sales.anns where customer = $$ann$$',
    'select id from sales.anns v, lateral (select secret) x',
    'select id from sales.anns natural join (select 1 as secret) s',
    'select * from sales.anns as v(a, b, c)',
    'select id from sales.anns order by secret',
    'select id from sales.anns group by customer',
    'select amount / 0 from sales.anns',
    'select jsonb_object_agg(id, v) from sales.anns v',
    'explain select amount from sales.anns where id = 1',
    'explain analyze select amount from sales.anns where id = 1',
    'describe sales.anns',
    'show views',
    'show tables',
    'show databases',
  ]) {
    const outcome = await rita.query({ sql }).catch((error: Error & { toJSON(): unknown }) => error.toJSON());
    // What she wrote herself she may be told.
    const text = JSON.stringify(outcome).replaceAll(JSON.stringify(sql).slice(1, -1), '');
    expect(
      text.replaceAll(/column "?(v\.)?(secret|customer)"?/gi, '').replaceAll(/orders\.id|table "orders"/g, ''),
      sql,
    ).not.toMatch(REVEALING);
    told.push(outcome);
  }
  await expect(rita.query({ sql: 'show create view sales.anns' })).rejects.toMatchObject({
    code: 'MOONBOX_VIEW_FORBIDDEN',
  });
  told.push(
    await rita.explain({ sql: 'select amount from sales.anns' }),
    await rita.getView('sales', 'anns'),
    await rita.getTable('sales', 'anns'),
    (await rita.listQueries()).items.map(({ sql: _sql, error: _error, ...record }) => record),
  );
  expect(JSON.stringify(told.slice(-4))).not.toMatch(REVEALING);
});

test('a condition is only asked of rows that the view gives', async () => {
  const { client: rita } = await gateway.user('rita', 'viewer');
  await gateway.operator.client.createView('sales', { name: 'again', sql: 'select * from sales.anns' });
  await gateway.operator.client.grant({ subject: 'rita', database: 'sales', table: 'again' });
  // The row of bob has the amount 0: whether there is one must not be found out by dividing. The store would ask that first, for it is cheaper
  // than the condition of the view.
  for (const sql of [
    'select id from sales.anns where 100 / amount > 5 order by id',
    'select id from sales.again where 100 / amount > 5 order by id',
    'select id from (select id, 100 / amount as share from sales.anns) s where share > 5 order by id',
    'select v.id from sales.anns v join (values (1)) o(x) on 100 / v.amount > 5 order by v.id',
    'select id from sales.anns group by id, amount having 100 / amount > 5 order by id',
  ]) {
    const outcome = await rita.query({ sql }).then(
      (found) => found.rows,
      (error: Error) => error.message,
    );
    expect(outcome, sql).toEqual([[1]]);
  }
  // HAVING and functions that give rows leave rows out as well: bob has one order, and nothing in it.
  const others = {
    regulars: 'select customer, count(*) as orders from shop.orders group by customer having count(*) > 1',
    steps: 'select customer, generate_series(1, amount / 10) as step from shop.orders',
  };
  for (const [name, sql] of Object.entries(others)) {
    await gateway.operator.client.createView('sales', { name, sql });
    await gateway.operator.client.grant({ subject: 'rita', database: 'sales', table: name });
    const asked = `select distinct customer from sales.${name} where 1 / (ascii(customer) - ascii('b')) < 0`;
    const outcome = await rita.query({ sql: asked }).then(
      (found) => found.rows,
      (error: Error) => error.message,
    );
    expect(outcome, asked).toEqual([['ann']]);
  }
});

test('the audit has the tables behind the view, lineage the namespaces, and only administrators are told which', async () => {
  const { client: operator } = gateway.operator;
  const { client: rita } = await gateway.user('rita', 'viewer');
  await rita.query({ sql: 'select amount from sales.anns', label: 'audited' });
  const { items } = await eventually(
    () => operator.listQueries({ label: 'audited' }),
    ({ items: found }) => found.length > 0,
  );
  expect(items[0]?.tables).toEqual([
    { database: 'sales', table: 'anns', columns: ['amount'], sinkNamespace: null },
    { database: 'shop', table: 'orders', columns: ['customer', 'amount'], sinkNamespace: null, through: 'sales.anns' },
  ]);
  expect((await rita.listQueries({ label: 'audited' })).items[0]?.tables.map(({ table }) => table)).toEqual(['anns']);
  expect((await rita.lineage({ sql: 'select amount from sales.anns' })).tables).toEqual([
    { database: 'sales', table: 'anns', columns: ['amount'], sinkNamespace: null },
  ]);
  expect((await operator.lineage({ sql: 'select amount from sales.anns' })).tables).toEqual([
    { database: 'shop', table: 'orders', columns: ['customer', 'amount'], sinkNamespace: null },
  ]);
});

test('a view stops with the rights of its owner, and nobody else lends it theirs', async () => {
  const { client: operator } = gateway.operator;
  const { client: edda } = await gateway.user('edda', 'editor');
  const { client: rita } = await gateway.user('rita', 'viewer');
  const view = { name: 'eddas', sql: 'select name, amount from shop.salaries' };
  const unknownDatabase = { code: 'MOONBOX_DATABASE_UNKNOWN' };
  await expect(edda.createView('sales', view)).rejects.toMatchObject(unknownDatabase);
  await operator.grant({ role: 'editor', database: 'sales' });
  await expect(edda.createView('sales', view)).rejects.toMatchObject({ code: 'SQL_UNKNOWN_TABLE' });
  await operator.grant({ subject: 'edda', database: 'shop', table: 'salaries' });
  await edda.createView('sales', view);
  await expect(rita.createView('sales', { ...view, name: 'ritas' })).rejects.toMatchObject({
    code: 'IDENTITY_FORBIDDEN',
  });
  await operator.grant({ subject: 'rita', database: 'sales', table: 'eddas' });
  const ask = () => rita.query({ sql: 'select name from sales.eddas' });
  expect((await ask()).rows).toEqual([['ann']]);

  // Somebody else may not put another definition under the rights of its owner, nor take it away.
  const { client: otto } = await gateway.user('otto', 'editor');
  const other = { sql: 'select 1 as name' };
  await expect(otto.replaceView('sales', 'eddas', other)).rejects.toMatchObject({ code: 'MOONBOX_VIEW_FORBIDDEN' });
  await expect(otto.dropView('sales', 'eddas')).rejects.toMatchObject({ code: 'MOONBOX_VIEW_FORBIDDEN' });

  const before = await operator.rightsVersion();
  await operator.revoke({ subject: 'edda', database: 'shop', table: 'salaries' });
  expect(await operator.rightsVersion()).not.toBe(before);
  const stopped = await ask().catch((error) => error);
  expect(stopped).toMatchObject({
    code: 'MOONBOX_VIEW_BROKEN',
    message: 'view sales.eddas cannot be read at the moment',
    facts: { database: 'sales', view: 'eddas' },
  });
  expect(JSON.stringify(stopped)).not.toMatch(/shop|salaries/);
  expect((await operator.getView('sales', 'eddas')).error?.message).toBe(
    'view sales.eddas cannot be read: its owner edda may no longer read shop.salaries',
  );
  await operator.grant({ subject: 'edda', database: 'shop', table: 'salaries', columns: ['name'] });
  await expect(ask()).rejects.toMatchObject({ code: 'MOONBOX_VIEW_BROKEN' });
  await operator.grant({ subject: 'edda', database: 'shop', table: 'salaries' });
  expect((await ask()).rows).toEqual([['ann']]);

  // By a view of a view nobody gets more either.
  await operator.createView('sales', { name: 'outer', sql: 'select e.name from sales.eddas e' });
  await operator.grant({ subject: 'rita', database: 'sales', table: 'outer' });
  const askOuter = () => rita.query({ sql: 'select * from sales.outer' });
  expect((await askOuter()).rows).toEqual([['ann']]);
  // A user who is disabled, or has another role, takes the views along.
  expect(await operator.setOwnerRoles('edda', [])).toBe(1);
  for (const asked of [ask, askOuter]) await expect(asked()).rejects.toMatchObject({ code: 'MOONBOX_VIEW_BROKEN' });
  await expect(edda.setOwnerRoles('edda', ['admin'])).rejects.toMatchObject({ code: 'IDENTITY_FORBIDDEN' });
  // A token that says more than she may now gives no view its roles back, neither hers nor another one, nor may it touch what others have.
  const forbidden = { code: 'IDENTITY_FORBIDDEN' };
  await expect(edda.replaceView('sales', 'eddas', { sql: view.sql })).rejects.toMatchObject(forbidden);
  await operator.setOwnerRoles('edda', ['viewer']);
  await expect(edda.createView('sales', { ...view, name: 'new' })).rejects.toMatchObject(forbidden);
  const { client: eddaOfBefore } = await gateway.user('edda', 'admin');
  await expect(eddaOfBefore.dropView('sales', 'outer')).rejects.toMatchObject({ code: 'MOONBOX_VIEW_FORBIDDEN' });
  await operator.setOwnerRoles('edda', ['editor']);
  await eddaOfBefore.replaceView('sales', 'eddas', { sql: view.sql });
  const kept = await gateway.metadata.query("select owner_roles from moonbox.views where name = 'eddas'");
  expect(kept.rows).toEqual([{ owner_roles: ['editor'] }]);
  await operator.setOwnerRoles('edda', ['viewer']);
  expect((await ask()).rows).toEqual([['ann']]);

  // Rights on a view go with it: another one of its name does not have them.
  await edda.dropView('sales', 'eddas');
  await operator.createView('sales', { name: 'eddas', sql: 'select secret as name from shop.orders' });
  await expect(ask()).rejects.toMatchObject({ code: 'SQL_UNKNOWN_TABLE' });
});

test('what a view or a widget asked for a viewer is told without its SQL; what one wrote oneself, and to an editor, with it', async () => {
  const { client: rita } = await gateway.user('rita', 'viewer');
  const { client: edna } = await gateway.user('edna', 'editor');
  await gateway.operator.client.grant({ subject: 'edna', database: 'sales', table: 'anns' });
  const asked = "select count(*) from sales.anns where amount > 'filter of the view'::text::int";
  await expect(rita.query({ sql: asked, label: 'view:1' })).rejects.toBeDefined();
  await rita.query({ sql: 'select id from sales.anns' });
  await edna.query({ sql: 'select amount from sales.anns', label: 'view:1' });
  const told = (client: typeof rita, label: string | null, wanted: string | null) =>
    eventually(
      async () => (await client.listQueries()).items.filter((record) => record.label === label).map(({ sql }) => sql),
      (found) => found.includes(wanted),
    );
  expect(await told(rita, 'view:1', null)).toEqual([null]);
  expect(await told(rita, null, 'select id from sales.anns')).toContain('select id from sales.anns');
  expect(await told(edna, 'view:1', 'select amount from sales.anns')).toEqual(['select amount from sales.anns']);
  expect(JSON.stringify((await rita.listQueries()).items)).not.toContain('filter of the view');
});
