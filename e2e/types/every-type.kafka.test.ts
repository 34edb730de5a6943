/** Shows that every value of every type is in the sink what it is in the source, pulled and streamed. */
import { eventually } from '@rtdp/testing/eventually';
import { caseRowsSql, caseTable, caseTableSql, TYPE_CASE_SETUP, TYPE_CASES } from '@rtdp/testing/postgres-type-cases';
import { expect, test } from 'vitest';
import { startOnSharedServers } from '../pipeline/start-on-shared-servers.ts';

/** What the sink has no array of is kept there as JSON. */
const AS_JSON: Readonly<Record<string, string[]>> = {
  'bytea[]': ['["AP8=", ""]'],
  'jsonb[]': ['["{\\"a\\": \\"x,y\\"}", "null"]'],
  'mood[]': ['["sad", "very \\"happy\\""]'],
  'box[]': ['["(1,1),(0,0)", "(3,3),(2,2)"]'],
};

test('every value of every type arrives as it is, pulled and streamed', async () => {
  await using pipeline = await startOnSharedServers();
  const { source, sink } = pipeline;
  for (const statement of TYPE_CASE_SETUP) await source.query(statement);
  for (const index of TYPE_CASES.keys()) {
    await source.query(caseTableSql(index));
    await source.query(caseRowsSql(index));
  }
  await pipeline.synchronise(['public.*']);
  const wrongIn = async (firstId: number) => {
    const wrong: unknown[] = [];
    for (const [index, { type, values }] of TYPE_CASES.entries()) {
      const read = (table: string) =>
        `SELECT v::text AS v FROM ${table} WHERE id BETWEEN ${firstId} AND ${firstId + 999} ORDER BY id`;
      const own = (await source.query<{ v: string | null }>(read(caseTable(index)))).rows.map(({ v }) => v);
      const wanted = AS_JSON[type] ? [...AS_JSON[type], null] : own;
      const arrived = await sink
        .query<{ v: string | null }>(read(`landed.${caseTable(index)}`))
        .then(({ rows }) => rows.map(({ v }) => v))
        .catch((error: Error) => error.message);
      expect(own).toHaveLength(values.length + 1);
      if (JSON.stringify(arrived) !== JSON.stringify(wanted)) wrong.push({ type, wanted, arrived });
    }
    return wrong;
  };
  expect(
    await eventually(
      () => wrongIn(0),
      (wrong) => wrong.length === 0,
      60_000,
    ),
  ).toEqual([]);
  // The same values once more, through the log.
  for (const index of TYPE_CASES.keys()) {
    await source.query(`INSERT INTO ${caseTable(index)} SELECT id + 1000, v FROM ${caseTable(index)}`);
  }
  expect(
    await eventually(
      () => wrongIn(1000),
      (wrong) => wrong.length === 0,
      60_000,
    ),
  ).toEqual([]);
}, 180_000);
