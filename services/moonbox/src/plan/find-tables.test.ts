/** A name that stands for no table is told in the form in which it would. */
import { Statement } from '@rtdp/sql/expression';
import { parseSelect } from '@rtdp/sql/parse';
import { expect, test } from 'vitest';
import type { PlannerRelation } from './contract.ts';
import { findTables } from './find-tables.ts';

const NAMES = ['orders', 'shop.orders', 'shop.parts', 'old.parts', 'customers'] as const;

function table(name: string): PlannerRelation {
  const remoteTable = name.split('.').at(-1)!;
  const shared = { store: 'store', storeKind: 'postgres', remoteSchema: 'public', remoteTable } as const;
  return { database: 'warehouse', name, columns: [], primaryKey: [], rowEstimate: null, ...shared };
}

// As a mount has it: `shop.orders` alone has its plain name, which is one more name of the same table.
const TABLES = new Map(NAMES.map((name) => [name as string, table(name === 'orders' ? 'shop.orders' : name)]));

type Seen = Partial<Parameters<typeof findTables>[2]>;

function toldOf(written: string, seen: Seen = {}): { message: string; next: string } {
  const sql = `select 1 from ${written}`;
  try {
    findTables(new Statement(sql), parseSelect(sql).select, {
      findTable: (database, name) => (database === 'warehouse' ? TABLES.get(name) : undefined),
      tableNames: () => NAMES.map((name) => `warehouse.${name}`),
      databaseNames: () => ['warehouse', 'empty'],
      ...seen,
    });
  } catch (error) {
    const { problems } = error as { problems: { message: string; next: string }[] };
    return problems[0]!;
  }
  return { message: '', next: 'it is a table' };
}

test.each([
  ['warehouse.orders', 'it is a table'],
  ['warehouse."shop.orders"', 'it is a table'],
  ['warehouse.shop.orders', 'Write warehouse.orders, or warehouse."shop.orders".'],
  ['warehouse.shop.parts', 'Write warehouse."shop.parts".'],
  ['warehouse.public.customers', 'Write warehouse.customers.'],
  ['warehouse.shop.prats', 'Did you mean warehouse."shop.parts"?'],
  ['warehouse."shop.prats"', 'Did you mean warehouse."shop.parts"?'],
  [
    'elsewhere.at.all',
    'Write database.table, and the table in double quotes where a dot is in its name; SHOW TABLES lists them.',
  ],
  ['warehouse.ordres', 'Did you mean warehouse.orders?'],
])('%s', (written, next) => {
  expect(toldOf(written).next).toBe(next);
});

const SEES_ALL: Seen = { seesAll: true };
const IN_WAREHOUSE: Seen = { defaultDatabase: 'warehouse' };
const NOTHING: Seen = { tableNames: () => [], databaseNames: () => [] };

test.each<[written: string, seen: Seen, message: string, next: string]>([
  [
    'customers',
    {},
    'The name customers alone stands for no table: which one it is would depend on what you may read.',
    'Write warehouse.customers, or give the request a database.',
  ],
  [
    'customers',
    { ...SEES_ALL, tableNames: () => ['shop.customers', 'warehouse.customers'] },
    'The name customers alone stands for more than one table.',
    'Write shop.customers or warehouse.customers, or give the request a database.',
  ],
  ['custmers', {}, 'The table custmers does not exist, or you may not read it.', 'Did you mean warehouse.customers?'],
  ['custmers', SEES_ALL, 'No database has a table custmers.', 'Did you mean warehouse.customers?'],
  [
    'invoices',
    {},
    'The table invoices does not exist, or you may not read it.',
    'Write database.table; SHOW TABLES lists the tables you may read.',
  ],
  [
    'invoices',
    IN_WAREHOUSE,
    'The table warehouse.invoices does not exist, or you may not read it.',
    'SHOW TABLES lists the tables you may read.',
  ],
  [
    'invoices',
    { ...IN_WAREHOUSE, ...SEES_ALL },
    'The database warehouse has no table invoices.',
    'SHOW TABLES lists the tables you may read.',
  ],
  [
    'customers',
    { ...SEES_ALL, defaultDatabase: 'empty' },
    'The database empty has no table customers.',
    'Did you mean warehouse.customers?',
  ],
  ['lager.invoices', SEES_ALL, 'There is no database lager.', 'Use one of: warehouse, empty.'],
  ['lager.invoices', {}, 'The database lager does not exist, or you may not read it.', 'Use one of: warehouse, empty.'],
  [
    'lager.invoices',
    NOTHING,
    'The database lager does not exist, or you may not read it.',
    'Ask an administrator for a grant.',
  ],
  ['lager.invoices', { ...NOTHING, ...SEES_ALL }, 'There is no database lager.', 'Mount one.'],
])('%s: what is told depends on what is seen', (written, seen, message, next) => {
  expect(toldOf(written, seen)).toMatchObject({ message, next });
});
