/** Shows what a source definition takes, fills in and refuses. */
import { expect, test } from 'vitest';
import {
  choosesTable,
  holdsForTable,
  matchesTable,
  publicationNames,
  readSourceDefinition,
} from './source-definition.ts';

const least = {
  name: 'shop',
  kind: 'postgres',
  connection: { host: '127.0.0.1', database: 'shop', user: 'rtdp', password: 'secret' },
  tables: 'all',
};

test('the least definition is filled in with every default and derived name', () => {
  const definition = readSourceDefinition(least);
  expect(definition).toMatchObject({
    system: 'postgresql',
    instance: 'shop',
    topic: 'postgresql.shop',
    source: 'postgresql.shop',
    slot: 'rtdp_shop',
    partitions: 4,
    future: true,
    delivery: 'exactly-once',
    heartbeatMs: 1000,
  });
  expect(definition.limits.bytes).toBe(8_388_608);
  expect(definition.snapshot.chunkRows).toBe(100_000);
  expect(publicationNames(definition)).toEqual({ keyed: 'rtdp_shop_keyed', insertOnly: 'rtdp_shop_insert' });
});

test.each([
  [{ ...least, name: 'Shop' }, 'name'],
  [{ ...least, kind: 'oracle' }, 'kind'],
  [{ ...least, tables: [] }, 'tables'],
  [{ ...least, tables: ['a.b.c'] }, 'tables'],
  [{ ...least, colour: 'red' }, 'colour'],
  [{ ...least, connection: { ...least.connection, port: 0 } }, 'port'],
])('what is wrong is refused by name (%#)', (input, name) => {
  expect(() => readSourceDefinition(input)).toThrow(name);
});

test.each([
  ['public.orders', 'public', 'orders', true],
  ['orders', 'public', 'orders', true],
  ['orders', 'sales', 'orders', false],
  ['sales.*', 'sales', 'orders', true],
  ['sales.*', 'sales2', 'orders', false],
  ['*.order*', 'a', 'order_lines', true],
  ['"a.b"."C*"', 'a.b', 'C*', true],
  ['"a.b"."C*"', 'a.b', 'CC', false],
  ['a+b.c', 'a+b', 'c', true],
  ['a+b.c', 'aab', 'c', false],
])('pattern %s over %s.%s is %s', (pattern, schema, table, expected) => {
  expect(matchesTable(pattern, schema, table)).toBe(expected);
});

test('system schemas, our own schema and excluded tables are never chosen', () => {
  const definition = readSourceDefinition({ ...least, excludedTables: ['public.secret*'] });
  expect(choosesTable(definition, 'public', 'orders')).toBe(true);
  expect(choosesTable(definition, 'public', 'secrets')).toBe(false);
  expect(choosesTable(definition, 'rtdp', 'heartbeat')).toBe(false);
  expect(choosesTable(definition, 'pg_catalog', 'pg_class')).toBe(false);
});

test('a switch holds for all tables, none, or those of a pattern', () => {
  expect(holdsForTable(true, 'public', 'a')).toBe(true);
  expect(holdsForTable(false, 'public', 'a')).toBe(false);
  expect(holdsForTable(['public.a'], 'public', 'a')).toBe(true);
  expect(holdsForTable(['public.a'], 'public', 'b')).toBe(false);
});
