import { SqlError } from '@rtdp/sql/problem';
import { expect, test } from 'vitest';
import { CONSTRUCT_TABLES } from './testing/construct-tables.ts';
import { randomConstruct } from './testing/random-construct.ts';
import { comparable, TwoStores } from './testing/two-stores.ts';

test('random constructs over two stores give what one Postgres gives', { timeout: 600_000 }, async () => {
  const seed = Number(process.env.RTDP_SEED ?? 20261125);
  const wanted = Number(process.env.RTDP_RUNS ?? 60);
  await using stores = await TwoStores.open(CONSTRUCT_TABLES, { mariaCollation: 'utf8mb4_general_ci' });
  const differences: string[] = [];
  const counts = { compared: 0, refused: 0, failed: 0, several: 0, rows: 0 };
  for (let number = 0; counts.compared < wanted && number < wanted * 2; number += 1) {
    const sql = randomConstruct(seed * 1000 + number);
    const told = `seed ${seed}, query ${number}: ${sql}`;
    let expected: string[];
    try {
      expected = comparable(await stores.expected(sql), false);
    } catch {
      // Postgres itself refuses it, or a value overflows.
      counts.failed += 1;
      continue;
    }
    try {
      const plan = stores.plan(sql);
      const answer = comparable(await stores.run(plan), false);
      counts.compared += 1;
      counts.rows += answer.length;
      if (new Set(plan.parts.map(({ store }) => store)).size > 1) counts.several += 1;
      if (JSON.stringify(answer) !== JSON.stringify(expected)) {
        const got = answer.filter((row) => !expected.includes(row));
        const want = expected.filter((row) => !answer.includes(row));
        differences.push(
          `${told}\n  local: ${plan.local?.sql}\n  got ${got.slice(0, 3).join(' ')}\n  want ${want.slice(0, 3).join(' ')}`,
        );
      }
    } catch (error) {
      if (error instanceof SqlError) counts.refused += 1;
      differences.push(`${told}\n  ${(error as Error).message}`);
    }
  }
  expect(differences.slice(0, 8).join('\n\n'), JSON.stringify(counts)).toBe('');
  expect(counts.compared, JSON.stringify(counts)).toBe(wanted);
  expect(counts.several, JSON.stringify(counts)).toBeGreaterThan(wanted / 2);
  expect(counts.failed, JSON.stringify(counts)).toBeLessThan(wanted / 5);
});
