/** Runs the readers' contract against a real MariaDB, and shows what only MySQL's kind has. */
import { testMariaDb } from '@rtdp/testing/mariadb';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { expect, test } from 'vitest';
import { describeReader, rowsOf } from '../reader-contract.ts';
import { openReader } from '../readers.ts';
import { serverVersion, sessionSettings } from './version.ts';

describeReader(
  {
    kind: 'mysql',
    fillNumbers: (count) =>
      `INSERT INTO numbers SELECT seq, IF(seq % 7 = 0, NULL, CONCAT('word ', seq)) FROM seq_1_to_${count}`,
    slow: (mark) => `SELECT SLEEP(60), '${mark}'`,
    byParameters: 'n = CAST(? AS SIGNED) AND word = ?',
    values: [
      { sql: 'CAST(-9223372036854775808 AS SIGNED)', typeText: 'bigint', text: -9_223_372_036_854_775_808n },
      { sql: 'CAST(18446744073709551615 AS UNSIGNED)', typeText: 'numeric(20,0)', text: '18446744073709551615' },
      { sql: '1.50', typeText: 'numeric(3,2)', text: '1.50' },
      { sql: 'CAST(-0.5 AS DECIMAL(12,2))', typeText: 'numeric(12,2)', text: '-0.50' },
      { sql: '0.1e0', typeText: 'double precision', text: 0.1 },
      { sql: `' 雪 🐎 '`, typeText: 'text', text: ' 雪 🐎 ' },
      { sql: `'a\\b''c' || '"'`, typeText: 'text', text: `a\\b'c"` },
      { sql: `''`, typeText: 'text', text: '' },
      { sql: 'NULL', typeText: 'text', text: null },
      { sql: `x'00ff'`, typeText: 'bytea', text: '\\x00ff' },
      { sql: `DATE '2024-02-29'`, typeText: 'date', text: '2024-02-29' },
      {
        sql: `CAST('2024-01-01 10:00:00' AS DATETIME)`,
        typeText: 'timestamp(0) without time zone',
        text: '2024-01-01 10:00:00',
      },
      {
        sql: `CAST('2024-01-01 10:00:00.050' AS DATETIME(6))`,
        typeText: 'timestamp(6) without time zone',
        text: '2024-01-01 10:00:00.05',
      },
      { sql: `CAST('-838:59:59' AS TIME)`, typeText: 'time', text: '-838:59:59' },
      { sql: `b'101'`, typeText: 'bytea', text: '\\x05' },
      { sql: `REPEAT('x', 300)`, typeText: 'text', text: 'x'.repeat(300) },
      { sql: `LENGTH(REPEAT('x', 70000))`, typeText: 'integer', text: 70_000 },
    ],
  },
  async () => {
    const database = await testMariaDb();
    return {
      url: database.url,
      execute: (sql) => database.query(sql),
      running: async (part) => {
        const rows = await database.query<{ info: string }>(
          `SELECT info FROM information_schema.processlist WHERE db = '${database.name}' AND info LIKE '%${part}%' AND info NOT LIKE '%processlist%'`,
        );
        return rows.length;
      },
      [Symbol.asyncDispose]: () => database.drop(),
    };
  },
);

const EVERY_TYPE = `CREATE TABLE every_type (
  id bigint unsigned PRIMARY KEY, tiny tinyint(1), tiny_u tinyint unsigned, small_u smallint unsigned, medium_u mediumint unsigned, whole int,
  whole_u int(10) unsigned zerofill, big bigint, price decimal(12,2), huge decimal(65,30), single float, ratio double, flags bit(12),
  day date, at datetime(6), stamp timestamp NULL, clock time(3), born year, letters char(5), words varchar(30), latin varchar(9) CHARACTER SET latin1,
  raw varbinary(8), kind enum('b','a'), picks set('x','y'), doc json, code uuid, address inet6, place point,
  exactly varchar(9) COLLATE utf8mb4_nopad_bin COMMENT 'as it is',
  KEY by_words (words(5)), UNIQUE KEY by_day (day, whole)
) COMMENT 'of every type'`;

const EXPECTED: readonly (readonly [name: string, type: string, exact: boolean, low: unknown, high: unknown])[] = [
  ['id', 'numeric', true, '0', '18446744073709551615'],
  ['tiny', 'int2', true, -128, 127],
  ['tiny_u', 'int2', true, 0, 255],
  ['small_u', 'int4', true, 0, 65_535],
  ['medium_u', 'int4', true, 0, 16_777_215],
  ['whole', 'int4', true, -2_147_483_648, 2_147_483_647],
  ['whole_u', 'int8', true, 7n, 4_294_967_295n],
  ['big', 'int8', true, -9_223_372_036_854_775_808n, 9_223_372_036_854_775_807n],
  ['price', 'numeric', true, '-9999999999.99', '0.10'],
  [
    'huge',
    'numeric',
    true,
    '-0.000000000000000000000000000001',
    '99999999999999999999999999999999999.000000000000000000000000000000',
  ],
  ['single', 'float4', false, '0.1', '1.6777216e+07'],
  ['ratio', 'float8', true, 0.1, 1e300],
  ['flags', 'opaque', false, '000000000101', '111111111111'],
  ['day', 'date', true, '1000-01-01', '9999-12-31'],
  ['at', 'timestamp', true, '2024-01-01 00:00:00', '2024-06-01 23:59:59.000001'],
  ['stamp', 'timestamptz', true, '2024-01-01 10:00:00+00', '2038-01-19 03:14:07+00'],
  ['clock', 'opaque', false, '-01:02:03.5', '838:59:59'],
  ['born', 'int4', true, 1901, 2155],
  ['letters', 'text', false, 'ab', ''],
  ['words', 'varchar', false, 'a  ', 'A'],
  ['latin', 'varchar', false, 'é', '€'],
  ['raw', 'bytea', false, '\\x00ff', '\\x'],
  ['kind', 'text', false, 'b', 'a'],
  ['picks', 'text', false, 'x,y', ''],
  ['doc', 'text', false, '{"a": 1}', '[]'],
  ['code', 'uuid', false, 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11', 'ffffffff-9c0b-4ef8-bb6d-6bb9bd380a11'],
  ['address', 'opaque', false, '2001:db8::1', '::'],
  ['place', 'opaque', false, null, null],
  ['exactly', 'varchar', true, 'a ', 'A'],
];

test('every type of a table comes as the Postgres type that holds all its values', async () => {
  await using database = await testMariaDb({ collation: 'utf8mb4_general_ci' });
  await database.query(EVERY_TYPE);
  const quote = (value: unknown, name: string): string => {
    if (value === null) return 'NULL';
    if (name === 'flags') return `b'${value}'`;
    if (name === 'raw') return `x'${String(value).slice(2)}'`;
    return `'${String(value).replace(/\+00$/, '')}'`;
  };
  await database.query(`SET time_zone = '+00:00'`);
  for (const at of [3, 4] as const) {
    await database.query(
      `INSERT INTO every_type VALUES (${EXPECTED.map((each) => quote(each[at], each[0])).join(', ')})`,
    );
  }
  const reader = await openReader({ kind: 'mysql', url: database.url });
  const [table, ...others] = await reader.introspect();
  expect(others).toEqual([]);
  expect(table!.columns.map(({ name, type, exact }) => [name, type.name, exact])).toEqual(
    EXPECTED.map(([name, type, exact]) => [name, type, exact]),
  );
  expect(table).toMatchObject({
    schema: database.name,
    name: 'every_type',
    kind: 'table',
    primaryKey: ['id'],
    comment: 'of every type',
  });
  expect(table!.indexes).toEqual([
    { name: 'by_day', unique: true, columns: ['day', 'whole'] },
    { name: 'PRIMARY', unique: true, columns: ['id'] },
  ]);
  expect(table!.columns.at(-1)).toMatchObject({
    typeText: 'varchar(9)',
    collation: 'utf8mb4_nopad_bin',
    comment: 'as it is',
    nullable: true,
  });
  const columns = table!.columns.map(({ name, type, typeText }) => ({ name, type, typeText }));
  for (const scan of [{ columns }, {}]) {
    const rows = await rowsOf(await reader.scan({ sql: 'SELECT * FROM every_type ORDER BY id', ...scan }));
    expect(rows[0]).toEqual(EXPECTED.map((each) => each[3]));
    expect(rows[1]).toEqual(EXPECTED.map((each) => each[4]));
  }
  expect(await reader.serverFacts()).toMatchObject({
    product: 'mariadb',
    collation: 'utf8mb4_general_ci',
    encoding: 'utf8mb4',
    timeZone: 'UTC',
  });
  await reader.close();
});

test('what an owner has set of how many rows a statement may give cuts off none', async () => {
  await using database = await testMariaDb();
  const { host, port, user, password } = database;
  const session = await createConnection({ host, port, user, password, database: database.name });
  const [[server]] = await session.query<RowDataPacket[]>('SELECT version() AS version');
  await session.query('SET SESSION sql_select_limit = 1');
  for (const statement of sessionSettings(serverVersion(server!.version))) await session.query(statement);
  const [rows] = await session.query<RowDataPacket[]>('SELECT seq FROM seq_1_to_3');
  expect(rows.map(({ seq }) => Number(seq))).toEqual([1, 2, 3]);
  await session.end();
});

test('a zero date is no NULL and no date: its column is not compared at the source, and reading it says which table and column', async () => {
  await using database = await testMariaDb();
  await database.query('CREATE TABLE days (id int PRIMARY KEY, good date, bad date, worse datetime)');
  await database.query(`INSERT INTO days VALUES (1, '2024-01-01', '0000-00-00', '2024-00-10 01:00:00')`);
  const reader = await openReader({ kind: 'mysql', url: database.url });
  const [table] = await reader.introspect();
  expect(table!.columns.map(({ name, exact }) => [name, exact])).toEqual([
    ['id', true],
    ['good', true],
    ['bad', false],
    ['worse', false],
  ]);
  await expect(reader.scan({ sql: 'SELECT bad AS d FROM days' })).rejects.toMatchObject({
    code: 'STORE_RESULT_TYPE',
    message: 'column "bad" of table "days" holds "0000-00-00", which is not a value of type date',
  });
  await expect(reader.scan({ sql: 'SELECT worse FROM days' })).rejects.toMatchObject({
    facts: { value: '2024-00-10 01:00:00' },
  });
  // What comes later is seen by the next look.
  await database.query(`INSERT INTO days VALUES (2, '2024-00-01', NULL, NULL)`);
  const [again] = await reader.introspect();
  expect(again!.columns.map(({ exact }) => exact)).toEqual([true, false, false, false]);
  await database.query('DELETE FROM days WHERE id = 2');
  expect(await rowsOf(await reader.scan({ sql: `SELECT CAST(bad AS CHAR), good FROM days` }))).toEqual([
    ['0000-00-00', '2024-01-01'],
  ]);
  await reader.close();
});
