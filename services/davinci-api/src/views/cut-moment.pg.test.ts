/** A zone that is written out cuts instants as Postgres does with the zone by its name. */
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
