import { expect, test } from 'vitest';
import { analyse } from './analyse.ts';

test('tables, columns, placeholders and functions of a query', () => {
  const analysis = analyse(
    `WITH paid AS (SELECT id, total FROM shop.orders o WHERE o.status = $2)\nSELECT c.name, p.total * $1 AS t, upper(c.name), *\nFROM customers c JOIN paid p ON p.id = c.id AND c.at > $2`,
  );
  expect(analysis.kind).toBe('select');
  expect(analysis.tables.map(({ name, alias, position }) => [name, alias, position.line])).toEqual([
    ['shop.orders', 'o', 1],
    ['customers', 'c', 3],
  ]);
  expect(analysis.placeholders).toEqual([1, 2]);
  expect(analysis.functions).toEqual(['upper']);
  expect(analysis.columns[0]).toEqual({ table: null, column: 'id', position: { line: 1, column: 22 } });
  expect(
    analysis.results.map(({ name, columns }) => [name, columns.map(({ table, column }) => `${table}.${column}`)]),
  ).toEqual([
    ['name', ['c.name']],
    ['t', ['p.total']],
    [null, ['c.name']],
    [null, ['null.*']],
  ]);
});

test('a union and subqueries', () => {
  const analysis = analyse('SELECT a FROM x UNION ALL SELECT b FROM y WHERE b IN (SELECT c FROM z)');
  expect(analysis.tables.map(({ name }) => name)).toEqual(['x', 'y', 'z']);
  expect(analysis.results.map(({ name }) => name)).toEqual(['a']);
  expect(analysis.columns.map(({ column }) => column)).toEqual(['a', 'b', 'b', 'c']);
});

test('other statements are read too', () => {
  const analysis = analyse('UPDATE accounts SET total = total + $1 WHERE id = $2');
  expect(analysis).toMatchObject({ kind: 'other', placeholders: [1, 2], results: [] });
  expect(analysis.tables.map(({ name }) => name)).toEqual(['accounts']);
});

test('a name of WITH hides a table only where it is in sight', () => {
  const tables = (sql: string) => analyse(sql).tables.map(({ name }) => name);
  const join = 'select * from orders join customers using (id)';
  expect(tables(`with orders as (select * from orders where ok) ${join}`)).toEqual(['orders', 'customers']);
  expect(tables(`with recursive orders as (select 1 as id union all select id + 1 from orders) ${join}`)).toEqual([
    'customers',
  ]);
  expect(tables('with a as (select * from b), b as (select * from a) select * from a, b')).toEqual(['b']);
  expect(tables('with recursive a as (select * from b), b as (select * from c) select * from a')).toEqual(['c']);
  expect(tables('select * from (with x as (select * from y) select * from x) s, x')).toEqual(['y', 'x']);
  expect(tables('with x as (select 1) select * from x where 1 in (select id from x union select id from z)')).toEqual([
    'z',
  ]);
  expect(tables('with x as (select 1) select * from s.x')).toEqual(['s.x']);
  expect(tables('select id from x union all (with x as (select * from y) select * from x)')).toEqual(['x', 'y']);
  expect(tables('with x as (select 1 as id) insert into x select id from x')).toEqual(['x']);
  expect(tables('with x as (with y as (select * from x) select * from y) select * from x, y')).toEqual(['x', 'y']);
});
