import { afterAll, beforeAll, expect, test } from 'vitest';
import { TPCH_QUERIES } from './testing/tpch-queries.ts';
import { tpchTables } from './testing/tpch-tables.ts';
import { comparable, TwoStores } from './testing/two-stores.ts';

let stores: TwoStores;
const reduced: number[] = [];

beforeAll(async () => {
  stores = await TwoStores.open(tpchTables(20261125), { mariaCollation: 'utf8mb4_general_ci' });
});

afterAll(() => stores[Symbol.asyncDispose]());

for (const [index, sql] of TPCH_QUERIES.entries()) {
  test(`query ${index + 1} over two stores gives what one Postgres gives`, async () => {
    const expected = await stores.expected(sql);
    const plan = stores.plan(sql);
    if (plan.parts.some(({ reduce }) => reduce !== undefined)) reduced.push(index + 1);
    const answer = await stores.run(plan);
    expect(comparable(answer, true), JSON.stringify(plan.parts)).toEqual(comparable(expected, true));
    expect(expected.length, 'the tables hold something for every query').toBeGreaterThan(0);
  });
}

test('large tables of several of them were asked only for the keys that small ones had found', () => {
  expect(reduced.length).toBeGreaterThan(1);
  expect(reduced).toContain(17);
});
