/** A zone that is written out, and days that are counted, cut instants as Postgres does with the zone by its name. */
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { Cuts } from './cut-moment.ts';
import { changesOf } from './zone-time.ts';

const ZONES = ['Europe/Berlin', 'Asia/Kolkata', 'Australia/Adelaide', 'America/Sao_Paulo'];
const GRAINS = ['hour', 'day', 'quarter'] as const;
const column = { column: 'at', type: 'instant', role: 'dimension', label: '', format: '', aggregation: 'sum' } as const;

test('every hour around each change of the clocks, and others between', async () => {
  await using database = await testPostgres({ settings: { TimeZone: 'UTC' } });
  expect(changesOf('Asia/Kolkata')).toEqual([]);
  expect(changesOf('Europe/Berlin').length).toBeGreaterThan(100);
  for (const name of ZONES) {
    const near = changesOf(name).flatMap(({ at }) => [-90, -30, 0, 30, 90].map((minutes) => at + minutes * 60_000));
    const others = Array.from({ length: 300 }, (_unused, index) => (index * 2_100_000_000_123) / 300);
    await database.query('create table moments as select to_timestamp(unnest($1::float8[]) / 1000) as at', [
      [...near, ...others],
    ]);
    for (const grain of GRAINS) {
      const cuts = new Cuts({ name, listed: true });
      const expression = cuts.cut(column, '"view"."at"', grain);
      expect(cuts.namesZone).toBe(false);
      const from = cuts.around('from (\nselect at from moments\n) as "view"', '"view"');
      const { rows } = await database.query(
        `select at, date_trunc('${grain}', at, '${name}') as named ${from}
         where ${expression} is distinct from date_trunc('${grain}', at, '${name}')`,
      );
      expect(rows, `${name} ${grain}`).toEqual([]);
    }
    await database.query('drop table moments');
  }
});

/** Clocks that were never set since 1960, set until 2007 and 1991, and twice a year. */
const COUNTED = ['UTC', 'Asia/Kolkata', 'Asia/Karachi', 'Asia/Shanghai', 'Asia/Kathmandu', 'Europe/Berlin'];

test('days and weeks that are counted, at their limits, around each change of the clocks and before and after all that is counted', async () => {
  await using database = await testPostgres({ settings: { TimeZone: 'UTC' } });
  for (const name of COUNTED) {
    const near = changesOf(name).flatMap(({ at }) =>
      [-8, -7, -1, 0, 1, 6, 7, 8].flatMap((days) =>
        [-1, 0, 1].map((seconds) => at + days * 86_400_000 + seconds * 1_000),
      ),
    );
    const limits = [Date.UTC(1970, 0, 5), Date.UTC(2024, 1, 26), Date.UTC(2038, 0)].flatMap((at) =>
      [-20_700_000, -20_699_000, -19_800_000, -18_000_000, -1_000, 0, 1_000, 86_400_000].map((by) => at + by),
    );
    await database.query(
      `create table moments as
       select to_timestamp(unnest($1::float8[]) / 1000) as at
       union all select timestamptz '1969-12-20 23:59:59.999999+00' + n * interval '53 hours 59 minutes 59.999999 seconds' from generate_series(0, 12000) n
       union all select unnest(array['infinity', '-infinity', null, '1955-03-03 12:00+00', '0044-03-15 12:00+00 BC', '9999-12-31 23:59:59+00'])::timestamptz`,
      [[...near, ...limits]],
    );
    for (const grain of ['day', 'week'] as const) {
      const cuts = new Cuts({ name, listed: false, counts: true });
      const expression = cuts.cut(column, 'at', grain);
      expect(expression.includes('date_bin'), name).toBe(name !== 'Europe/Berlin');
      const { rows } = await database.query(
        `select at, ${expression} as counted, date_trunc('${grain}', at, '${name}') as named from moments
         where at >= '1960-01-01' and ${expression} is distinct from date_trunc('${grain}', at, '${name}')`,
      );
      expect(rows, `${name} ${grain}`).toEqual([]);
    }
    await database.query('drop table moments');
  }
});
