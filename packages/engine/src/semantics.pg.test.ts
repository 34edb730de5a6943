import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { isRtdpError } from '@rtdp/ums/error';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine } from './engine.ts';
import type { Engine } from './flow-contract.ts';
import { expressions } from './testing/random-expression.ts';
import { Comparison, seededPick } from './testing/semantics-harness.ts';
import { CASES, ROW_CASES } from './testing/semantics-table.ts';

let database: TestDatabase;
let engine: Engine;
let comparison: Comparison;

beforeAll(async () => {
  database = await testPostgres({ settings: { timezone: 'UTC', extra_float_digits: 1 } });
  engine = await createEngine();
  comparison = new Comparison(database, engine);
  await comparison.fill(60, seededPick(20261125));
});

afterAll(async () => {
  await engine.close();
  await database.drop();
});

test(`${CASES.length} expressions give Postgres' own text, or fail where Postgres fails`, {
  timeout: 600_000,
}, async () => {
  const differences: string[] = [];
  for (const { sql, narrower } of CASES) {
    try {
      differences.push(...(await comparison.differences(sql, narrower === true)).slice(0, 3));
    } catch (error) {
      differences.push(`${sql}: ${(error as Error).message}`);
    }
  }
  expect(differences).toEqual([]);
});

test("random expressions give Postgres' own text, or fail where Postgres fails", { timeout: 600_000 }, async () => {
  const seed = Number(process.env.RTDP_SEED ?? 20261125);
  const runs = Number(process.env.RTDP_RUNS ?? 100);
  const counts = { compared: 0, refused: 0 };
  const differences: string[] = [];
  for (const sql of fc.sample(expressions, { seed, numRuns: runs })) {
    try {
      differences.push(...(await comparison.differences(sql, false, true)).slice(0, 1));
      counts.compared += 1;
    } catch (error) {
      // Some combinations are refused; none may be taken by us and not by Postgres.
      if (isRtdpError(error, 'ENGINE_FLOW_REFUSED')) counts.refused += 1;
      else differences.push(`${sql}: ${(error as Error).message}`);
    }
  }
  expect(differences, `seed ${seed}`).toEqual([]);
  expect(counts.compared, JSON.stringify(counts)).toBeGreaterThan(runs * 0.6);
});

test("statements that give several rows give them in Postgres' order", { timeout: 120_000 }, async () => {
  for (const sql of ROW_CASES) {
    const [ours, theirs] = [await comparison.ourRows(sql), await comparison.postgresRows(sql)];
    // Postgres does not promise in which order the branches of a union come.
    if (sql.includes('UNION ALL'))
      for (const rows of [ours, theirs]) rows.sort((a, b) => (String(a) < String(b) ? -1 : 1));
    expect({ sql, rows: ours }).toEqual({ sql, rows: theirs });
  }
});
