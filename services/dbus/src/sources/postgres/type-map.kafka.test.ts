/** Proves that no type loses anything: each value, streamed and rendered back, is the text that Postgres itself prints. */
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { caseRowsSql, caseTable, caseTableSql, TYPE_CASE_SETUP, TYPE_CASES } from '@rtdp/testing/postgres-type-cases';
import type { UmsField } from '@rtdp/ums/types';
import pg from 'pg';
import { expect, test } from 'vitest';
import { rowsOf, streamFixture } from '../../pipeline/testing/stream-fixture.ts';
import { clientConfig } from './connection.ts';
import { renderAsPostgres } from './type-map-render.ts';

test('every case rendered back is what psql prints, and every column has the type it should', async () => {
  await using database = await testPostgres();
  for (const statement of TYPE_CASE_SETUP) await database.query(statement);
  for (const index of TYPE_CASES.keys()) await database.query(caseTableSql(index));
  await using source = await streamFixture({ url: database.url, ...(await testKafka()) }, uniqueName('types'));
  await source.publish(TYPE_CASES.map((_, index) => caseTable(index)));
  await source.stream.start();
  for (const index of TYPE_CASES.keys()) await database.query(caseRowsSql(index));
  await source.settle();
  const messages = await source.messages();
  const client = new pg.Client({
    ...clientConfig(source.definition.connection, 'rtdp dbus test'),
    types: { getTypeParser: () => (text: string) => text } as never,
  });
  await client.connect();
  let cases = 0;
  const wrong: unknown[] = [];
  for (const [index, { type, umsType, values }] of TYPE_CASES.entries()) {
    const table = caseTable(index);
    const expected = await client.query<{ id: string; v: string | null }>(`select id, v from ${table} order by id`);
    const field = fieldOf(messages, table);
    if (field.type !== umsType) wrong.push({ type, expected: umsType, found: field.type });
    const rows = rowsOf(messages, table);
    expect(rows.length, type).toBe(values.length + 1);
    for (const [row, { v }] of expected.rows.entries()) {
      cases++;
      const rendered = renderAsPostgres(field, rows[row]!.values.v!);
      if (rendered !== v)
        wrong.push({ type, value: values[row] ?? 'null', expected: v, rendered, ums: rows[row]!.values.v });
    }
  }
  await client.end();
  expect(wrong).toEqual([]);
  expect(cases).toBeGreaterThanOrEqual(150);
  expect(await source.records('rtdp.dbus.dead-letters')).toEqual([]);
});

function fieldOf(
  messages: Awaited<ReturnType<Awaited<ReturnType<typeof streamFixture>>['messages']>>,
  table: string,
): UmsField {
  const found = messages.find(({ message }) => message.namespace.split('.')[3] === table && message.fields.length > 4);
  return found!.message.fields.find((field) => field.name === 'v')!;
}
