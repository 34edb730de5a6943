/** Proves that a flow over a table that no source captures is told which one was probably meant. */
import { parseNamespace, parsePattern } from '@rtdp/ums/namespace';
import { expect, test } from 'vitest';
import { missingTable } from './missing-table.ts';

const captured = [
  'postgresql.shop.public.orders.3.0.0',
  'postgresql.shop.sales.orders.1.0.0',
  'postgresql.shop.sales.tax.1.0.0',
  'postgresql.erp.public.order.1.0.0',
  'postgresql.shop.public.%4frder%20lines.1.0.0',
].map(parseNamespace);

test.each([
  ['postgresql.shop.public.ordres', ' Did you mean postgresql.shop.public.orders?'],
  // Written as a pattern is.
  ['postgresql.shop.public.order%20lines.*.*.*', ' Did you mean postgresql.shop.public.%4frder%20lines?'],
  ['postgresql.shop.sale.tax', ' Did you mean postgresql.shop.sales.tax?'],
  // Too far, of another source, or a pattern that may mean what nobody has made.
  ['postgresql.shop.public.tax', ''],
  ['postgresql.crm.public.ordres', ''],
  ['postgresql.shop.public.ordres*', ''],
])('%s →%s', (pattern, hint) => {
  const shown = pattern.split('.').slice(0, 4).join('.');
  expect(missingTable(parsePattern(pattern), captured)).toBe(
    `No source captures ${shown} yet: the flow waits for one that does.${hint}`,
  );
});
