/** Shows what of a definition may change, and how tables come and go. */
import { expect, test } from 'vitest';
import { addTables, changeDefinition, onlyTablesChanged, removeTables } from './change-definition.ts';
import { choosesTable, readSourceDefinition, type SourceDefinitionInput } from './source-definition.ts';

const given: SourceDefinitionInput = {
  name: 'shop',
  kind: 'postgres',
  connection: { host: 'h', database: 'd', user: 'u', password: 'p' },
  tables: ['public.a', 'sales.*'],
};
const chooses = (definition: SourceDefinitionInput, schema: string, table: string) =>
  choosesTable(readSourceDefinition(definition), schema, table);

test('a change keeps what it does not name, at any depth', () => {
  const changed = changeDefinition(
    { ...given, limits: { rows: 5 } },
    { connection: { host: 'other' }, limits: { bytes: 20_000 } },
  );
  expect(changed.connection).toEqual({ ...given.connection, host: 'other' });
  expect(changed.limits).toEqual({ rows: 5, bytes: 20_000 });
});

test.each([{ name: 'x' }, { partitions: 9 }, { topic: 'x' }, { instance: 'x' }, { connection: { database: 'x' } }])(
  'what names hang on cannot change: %j',
  (change) => {
    expect(() => changeDefinition(given, change)).toThrow(/cannot change|one database/);
  },
);

test('saying what is so already changes nothing', () => {
  expect(() => changeDefinition(given, { name: 'shop', partitions: 4, topic: 'postgresql.shop' })).not.toThrow();
});

test('tables are added and taken out, also of a pattern and of all', () => {
  const more = addTables(given, ['public.b']);
  expect(chooses(more, 'public', 'b')).toBe(true);
  const less = removeTables(more, ['public.a', 'sales.secret']);
  expect(chooses(less, 'public', 'a')).toBe(false);
  expect(chooses(less, 'sales', 'secret')).toBe(false);
  expect(chooses(less, 'sales', 'orders')).toBe(true);
  expect(chooses(addTables(less, ['sales.secret']), 'sales', 'secret')).toBe(true);
  const all = removeTables({ ...given, tables: 'all' }, ['public.a']);
  expect(chooses(all, 'public', 'a')).toBe(false);
  expect(chooses(addTables(all, ['public.a']), 'public', 'a')).toBe(true);
  expect(() => removeTables({ ...given, tables: ['public.a'] }, ['public.a'])).toThrow('no table at all');
});

test('only the list of tables changed, or more', () => {
  expect(onlyTablesChanged(given, addTables(given, ['public.b']))).toBe(true);
  expect(onlyTablesChanged(given, { ...given, heartbeatMs: 500 })).toBe(false);
  expect(onlyTablesChanged(given, { ...given, connection: { ...given.connection, password: 'q' } })).toBe(false);
});
