import { expect, test } from 'vitest';
import { tableName } from './table-name.ts';

test.for([
  ['postgresql.warehouse.shop.orders.*.0.0', 'shop.orders'],
  ['postgresql.warehouse.public.%4frders%2e2026.*.0.0', 'public.Orders.2026'],
  ['mysql.erp.lager.%c3%84rzte.3.0.0', 'lager.Ärzte'],
])('%s is called %s', ([namespace, name]) => {
  expect(tableName(namespace!)).toBe(name);
});
