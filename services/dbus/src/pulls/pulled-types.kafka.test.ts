/** Shows that a pull says of every value what the stream says of it, and that chunks find their way by keys of every type. */
import { testPostgres } from '@rtdp/testing/postgres';
import { caseRowsSql, caseTable, caseTableSql, TYPE_CASE_SETUP, TYPE_CASES } from '@rtdp/testing/postgres-type-cases';
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { clientConfig } from '../sources/postgres/connection.ts';
import { renderAsPostgres } from '../sources/postgres/type-map-render.ts';
import { dbusFixture, rowsOf, until } from '../testing/dbus-fixture.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('every type: pulled and streamed alike, and rendered back what Postgres prints', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  for (const statement of TYPE_CASE_SETUP) await shop.query(statement);
  for (const index of TYPE_CASES.keys()) {
    await shop.query(caseTableSql(index));
    await shop.query(caseRowsSql(index));
  }
  const given = fixture.definitionOf(shop.url, { snapshot: { parallelTables: 8 } });
  const { definition, id } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await until('every table is pulled', async () => {
    const done = (await fixture.around.pulls.list(id, { limit: 1000 })).filter((pull) => pull.state === 'done');
    return done.length === TYPE_CASES.length ? true : `${done.length} of ${TYPE_CASES.length}`;
  });
  // The same rows once more, through the log.
  for (const index of TYPE_CASES.keys()) await shop.query(`UPDATE ${caseTable(index)} SET v = v`);
  await shop.query('CREATE TABLE the_end (id int PRIMARY KEY)');
  await until('the end comes', async () => {
    const pulls = await fixture.around.pulls.list(id);
    return pulls.some((pull) => pull.table === 'the_end' && pull.state === 'done') ? true : 'not yet';
  });
  const messages = await fixture.messages(definition.topic);
  const client = new pg.Client({
    ...clientConfig(definition.connection, 'test'),
    types: { getTypeParser: () => (text: string) => text } as never,
  });
  await client.connect();
  let cases = 0;
  const wrong: unknown[] = [];
  for (const [index, { type }] of TYPE_CASES.entries()) {
    const table = caseTable(index);
    const expected = await client.query<{ id: string; v: string | null }>(`SELECT id, v FROM ${table} ORDER BY id`);
    const all = rowsOf(messages, table);
    const field = messages
      .find(({ message }) => message.namespace.split('.')[3] === table && message.fields.length > 4)!
      .message.fields.find((each) => each.name === 'v')!;
    const byKey = (operation: string) =>
      new Map(all.filter((row) => row.ums_op_ === operation).map((row) => [String(row.id), row.v]));
    const [pulled, streamed] = [byKey('i'), byKey('u')];
    for (const row of expected.rows) {
      cases++;
      const value = pulled.get(row.id);
      const rendered = value === undefined ? 'no row' : renderAsPostgres(field, value as never);
      if (rendered !== row.v || JSON.stringify(value) !== JSON.stringify(streamed.get(row.id))) {
        wrong.push({ type, expected: row.v, rendered, pulled: value, streamed: streamed.get(row.id) });
      }
    }
  }
  await client.end();
  expect(wrong).toEqual([]);
  expect(cases).toBeGreaterThanOrEqual(150);
});

/** Type of the key → values in SQL; each sorts in its own way. */
const KEYS: Record<string, string[]> = {
  smallint: ['-32768', '0', '32767', '5', '7'],
  bigint: ["'-9223372036854775808'", '0', "'9223372036854775807'", '5', '7'],
  'numeric(30,5)': ["'NaN'", '-1.5', '10', '9.99999', "'12345678901234567890.12345'"],
  'double precision': ["'NaN'", "'Infinity'", "'-Infinity'", '0.1', "'1e-300'", '2'],
  text: [`''`, `'a'`, `'B'`, `E'tab\\tnew\\nline'`, `E'back\\\\slash'`, `'it''s'`, `'é'`, `'😀'`, `'\\N'`, `'NULL'`],
  'varchar(10)': [`'a '`, `'a'`, `'b'`, `' '`],
  'char(4)': [`'a'`, `'b'`, `''`, `'zz'`],
  uuid: [
    `'00000000-0000-0000-0000-000000000000'`,
    `'ffffffff-ffff-ffff-ffff-ffffffffffff'`,
    'gen_random_uuid()',
    'gen_random_uuid()',
  ],
  bytea: [`'\\x'`, `'\\x00'`, `'\\x5c'`, `'\\xff'`, `'\\x0009'`],
  boolean: ['true', 'false'],
  date: [`'-infinity'`, `'infinity'`, `'0044-03-15 BC'`, `'2026-01-01'`, `'12026-01-01'`],
  timestamptz: [`'-infinity'`, `'infinity'`, `'2026-01-01 00:00:00.123456+02'`, `'2026-01-01 00:00:00+00'`],
  interval: [`'1 day'`, `'-1 month'`, `'25 hours'`, `'00:00:00.000001'`],
  mood: [`'sad'`, `'happy'`, `'it''s odd, \\ really'`],
  'int[]': [`'{}'`, `'{1,2}'`, `'{1,NULL}'`, `'{2}'`],
  inet: [`'10.0.0.1'`, `'10.0.0.0/8'`, `'::1'`],
  'bit varying(8)': [`B'1'`, `B'10'`, `B'01'`],
  pg_lsn: [`'0/0'`, `'1/FF'`, `'0/10'`],
};

test('chunks of two rows find every row once, whatever the type of the key', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query(`CREATE TYPE mood AS ENUM ('sad', 'happy', 'it''s odd, \\ really')`);
  const types = Object.entries(KEYS);
  for (const [index, [type, values]] of types.entries()) {
    await shop.query(`CREATE TABLE key_${index} (part int, "The Key" ${type}, PRIMARY KEY ("The Key", part))`);
    const rows = values.flatMap((value) => [1, 2, 3].map((part) => `(${part}, ${value})`));
    await shop.query(`INSERT INTO key_${index} VALUES ${rows.join(', ')}`);
  }
  const given = fixture.definitionOf(shop.url, { snapshot: { chunkRows: 2, parallelTables: 8 } });
  const { definition, id } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await until('every table is pulled', async () => {
    const pulls = await fixture.around.pulls.list(id, { limit: 1000 });
    const failed = pulls.find((pull) => pull.state === 'failed');
    if (failed !== undefined) throw new Error(`${types[Number(failed.table.slice(4))]![0]}: ${failed.reason?.message}`);
    const done = pulls.filter((pull) => pull.state === 'done');
    return done.length === types.length ? true : `${done.length} of ${types.length}`;
  });
  const messages = await fixture.messages(definition.topic);
  for (const [index, [type, values]] of types.entries()) {
    const keys = rowsOf(messages, `key_${index}`).map((row) => JSON.stringify([row.part, row['The Key']]));
    expect(keys.length, type).toBe(values.length * 3);
    expect(new Set(keys).size, type).toBe(values.length * 3);
  }
});
