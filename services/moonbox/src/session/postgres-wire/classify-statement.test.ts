/** Who answers a statement is decided by what it reads, not by how it is written. */
import { expect, it } from 'vitest';
import { classifyStatement } from './classify-statement.ts';
import { rewriteCatalogQuery } from './shadow/rewrite-catalog-query.ts';

it.each([
  ['select 1', 'catalog'],
  ['show server_version', 'catalog'],
  ['show tables', 'gateway'],
  ['select * from pg_class', 'catalog'],
  ['with t as (select oid from pg_catalog.pg_class) select * from t', 'catalog'],
  ['select * from "pg_catalog"."pg_type" where exists (select 1 from information_schema.tables)', 'catalog'],
  ['select * from orders', 'gateway'],
  // The name of a common table expression is no table, but not within itself.
  ['with orders as (select 1 as a) select * from orders', 'catalog'],
  ['with orders as (select * from orders) select * from orders', 'gateway'],
  ['with recursive r as (select 1 as n union all select n + 1 from r where n < 3) select * from r', 'catalog'],
  ['select (select count(*) from shop.orders)', 'gateway'],
  ['values (1), (2)', 'catalog'],
  ['explain select * from pg_class', 'gateway'],
  ["mount database x options (kind 'postgres')", 'gateway'],
  ['insert into pg_class values (1)', 'gateway'],
  ['begin', 'session'],
  ['set a.b to c', 'session'],
  ['fetch 3 from c', 'session'],
])('%s → %s', (text, by) => {
  expect(classifyStatement(text).by).toBe(by);
});

it('refuses what would mix, write or reach out', () => {
  expect(() => classifyStatement('select * from pg_class, orders')).toThrow(/together/);
  expect(() => classifyStatement('select 1 into x')).toThrow(/INTO/);
  expect(() => classifyStatement('listen x')).toThrow(/LISTEN/);
});

it('leads a catalog query to what tells of the gateway, and finds places back', () => {
  const text = `select 'ä', current_database(), current_user, d.datname from pg_catalog.pg_database d, "pg_roles" where x`;
  const classified = classifyStatement(text);
  if (classified.by !== 'catalog') throw new Error('it is a catalog query');
  const { sql, toOriginal } = rewriteCatalogQuery(text, classified.parts);
  expect(sql).toBe(
    `select 'ä', information_schema."current_database"(), information_schema.rtdp_user() as "current_user", d.datname` +
      ' from pg_catalog.rtdp_pg_database d, pg_catalog.rtdp_pg_roles as pg_roles where x',
  );
  for (const word of ['d.datname', 'where', ' x'])
    expect(toOriginal(sql.lastIndexOf(word))).toBe(text.lastIndexOf(word));
});
