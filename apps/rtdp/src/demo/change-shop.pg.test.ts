import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { changeShop } from './change-shop.ts';
import { SHOP_SCHEMA } from './shop-schema.ts';
import { CITIES } from './shop-words.ts';

test('the customer lives in a city of the shop, so that charts show no country that is none', async () => {
  await using shop = await testPostgres();
  await shop.query(SHOP_SCHEMA);
  // Nothing takes it to a warehouse here.
  const change = changeShop({ shopUrl: shop.url, warehouseUrl: shop.url, name: 'Ada', timeoutMilliseconds: 0 });
  await expect(change).rejects.toMatchObject({ code: 'RTDP_NOT_ARRIVED' });
  const { rows } = await shop.query<{ city: string; country: string }>('select city, country from customers');
  expect(rows).toHaveLength(1);
  expect(CITIES).toContainEqual([rows[0]?.city, rows[0]?.country]);
});
