import { SqlError } from '@rtdp/sql/problem';
import { expect, test } from 'vitest';
import { randomQuery, randomTables } from './testing/random-query.ts';
import { comparable, TwoStores } from './testing/two-stores.ts';

test('random queries over two stores give what one Postgres gives', { timeout: 600_000 }, async () => {
  const seed = Number(process.env.RTDP_SEED ?? 20261125);
  const wanted = Number(process.env.RTDP_RUNS ?? 200);
  await using stores = await TwoStores.open(randomTables(seed, 40), { mariaCollation: 'utf8mb4_general_ci' });
  const differences: string[] = [];
  const counts = { compared: 0, refused: 0, failed: 0, whole: 0, rows: 0, several: 0, grouped: 0, limited: 0 };
  for (let number = 0; counts.compared < wanted && number < wanted * 3; number += 1) {
    const { sql, ordered } = randomQuery(seed * 1000 + number);
    const told = `seed ${seed}, query ${number}: ${sql}`;
    let expected: string[];
    try {
      expected = comparable(await stores.expected(sql), ordered);
    } catch {
      // Postgres itself refuses some joins and overflows; then nothing is proven either way.
      counts.failed += 1;
      continue;
    }
    try {
      const plan = stores.plan(sql);
      const answer = comparable(await stores.run(plan), ordered);
      counts.compared += 1;
      counts.rows += answer.length;
      if (plan.whole !== undefined) counts.whole += 1;
      const inMaria = plan.parts.filter(({ store }) => store === 'maria').map((part) => part.sql);
      if (inMaria.some((sent) => /COUNT\(|GROUP BY/.test(sent))) counts.grouped += 1;
      if (inMaria.some((sent) => / LIMIT /.test(sent))) counts.limited += 1;
      if (new Set(plan.parts.map(({ store }) => store)).size > 1) counts.several += 1;
      if (JSON.stringify(answer) !== JSON.stringify(expected)) {
        differences.push(
          `${told}\n  parts: ${JSON.stringify(plan.whole ?? plan.parts.map((part) => part.sql))}\n  local: ${plan.local?.sql}\n  got ${answer.slice(0, 5).join(' ')} (${answer.length})\n  want ${expected.slice(0, 5).join(' ')} (${expected.length})`,
        );
      }
    } catch (error) {
      if (error instanceof SqlError) counts.refused += 1;
      else differences.push(`${told}\n  ${(error as Error).message}`);
      if (process.env.RTDP_TELL !== undefined) console.log(told, (error as Error).message);
    }
  }
  expect(differences.slice(0, 8).join('\n\n'), JSON.stringify(counts)).toBe('');
  expect(counts.compared, JSON.stringify(counts)).toBe(wanted);
  expect(counts.several, JSON.stringify(counts)).toBeGreaterThan(wanted / 3);
  expect(Math.min(counts.grouped, counts.limited), JSON.stringify(counts)).toBeGreaterThan(1);
  expect(counts.refused, JSON.stringify(counts)).toBeLessThan(wanted / 20);
});

test('random queries over one MariaDB give what one Postgres gives, most of them computed there as a whole', {
  timeout: 600_000,
}, async () => {
  const seed = Number(process.env.RTDP_SEED ?? 20261125);
  const wanted = Number(process.env.RTDP_RUNS ?? 120);
  await using stores = await TwoStores.open(randomTables(seed + 1, 40), { mariaCollation: 'utf8mb4_general_ci' });
  const differences: string[] = [];
  const reasons = new Map<string, number>();
  const counts = { compared: 0, refused: 0, failed: 0, whole: 0, rows: 0 };
  for (let number = 0; counts.compared < wanted && number < wanted * 3; number += 1) {
    const { sql, ordered } = randomQuery(seed * 1000 + number, 'maria');
    const told = `seed ${seed}, query ${number}: ${sql}`;
    let expected: string[];
    try {
      expected = comparable(await stores.expected(sql), ordered);
    } catch {
      counts.failed += 1;
      continue;
    }
    try {
      const plan = stores.plan(sql);
      const answer = comparable(await stores.run(plan), ordered);
      counts.compared += 1;
      counts.rows += answer.length;
      if (plan.whole !== undefined) counts.whole += 1;
      for (const { what, why } of plan.decisions)
        if (what === 'the whole query') reasons.set(why, (reasons.get(why) ?? 0) + 1);
      if (JSON.stringify(answer) !== JSON.stringify(expected)) {
        differences.push(
          `${told}\n  ${JSON.stringify(plan.whole ?? plan.parts.map((part) => part.sql))}\n  local: ${plan.local?.sql}\n  got ${answer.slice(0, 5).join(' ')} (${answer.length})\n  want ${expected.slice(0, 5).join(' ')} (${expected.length})`,
        );
      }
    } catch (error) {
      if (error instanceof SqlError) counts.refused += 1;
      else
        differences.push(
          `${told}\n  ${(error as Error).message} ${JSON.stringify(stores.plan(sql).whole?.sql ?? stores.plan(sql).parts.map((part) => part.sql))}`,
        );
      if (process.env.RTDP_TELL !== undefined) console.log(told, (error as Error).message);
    }
  }
  if (process.env.RTDP_TELL !== undefined)
    console.log(
      counts,
      [...reasons].sort((a, b) => b[1] - a[1]),
    );
  expect(differences.slice(0, 8).join('\n\n'), JSON.stringify(counts)).toBe('');
  expect(counts.compared, JSON.stringify(counts)).toBe(wanted);
  expect(counts.whole, JSON.stringify(counts)).toBeGreaterThan(wanted / 3);
});
