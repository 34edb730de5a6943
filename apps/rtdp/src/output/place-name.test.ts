import { expect, test } from 'vitest';
import { placeName } from './place-name.ts';

test('a table is named as the source writes it, with and without a version', () => {
  expect(placeName('postgresql.shop.public.%4fdd%20name%2ex.3.0.0')).toBe('postgresql.shop.public.Odd name.x');
  expect(placeName('postgresql.shop.public.orders.*.0.0')).toBe('postgresql.shop.public.orders');
});
