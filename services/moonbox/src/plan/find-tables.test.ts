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

function nextOf(written: string): string {
  const sql = `select 1 from ${written}`;
  try {
    findTables(new Statement(sql), parseSelect(sql).select, {
      findTable: (database, name) => (database === 'warehouse' ? TABLES.get(name) : undefined),
      tableNames: () => NAMES.map((name) => `warehouse.${name}`),
    });
  } catch (error) {
    return (error as { next: string }).next;
  }
  return 'it is a table';
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
  expect(nextOf(written)).toBe(next);
});
