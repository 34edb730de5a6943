import { SqlError } from '@rtdp/sql/problem';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Plan } from './contract.ts';
import { randomQuery } from './testing/random-query.ts';
import { randomTables } from './testing/random-tables.ts';
import { comparable, TwoStores } from './testing/two-stores.ts';

const SEED = Number(process.env.RTDP_SEED ?? 20261125);

let stores: TwoStores;

beforeAll(async () => {
  stores = await TwoStores.open(randomTables(SEED, 40), { mariaCollation: 'utf8mb4_general_ci' });
});

afterAll(() => stores[Symbol.asyncDispose]());

interface Comparison {
  readonly differences: string[];
  /** Of the queries that were answered. */
  readonly plans: Plan[];
  rows: number;
  /** With LIMIT and OFFSET as parameters. */
  prepared: number;
  refused: number;
  /** Postgres itself refuses some joins and overflows; then nothing is proven either way. */
  failed: number;
}

/** Asks queries of both until `wanted` are answered. */
async function compare(wanted: number, store?: 'maria'): Promise<Comparison> {
  const found: Comparison = { differences: [], plans: [], rows: 0, prepared: 0, refused: 0, failed: 0 };
  for (let number = 0; found.plans.length < wanted && number < wanted * 3; number += 1) {
    const { sql, ordered, parameters } = randomQuery(SEED * 1000 + number, store);
    const told = `seed ${SEED}, query ${number}: ${sql} ${JSON.stringify(parameters ?? [])}`;
    let expected: string[];
    try {
      expected = comparable(await stores.expected(sql, parameters), ordered);
    } catch {
      found.failed += 1;
      continue;
    }
    try {
      const plan = stores.plan(sql, parameters === undefined ? {} : { parameters });
      if (parameters !== undefined) found.prepared += 1;
      const answer = comparable(await stores.run(plan), ordered);
      found.plans.push(plan);
      found.rows += answer.length;
      if (JSON.stringify(answer) !== JSON.stringify(expected)) {
        found.differences.push(
          `${told}\n  sent: ${JSON.stringify(sentBy(plan))}\n  local: ${plan.local?.sql}\n  got ${answer.slice(0, 5).join(' ')} (${answer.length})\n  want ${expected.slice(0, 5).join(' ')} (${expected.length})`,
        );
      }
    } catch (error) {
      if (error instanceof SqlError) found.refused += 1;
      else found.differences.push(`${told}\n  ${(error as Error).message}`);
      if (process.env.RTDP_TELL !== undefined) console.log(told, (error as Error).message);
    }
  }
  return found;
}

function sentBy({ whole, parts }: Plan, store?: 'maria'): string[] {
  const sent = [...(whole === undefined ? [] : [whole]), ...parts];
  return sent.filter((one) => store === undefined || one.store === store).map(({ sql }) => sql);
}

test('random queries over two stores give what one Postgres gives', { timeout: 600_000 }, async () => {
  const wanted = Number(process.env.RTDP_RUNS ?? 200);
  const { differences, plans, ...others } = await compare(wanted);
  const inMaria = plans.map((plan) => sentBy(plan, 'maria'));
  const counts = {
    ...others,
    compared: plans.length,
    several: plans.filter(({ parts }) => new Set(parts.map(({ store }) => store)).size > 1).length,
    grouped: inMaria.filter((sent) => sent.some((sql) => /COUNT\(|GROUP BY/.test(sql))).length,
    united: plans.filter((plan) =>
      plan.decisions.some(({ what, where }) => what.startsWith('the first ') && where === 'pushed'),
    ).length,
    limited: inMaria.filter((sent) => sent.some((sql) => / LIMIT /.test(sql))).length,
  };
  expect(differences.slice(0, 8).join('\n\n'), JSON.stringify(counts)).toBe('');
  expect(counts.compared, JSON.stringify(counts)).toBe(wanted);
  expect(counts.several, JSON.stringify(counts)).toBeGreaterThan(wanted / 3);
  // All of these are rare: of few queries none needs to be such a one.
  expect(
    Math.min(counts.grouped, counts.limited, counts.united, counts.prepared),
    JSON.stringify(counts),
  ).toBeGreaterThanOrEqual(Math.floor(wanted / 100));
  expect(counts.refused, JSON.stringify(counts)).toBeLessThan(wanted / 20);
});

test('random queries over one MariaDB give the same, most of them computed there as a whole', {
  timeout: 600_000,
}, async () => {
  const wanted = Number(process.env.RTDP_RUNS ?? 120);
  const { differences, plans, ...others } = await compare(wanted, 'maria');
  const counts = {
    ...others,
    compared: plans.length,
    whole: plans.filter(({ whole }) => whole !== undefined).length,
  };
  if (process.env.RTDP_TELL !== undefined)
    console.log(
      counts,
      plans.flatMap((plan) => plan.decisions.slice(0, 1)),
    );
  expect(differences.slice(0, 8).join('\n\n'), JSON.stringify(counts)).toBe('');
  expect(counts.compared, JSON.stringify(counts)).toBe(wanted);
  expect(counts.whole, JSON.stringify(counts)).toBeGreaterThan(wanted / 2);
});
