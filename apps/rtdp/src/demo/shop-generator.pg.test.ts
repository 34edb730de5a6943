import { testPostgres } from '@rtdp/testing/postgres';
import pg from 'pg';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './random-source.ts';
import { chooseAction, stockShop } from './shop-activity.ts';
import { runShopGenerator } from './shop-generator.ts';
import { SHOP_SCHEMA } from './shop-schema.ts';

describe('the demo shop', () => {
  it('fills itself, follows the rate in its settings, and its sums are right to the cent', async () => {
    await using database = await testPostgres();
    await database.query(SHOP_SCHEMA);
    const atRate = (rate: number) => database.query('update demo.settings set actions_per_second = $1', [rate]);
    await atRate(1);
    const opened = new Date();
    const stop = new AbortController();
    const seen: number[] = [];
    const running = runShopGenerator(
      { url: database.url, random: seededRandom(7), onProgress: ({ actions }) => seen.push(actions) },
      stop.signal,
    );
    const most = () => Math.max(0, ...seen);
    await expect.poll(most, { timeout: 120_000 }).toBeGreaterThan(0);
    await atRate(200);
    await expect.poll(most, { timeout: 60_000 }).toBeGreaterThan(most() * 3);
    const happened = async () => {
      const { rows } = await database.query<{ orders: number; payments: number }>(
        `select (select count(*)::int from orders where placed_at >= $1) as orders,
                (select count(*)::int from payments where paid_at >= $1) as payments`,
        [opened],
      );
      return rows[0]!;
    };
    await expect
      .poll(async () => ((await happened()).orders > 10 ? (await happened()).payments : 0), { timeout: 60_000 })
      .toBeGreaterThan(1);
    stop.abort();
    await running;
    const wrong = await database.query(
      `select id from orders o where total <> (select sum(quantity * unit_price) from order_lines l where l.order_id = o.id)
          or jsonb_array_length(lines) <> (select count(*) from order_lines l where l.order_id = o.id)`,
    );
    expect(wrong.rows).toEqual([]);
  });

  it('has orders in each minute of the hour before it opens, each in the status of its age, and paid once if it is paid', async () => {
    await using database = await testPostgres();
    const client = new pg.Client({ connectionString: database.url });
    await using _closing = { [Symbol.asyncDispose]: () => client.end() };
    await client.connect();
    await client.query(SHOP_SCHEMA);
    await stockShop(client, seededRandom(11));
    // Up to its opening, which is a while ago where the cores are taken.
    const { rows: minutes } = await client.query<{ minute: number; orders: number }>(
      `select floor(extract(epoch from (select max(placed_at) from orders) - placed_at) / 60)::int as minute, count(*)::int as orders
       from orders group by 1 having count(*) > 10 order by 1`,
    );
    expect(minutes.map(({ minute }) => minute).slice(1, 61)).toEqual(
      Array.from({ length: 60 }, (_, index) => index + 1),
    );
    const { rows: statuses } = await client.query<{ status: string; age: number }>(
      `select status::text, avg(extract(epoch from now() - placed_at))::float as age from orders
       where status <> 'cancelled' group by orders.status order by orders.status`,
    );
    expect(statuses.map(({ status }) => status)).toEqual(['placed', 'paid', 'shipped', 'delivered']);
    expect(statuses.map(({ age }) => age)).toEqual(statuses.map(({ age }) => age).sort((one, other) => one - other));
    const { rows: unpaid } = await client.query(
      `select o.id from orders o left join payments p on p.order_id = o.id group by o.id
       having count(p.id) <> (o.status in ('paid', 'shipped', 'delivered'))::int`,
    );
    expect(unpaid).toEqual([]);
    const count = async () => (await database.query('select count(*)::int as orders from orders')).rows;
    const before = await count();
    await stockShop(client, seededRandom(12));
    expect(await count()).toEqual(before);
  });

  it('repeats itself for one seed', () => {
    const names = (seed: number) => {
      const random = seededRandom(seed);
      return Array.from({ length: 50 }, () => chooseAction(random).name);
    };
    expect(names(3)).toEqual(names(3));
    expect(names(3)).not.toEqual(names(4));
  });
});
