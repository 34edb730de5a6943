import { setTimeout as sleep } from 'node:timers/promises';
import { testPostgres } from '@rtdp/testing/postgres';
import { describe, expect, it } from 'vitest';
import { seededRandom } from './random-source.ts';
import { chooseAction } from './shop-activity.ts';
import { runShopGenerator } from './shop-generator.ts';

describe('the demo shop', () => {
  it('fills itself, follows the rate in its settings, and its sums are right to the cent', async () => {
    await using database = await testPostgres();
    const stop = new AbortController();
    const seen: number[] = [];
    const running = runShopGenerator(
      { url: database.url, random: seededRandom(7), onProgress: ({ actions }) => seen.push(actions) },
      stop.signal,
    );
    while (seen.length < 1) await sleep(50);
    await database.query('update demo.settings set actions_per_second = 200');
    while (seen.length < 5) await sleep(50);
    stop.abort();
    await running;
    expect(Math.max(...seen)).toBeGreaterThan(Math.max(1, (seen[0] ?? 0) * 3));
    const wrong = await database.query(
      `select id from orders o where total <> (select sum(quantity * unit_price) from order_lines l where l.order_id = o.id)
          or jsonb_array_length(lines) <> (select count(*) from order_lines l where l.order_id = o.id)`,
    );
    expect(wrong.rows).toEqual([]);
    const counts = await database.query(
      'select (select count(*) from orders) as orders, (select count(*) from payments) as payments',
    );
    expect(Number(counts.rows[0].orders)).toBeGreaterThan(10);
    expect(Number(counts.rows[0].payments)).toBeGreaterThan(1);
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
