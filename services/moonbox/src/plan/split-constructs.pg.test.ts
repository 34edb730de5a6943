import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CONSTRUCT_TABLES } from './testing/construct-tables.ts';
import { comparable, TwoStores } from './testing/two-stores.ts';

let stores: TwoStores;

beforeAll(async () => {
  stores = await TwoStores.open(CONSTRUCT_TABLES, { mariaCollation: 'utf8mb4_general_ci' });
}, 120_000);

afterAll(() => stores[Symbol.asyncDispose]());

/** By construct: queries over both stores whose rows come in an order of their own. */
const QUERIES: Record<string, readonly string[]> = {
  'columns that a grouped key determines': [
    `select w.id, w.t, e.j, e.a, count(*) from maria.w w join pg.ev e on e.id = w.k group by w.id, e.id order by w.id`,
    `select w.id, w.t, max(e.f) from maria.w w left join pg.ev e on e.id = w.k group by w.id having w.m > 3 order by w.m`,
  ],
  GROUPING: [
    `select w.k, w.t, grouping(w.k), grouping(w.t, w.k), count(*) from maria.w w join pg.ev e on e.id = w.id where w.t is not null and w.k is not null
      group by rollup (w.k, w.t) order by 3, 4, 1, 2`,
    `select w.k, count(*), grouping(w.k) + 1 from maria.w w join pg.ev e on e.id = w.id where w.k is not null group by cube (w.k, w.t) having grouping(w.t) = 1
      order by grouping(w.k) desc, 1`,
    `select w.k, grouping(w.k) from maria.w w, pg.ev e where e.id = w.id group by w.k order by 1`,
  ],
};

for (const [construct, queries] of Object.entries(QUERIES)) {
  describe(construct, () => {
    test.for(queries)('%s', { timeout: 30_000 }, async (sql) => {
      const plan = stores.plan(sql);
      expect(plan.whole, 'it has to be split').toBeUndefined();
      expect(comparable(await stores.run(plan), true), plan.local?.sql).toEqual(
        comparable(await stores.expected(sql), true),
      );
    });
  });
}

describe('where the whole query goes to one source, behind a subquery of the columns that are seen', () => {
  test.for([
    `select ev.*, count(*) from pg.ev ev(x, y) join pg.ev b on b.n = ev.x group by x order by 1`,
    `select y.j, count(*), y.g || '!' from pg.ev y join pg.ev b using (id) group by y.id having y.n > 1 order by y.f`,
  ])('%s', { timeout: 30_000 }, async (sql) => {
    const plan = stores.plan(sql);
    expect(plan.whole?.sql).toMatch(/FROM \( ?SELECT/);
    expect(comparable(await stores.run(plan), true)).toEqual(comparable(await stores.expected(sql), true));
  });
});
