import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { createEngine } from './engine.ts';
import type { Engine } from './flow-contract.ts';
import { Comparison, seededPick } from './semantics-harness.ts';
import { CASES, ROW_CASES } from './semantics-table.ts';

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
  engine.close();
  await database.drop();
});

test(`${CASES.length} expressions give Postgres' own text, or fail where Postgres fails`, {
  timeout: 180_000,
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

test("statements that give several rows give them in Postgres' order", async () => {
  for (const sql of ROW_CASES) {
    const [ours, theirs] = [await comparison.ourRows(sql), await comparison.postgresRows(sql)];
    // Postgres does not promise in which order the branches of a union come.
    if (sql.includes('UNION ALL'))
      for (const rows of [ours, theirs]) rows.sort((a, b) => (String(a) < String(b) ? -1 : 1));
    expect({ sql, rows: ours }).toEqual({ sql, rows: theirs });
  }
});
