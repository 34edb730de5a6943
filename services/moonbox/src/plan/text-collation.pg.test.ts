/** Shows on a Postgres that orders by a language what the gateway promises of texts: the same rows, in the order of bytes, whatever a text is made of. */
import { openReader } from '@rtdp/stores/readers';
import type { ServerFacts } from '@rtdp/stores/scan-contract';
import { testPostgres } from '@rtdp/testing/postgres';
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';

import { comparable, TwoStores } from './testing/two-stores.ts';

const COLUMNS = 'id int primary key, t text, n int, j jsonb, c char(4)';
const ROWS = [
  ['1', 'abc', '1', '{"a":"ä","b":"B"}', 'x'],
  ['2', 'ABC', '2', '{"a":"b","b":"a"}', 'x y'],
  ['3', null, null, null, null],
  ['4', 'Äbc', '-7', '{"a":"B","b":"b"}', 'X'],
  ['5', '', '9', '{"a":"A","b":"Z"}', 'y'],
];

let stores: TwoStores;
let german: pg.Client;
let germanFacts: ServerFacts;
let admin: pg.Client;

beforeAll(async () => {
  stores = await TwoStores.open([{ name: 'note', store: 'pg', postgres: COLUMNS, rows: ROWS }]);
  const { url } = await testPostgres();
  admin = new pg.Client({ connectionString: url });
  await admin.connect();
  const name = `german_${process.pid}`;
  await admin.query(
    `create database ${name} template template0 encoding 'UTF8' locale 'C' locale_provider icu icu_locale 'de-DE'`,
  );
  const there = new URL(url);
  there.pathname = `/${name}`;
  german = new pg.Client({ connectionString: there.href });
  await german.connect();
  const reader = await openReader({ kind: 'postgres', url: there.href });
  germanFacts = await reader.serverFacts();
  await reader.close();
  await german.query(`create table note (${COLUMNS})`);
  for (const row of ROWS) await german.query('insert into note values ($1, $2, $3, $4, $5)', row);
});

afterAll(async () => {
  await german?.end();
  await admin?.query(`drop database german_${process.pid}`);
  await admin?.end();
  await stores?.[Symbol.asyncDispose]();
});

const STATEMENTS = [
  `select id from pg.note order by j ->> 'a', id`,
  `select id, j ->> 'a' as k from pg.note order by k, id`,
  `select id, j ->> 'a' from pg.note order by 2, 1`,
  `select id from pg.note where j ->> 'a' < 'a' order by id`,
  `select id from pg.note where t between 'A' and 'a' order by id`,
  `select id from pg.note where j ->> 'a' between 'A' and 'a' order by id`,
  `select id from pg.note where 'b' between (j ->> 'a') and 'z' order by id`,
  `select id from pg.note where 'a' not between (j ->> 'b') and (j ->> 'a') order by id`,
  `select id, n::text::int + 1, (j ->> 'a')::char(1), (n::text || 'x')::varchar(2) from pg.note order by n::text, id`,
  `select id from pg.note where (j ->> 'a') like '%b' or (j ->> 'a') in ('A', 'ä') order by j ->> 'a' desc nulls last, id`,
  `select coalesce(j ->> 'a', n::text, '-'), nullif(j ->> 'a', 'b') from pg.note order by 1, 2`,

  `select min(j ->> 'a'), max(j ->> 'b') from pg.note`,
  `select id, greatest(j ->> 'a', t) from pg.note order by id`,
  `select id from pg.note where (j ->> 'a', id) < ('b', 1) order by id`,
  `select distinct on (j ->> 'a') j ->> 'a', id from pg.note order by j ->> 'a', id`,
  `select distinct j ->> 'a' from pg.note order by j ->> 'a'`,
  `select string_agg(distinct j ->> 'a', ',' order by j ->> 'a') from pg.note`,
  `select n::text, length(n::text), count(*) from pg.note group by 1 order by 1`,
  `select coalesce(t, '-') from pg.note where t > 'a' group by 1 having coalesce(t, '-') <> 'x' order by 1`,
  `select left(t, 1) as k, left(t, 1) = 'a' from pg.note group by 1 order by 1`,
  `select t || '', upper(t || '') from pg.note group by 1 order by 1`,
  `select lower(t) from pg.note group by 1 having lower(t) <> '' order by 1`,
  `select n::text, id, count(*) from pg.note group by grouping sets ((n::text, id), (n::text)) order by 1, 2`,
  `select n::text, grouping(n::text), count(*) from pg.note group by rollup (1) order by 2, 1`,
  `select n::text as k, count(*) from pg.note group by 1 having min(n::text) < 'z' order by k`,
  `select id, rank() over (order by j ->> 'a') from pg.note order by id`,
  `select q.k from (select j ->> 'a' as k from pg.note) q order by q.k`,
  `with q as (select j ->> 'a' as k from pg.note) select max(k) from q`,
  `select j ->> 'a' as k from pg.note union select t from pg.note order by 1`,
  `with recursive r as (select 'a' as k, 1 as i union all select r.k || n::text, i + 1 from r, pg.note where i < 2 and n > 0) select k from r order by i, length(k), 1 limit 1`,
  `select id from pg.note where t ilike 'äBC' order by t`,
  `select id from (select id, j ->> 'a' as k from pg.note) q where k ilike 'Ä' order by k`,
  `select id, upper(t), initcap(t) from pg.note order by upper(t), id`,
  `select upper(k) from (select j ->> 'a' as k from pg.note) q order by k`,
  `select upper(greatest(j ->> 'a', '0')) from pg.note order by 1`,
];

test.each(STATEMENTS)('%s', async (sql) => {
  const facts = new Map<string, ServerFacts>(stores.context().facts);
  facts.set('pg', germanFacts);
  const { whole } = stores.plan(sql, { facts });
  expect(whole, 'one source answers it').toBeDefined();
  const { rows } = await german.query({
    text: whole!.sql,
    values: [...(whole!.parameters ?? [])],
    rowMode: 'array',
    types: { getTypeParser: () => (text: string) => text },
  });
  expect(comparable(rows, true), whole!.sql).toEqual(comparable(await stores.expected(sql), true));
});

test('where nothing is ordered nothing is said, so that indexes serve', () => {
  const facts = new Map<string, ServerFacts>(stores.context().facts);
  facts.set('pg', germanFacts);
  for (const sql of [`select id from pg.note where j ->> 'a' = 'b'`, `select upper(t) from pg.note where t = 'abc'`])
    expect(stores.plan(sql, { facts }).whole!.sql).not.toMatch(/COLLATE/);
});
