import { expect, test } from 'vitest';
import { didYouMean, nearestName } from './nearest-name.ts';

test('the nearest name is found, and none that is merely another one', () => {
  expect(nearestName('hosst', ['port', 'host', 'user'])).toBe('host');
  expect(nearestName('Erp-to-warehose', ['shop-to-warehouse', 'erp-to-warehouse'])).toBe('erp-to-warehouse');
  expect(nearestName('orders', ['customers', 'payments'])).toBeUndefined();
  expect(nearestName('a', ['b'])).toBeUndefined();
  expect([didYouMean('hosst', ['host']), didYouMean('a', ['b'])]).toEqual(['Did you mean host?', undefined]);
  expect(nearestName('hots', ['post', 'port', 'host'])).toBe('host');
  expect(nearestName('ID', ['di', 'id'])).toBe('id');
  expect(nearestName('shop.oders', ['shop.customers', 'shop.orders'])).toBe('shop.orders');
});
