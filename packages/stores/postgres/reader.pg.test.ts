/** Runs the readers' contract against a real Postgres, and shows what only Postgres has. */
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { CutProxy } from '../cut-proxy.ts';
import { describeReader, rowsOf } from '../reader-contract.ts';
import { openReader } from '../readers.ts';

describeReader(
  {
    kind: 'postgres',
    fillNumbers: (count) =>
      `INSERT INTO numbers SELECT n, CASE WHEN n % 7 = 0 THEN NULL ELSE 'word ' || n END FROM generate_series(1, ${count}) n`,
    slow: (mark) => `SELECT pg_sleep(60), '${mark}'`,
    byParameters: 'n = $1 AND word = $2',
    values: [
      { sql: 'true', typeText: 'boolean', text: true },
      { sql: '(-32768)::smallint', typeText: 'smallint', text: -32_768 },
      { sql: '(-9223372036854775808)::bigint', typeText: 'bigint', text: -9_223_372_036_854_775_808n },
      { sql: '4294967296', typeText: 'bigint', text: 4_294_967_296n },
      { sql: '(-4294967297)', typeText: 'bigint', text: -4_294_967_297n },
      { sql: `'NaN'::float8`, typeText: 'double precision', text: Number.NaN },
      { sql: `'-Infinity'::float8`, typeText: 'double precision', text: Number.NEGATIVE_INFINITY },
      { sql: '0.1::real', typeText: 'real', text: '0.1' },
      { sql: '1.50::numeric(12,2)', typeText: 'numeric(12,2)', text: '1.50' },
      { sql: '1::numeric / 3', typeText: 'numeric', text: '0.33333333333333333333' },
      { sql: `' 雪 🐎 '`, typeText: 'text', text: ' 雪 🐎 ' },
      { sql: `''`, typeText: 'text', text: '' },
      { sql: 'NULL::int', typeText: 'integer', text: null },
      { sql: `'ab'::char(4)`, typeText: 'character(4)', text: 'ab  ' },
      { sql: `'ab'::varchar(9)`, typeText: 'character varying(9)', text: 'ab' },
      { sql: `'0044-03-15 BC'::date`, typeText: 'date', text: '0044-03-15 BC' },
      {
        sql: `'2024-01-01 10:00:00.5'::timestamp(3)`,
        typeText: 'timestamp(3) without time zone',
        text: '2024-01-01 10:00:00.5',
      },
      {
        sql: `'2024-01-01 10:00:00+02'::timestamptz`,
        typeText: 'timestamp with time zone',
        text: '2024-01-01 08:00:00+00',
      },
      { sql: `'1 day 02:00'::interval`, typeText: 'interval', text: '1 day 02:00:00' },
      { sql: `'\\x00ff'::bytea`, typeText: 'bytea', text: '\\x00ff' },
      { sql: `'{"b": 1, "a": null}'::jsonb`, typeText: 'jsonb', text: '{"a": null, "b": 1}' },
      { sql: `ARRAY[1, NULL]`, typeText: 'integer[]', text: '{1,NULL}' },
      { sql: `'10.0.0.1/8'::inet`, typeText: 'inet', text: '10.0.0.1/8' },
    ],
  },
  async () => {
    // A server's own settings must not reach the texts.
    const database = await testPostgres({
      settings: { timezone: 'Asia/Shanghai', datestyle: 'SQL, DMY', bytea_output: 'escape' },
    });
    return {
      url: database.url,
      execute: (sql) => database.query(sql),
      running: async (part) => {
        const { rows } = await database.query<{ count: number }>(
          `SELECT count(*)::int AS count FROM pg_stat_activity
            WHERE datname = $1 AND state = 'active' AND strpos(query, $2) > 0 AND pid <> pg_backend_pid()`,
          [database.name, part],
        );
        return rows[0]!.count;
      },
      [Symbol.asyncDispose]: () => database.drop(),
    };
  },
);

test('what a statement sets is gone with it, and nothing is written by any way', async () => {
  await using database = await testPostgres();
  await database.query('CREATE TABLE t (a integer); CREATE SEQUENCE s');
  const reader = await openReader({ kind: 'postgres', url: database.url, connections: 1 });
  const ask = async (sql: string) => rowsOf(await reader.scan({ sql }));
  for (const sql of [
    'SET default_transaction_read_only = off',
    'SET TRANSACTION READ WRITE',
    `SELECT set_config('default_transaction_read_only', 'off', false), set_config('TimeZone', 'Asia/Tokyo', false)`,
    'COMMIT',
    'DISCARD PLANS',
    // Takes our own statements away, and is the only one that hears of it.
    'DEALLOCATE ALL',
  ]) {
    if (sql === 'DEALLOCATE ALL') await expect(ask(sql)).rejects.toMatchObject({ facts: { sqlState: '26000' } });
    else await ask(sql);
    for (const write of ['INSERT INTO t VALUES (1)', `SELECT nextval('s')`, 'CREATE TABLE u (a integer)']) {
      await expect(ask(write)).rejects.toMatchObject({ code: 'STORE_QUERY_FAILED', facts: { sqlState: '25006' } });
    }
    expect(await ask(`SELECT current_setting('TimeZone')`)).toEqual([['UTC']]);
  }
  await reader.close();
});

test('what an owner has set of how a statement is understood changes no answer', async () => {
  await using database = await testPostgres({
    settings: { transform_null_equals: 'on', array_nulls: 'off', quote_all_identifiers: 'on' },
  });
  await database.query('CREATE TABLE t (a text, n integer); INSERT INTO t VALUES (NULL, NULL)');
  const reader = await openReader({ kind: 'postgres', url: database.url, connections: 1 });
  const sql = `SELECT count(*) FILTER (WHERE n = NULL), bool_and('{NULL}'::text[] = ARRAY[NULL::text]) FROM t`;
  expect(await rowsOf(await reader.scan({ sql }))).toEqual([[0n, true]]);
  const [table] = await reader.introspect();
  expect(table!.columns.map(({ typeText }) => typeText)).toEqual(['text', 'integer']);
  await reader.close();
});

test('what an owner has set of how many rows an index may give leaves none out', async () => {
  await using database = await testPostgres({ settings: { gin_fuzzy_search_limit: '1', enable_seqscan: 'off' } });
  await database.query(`CREATE TABLE t AS SELECT ARRAY[i % 2] AS a FROM generate_series(1, 20000) i;
    CREATE INDEX ON t USING gin (a); ANALYZE t`);
  const reader = await openReader({ kind: 'postgres', url: database.url, connections: 1 });
  expect(await rowsOf(await reader.scan({ sql: 'SELECT count(*) FROM t WHERE a @> ARRAY[0]' }))).toEqual([[10000n]]);
  await reader.close();
});

test('no path of an owner puts functions and operators of their own before those of Postgres', async () => {
  await using database = await testPostgres();
  await database.query(`CREATE SCHEMA own; CREATE TABLE own.t (a text); INSERT INTO own.t VALUES ('ABC');
    CREATE FUNCTION public.lower(text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'mine' $$;
    CREATE FUNCTION public.never(text, text) RETURNS boolean LANGUAGE sql IMMUTABLE AS $$ SELECT false $$;
    CREATE OPERATOR public.= (LEFTARG = text, RIGHTARG = text, FUNCTION = public.never);
    CREATE OPERATOR public.< (LEFTARG = text, RIGHTARG = text, FUNCTION = public.never);
    CREATE FUNCTION own.rows() RETURNS bigint LANGUAGE plpgsql STABLE AS $$ BEGIN RETURN (SELECT count(*) FROM t); END $$;
    CREATE VIEW own.v AS SELECT own.rows() AS rows`);
  for (const path of ['own, public, pg_catalog', '""', '']) {
    await database.query(
      `SELECT set_config('search_path', '${path}', true); ALTER DATABASE ${database.name} SET search_path FROM CURRENT`,
    );
    const reader = await openReader({ kind: 'postgres', url: database.url, connections: 1 });
    const own = `SELECT lower(a), a = 'ABC', 'A' < a FROM own.t`;
    expect(await rowsOf(await reader.scan({ sql: own }))).toEqual([['abc', true, true]]);
    if (path.startsWith('own')) {
      expect(await rowsOf(await reader.scan({ sql: 'SELECT rows FROM own.v' }))).toEqual([[1n]]);
    }
    await reader.close();
  }
});

test('groups get more memory than a server gives by itself, unless its owner has decided', async () => {
  await using database = await testPostgres({ settings: { work_mem: '1MB' } });
  const memory = async () => {
    const reader = await openReader({ kind: 'postgres', url: database.url, connections: 1 });
    const rows = await rowsOf(await reader.scan({ sql: `SELECT current_setting('work_mem')` }));
    await reader.close();
    return rows;
  };
  expect(await memory()).toEqual([['1MB']]);
  await database.query(`ALTER DATABASE ${database.name} RESET work_mem`);
  expect(await memory()).toEqual([['32MB']]);
});

test('a scan whose types cannot be named ends at the source too, and gives its session back', async () => {
  await using database = await testPostgres();
  await database.query("CREATE TYPE mood AS ENUM ('glad')");
  await using proxy = await CutProxy.before(database.url);
  const reader = await openReader({ kind: 'postgres', url: proxy.url, connections: 1 });
  await reader.check();
  proxy.refuse(true);
  const sql = `SELECT 'glad'::mood, a FROM generate_series(1, 9000) a, generate_series(1, 9000) b`;
  await expect(reader.scan({ sql })).rejects.toMatchObject({ code: 'STORE_UNREACHABLE' });
  proxy.refuse(false);
  expect(await rowsOf(await reader.scan({ sql: `SELECT 'glad'::mood`, timeoutMs: 10_000 }))).toEqual([['glad']]);
  await reader.close();
});

test('tells tables, views, keys, domains, collations and only what may be read', async () => {
  await using database = await testPostgres();
  await database.query(`
    CREATE SCHEMA shop;
    CREATE DOMAIN shop.price AS numeric(12,2) NOT NULL;
    CREATE TYPE shop.mood AS ENUM ('sad', 'glad');
    CREATE COLLATION shop.nocase (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
    CREATE TABLE shop.orders (
      region text COLLATE "C", id bigint, price shop.price, mood shop.mood, email text COLLATE shop.nocase, at timestamptz(3), gone integer,
      PRIMARY KEY (id, region)
    ) PARTITION BY HASH (id);
    CREATE TABLE shop.orders_0 PARTITION OF shop.orders FOR VALUES WITH (modulus 1, remainder 0);
    ALTER TABLE shop.orders DROP COLUMN gone;
    CREATE UNIQUE INDEX ON shop.orders (id, region, at) INCLUDE (price);
    CREATE INDEX ON shop.orders (lower(region));
    CREATE INDEX ON shop.orders (at) WHERE at IS NOT NULL;
    COMMENT ON TABLE shop.orders IS 'All orders';
    COMMENT ON COLUMN shop.orders.price IS 'in euros';
    CREATE VIEW shop.glad AS SELECT id FROM shop.orders WHERE mood = 'glad';
    INSERT INTO shop.orders SELECT 'eu', n, 1, 'glad', 'a', now() FROM generate_series(1, 500) n;
    ANALYZE shop.orders;`);
  const reader = await openReader({ kind: 'postgres', url: database.url });
  const [glad, orders, ...others] = await reader.introspect();
  expect(others).toEqual([]);
  expect([glad?.kind, glad?.rowEstimate, glad?.columns.map(({ name }) => name)]).toEqual(['view', null, ['id']]);
  expect(orders).toMatchObject({
    schema: 'shop',
    name: 'orders',
    kind: 'table',
    rowEstimate: 500,
    primaryKey: ['id', 'region'],
    comment: 'All orders',
  });
  expect(orders!.indexes).toEqual([
    { name: 'orders_id_region_at_price_idx', columns: ['id', 'region', 'at'], unique: true },
    { name: 'orders_pkey', columns: ['id', 'region'], unique: true },
  ]);
  expect(
    orders!.columns.map(({ name, type, typeText, nullable, exact }) => [name, type.name, typeText, nullable, exact]),
  ).toEqual([
    ['region', 'text', 'text', false, true],
    ['id', 'int8', 'bigint', false, true],
    ['price', 'numeric', 'shop.price', false, true],
    ['mood', 'opaque', 'shop.mood', true, false],
    ['email', 'text', 'text', true, false],
    ['at', 'timestamptz', 'timestamp(3) with time zone', true, true],
  ]);
  expect(orders!.columns.map(({ collation, comment }) => [collation, comment])).toEqual([
    ['C', null],
    [null, null],
    [null, 'in euros'],
    [null, null],
    ['nocase', null],
    [null, null],
  ]);
  const secret = `reader_${database.name}`;
  await database.query(
    `CREATE ROLE ${secret} LOGIN PASSWORD 'x'; GRANT USAGE ON SCHEMA shop TO ${secret}; GRANT SELECT (id) ON shop.orders TO ${secret}`,
  );
  const url = new URL(database.url);
  url.username = secret;
  url.password = 'x';
  const narrow = await openReader({ kind: 'postgres', url: url.href });
  expect((await narrow.introspect()).map(({ name, columns }) => [name, columns.map((column) => column.name)])).toEqual([
    ['orders', ['id']],
  ]);
  expect(await narrow.introspect({ schemas: ['public', 'a"b'] })).toEqual([]);
  expect(await reader.serverFacts()).toMatchObject({
    product: 'postgres',
    collation: 'C.UTF-8',
    encoding: 'UTF8',
    timeZone: 'UTC',
  });
  await Promise.all([reader.close(), narrow.close()]);
  await database.query(`DROP OWNED BY ${secret}; DROP ROLE ${secret}`);
});
