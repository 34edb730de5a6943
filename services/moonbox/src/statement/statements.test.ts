/** How the gateway's own statements are read: what they mean, what is left to the planner, and what a mistake is answered with. */

import { nearestName } from '@rtdp/sql/nearest-name';
import { expect, test } from 'vitest';
import type { Administration } from '../admin/administration.ts';
import type { ViewAdministration } from '../admin/view-administration.ts';
import { createStatementReader } from './read-statement.ts';

/** Reading touches nothing of it: only running does, which the tests with real stores do. */
const read = createStatementReader({} as Administration, {} as ViewAdministration);

test('what is not the gateway own is left to the planner', () => {
  for (const sql of [
    'select 1',
    '  -- show tables\n with a as (select 1) table a',
    'values (1)',
    '',
    'insert into a values (1)',
  ]) {
    expect(read(sql), sql).toBeUndefined();
  }
});

test('comments, a semicolon and upper case do no harm', () => {
  for (const sql of ['/* now */ Unmount Database Shop ; ', 'unmount database "Sh""op" -- gone']) {
    expect(read(sql)?.tag, sql).toBe('UNMOUNT DATABASE');
  }
});

test('a password is not kept, neither of a whole statement nor of a broken one', () => {
  const sql = "mount database shop options (kind 'postgres', host = 'db', password 'it''s' , user 'u', database 'd')";
  expect(read(sql)?.tag).toBe('MOUNT DATABASE');
  expect(read.withoutSecrets(sql)).toBe(sql.replace("it''s", '***'));
  for (const written of [
    "PASSWORD='open",
    `"password" 'open'`,
    "password /* of the shop */ 'open'",
    'password $$open$$',
    'password = open',
  ]) {
    expect(read.withoutSecrets(`mount database x options (${written}, host 'h')`), written).not.toContain('open');
  }
  const broken = () => read('mount database x options (password open)');
  expect(broken).toThrow(/value of password was expected/);
  expect(broken).not.toThrow(/open/);
  expect(read.withoutSecrets('select password from users')).toBe('select password from users');
});

test.each([
  ['show tabels', 'Did you mean SHOW TABLES?'],
  ['show', 'Write: SHOW DATABASES;'],
  ['create table a (b int)', 'Write: CREATE DATABASE name'],
  ['create database pg_shop', 'Write: CREATE DATABASE name'],
  ['create database "Shop"', 'Write: CREATE DATABASE name'],
  ['grant insert on shop to ann', 'Write: GRANT SELECT'],
  ['grant select (id) on shop to ann', 'Write: GRANT SELECT'],
  ['grant select on shop to role boss', 'Write: GRANT SELECT'],
  ['show tables from', 'Write: SHOW TABLES'],
  ['explain', 'Write: EXPLAIN'],
  ["mount database x options (kind 'postgres', hots 'a')", 'Did you mean host?'],
])('%s', (sql, next) => {
  expect(() => read(sql)).toThrow(expect.objectContaining({ next: expect.stringContaining(next) }));
});

test('a mistake is told with its place', () => {
  expect(() => read('revoke select\n  on shop\n  to ann')).toThrow(
    expect.objectContaining({
      message: 'line 3, column 3: FROM was expected, and "to" is there',
      facts: { problems: [expect.objectContaining({ line: 3, column: 3 })] },
    }),
  );
});

test('the name that was meant', () => {
  const names = ['shop.orders', 'shop.items', 'shop.customers'];
  expect(nearestName('shop.ordres', names)).toBe('shop.orders');
  expect(nearestName('SHOP.ITEM', names)).toBe('shop.items');
  expect(nearestName('warehouse', names)).toBeUndefined();
});
