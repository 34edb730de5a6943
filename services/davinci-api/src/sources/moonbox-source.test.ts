/** Proves which tables of the gateway can be written without their schema. */
import { expect, test } from 'vitest';
import { plainNameOf } from './moonbox-source.ts';

test('a table of a schema has a plain name as long as no other one of its database is called so', () => {
  const table = (remoteSchema: string, remoteTable: string, name = `${remoteSchema}.${remoteTable}`) => ({
    name,
    remoteSchema,
    remoteTable,
  });
  const tables = [
    table('shop', 'orders'),
    table('shop', 'items'),
    table('analytics', 'items'),
    table('shop', 'places'),
    table('public', 'places', 'places'),
  ];
  expect(tables.map((each) => plainNameOf(each, tables))).toEqual(['orders', null, null, null, null]);
});
