/** Where the stores mean something else than Postgres by the same SQL: each query over both gives what one Postgres gives, or is refused with a reason. */
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { openTrapTables } from './testing/trap-tables.ts';
import { comparable, type TwoStores } from './testing/two-stores.ts';

let stores: TwoStores;

beforeAll(async () => {
  stores = await openTrapTables();
});

afterAll(() => stores[Symbol.asyncDispose]());

const sentTo = (sql: string, parameters?: (string | null)[]): string[] => {
  const { whole, parts } = stores.plan(sql, parameters === undefined ? {} : { parameters });
  return [...(whole === undefined ? [] : [whole]), ...parts].map(
    (sent) => `${sent.store}: ${sent.sql.replaceAll(/`test_\w+`\./g, '')}`,
  );
};

/** Query, and what must (or must not) stand in what the sources are sent. */
const EQUAL: readonly { trap: string; sql: string; sent?: RegExp; kept?: RegExp; parameters?: (string | null)[] }[] = [
  {
    trap: 'a case-insensitive, padded collation narrows, and the bytes decide',
    sql: `select id from maria.word where t = 'abc' order by id`,
    sent: /WHERE \(`word`\.`t` = 'abc' AND `word`\.`t` COLLATE utf8mb4_nopad_bin = 'abc'\)/,
  },
  {
    trap: 'inequality under it is judged by bytes',
    sql: `select id from maria.word where t <> 'abc' order by id`,
    sent: /`t` COLLATE utf8mb4_nopad_bin <> 'abc'/,
  },
  {
    trap: 'order under it is that of bytes',
    sql: `select id from maria.word where t < 'b' order by t, id`,
    sent: /`t` COLLATE utf8mb4_nopad_bin < 'b'/,
  },
  {
    trap: 'an exact collation judges equality and order',
    sql: `select id from maria.word where e >= 'A' and e <> 'abc' order by id`,
    sent: /`e` >= 'A' AND `word`\.`e` <> 'abc'/,
  },
  {
    trap: 'trailing blanks count',
    sql: `select id from maria.word where e in ('abc ', ' ') order by id`,
    sent: /IN \('abc ', ' '\)/,
  },
  {
    trap: 'grouping by a case-insensitive column',
    sql: `select w.t, count(*) from maria.word w, pg.note group by w.t order by w.t`,
  },
  { trap: 'distinct over a case-insensitive column', sql: `select distinct upper(t) from maria.word order by 1` },
  {
    trap: 'joining texts of two stores',
    sql: `select w.id, n.id from maria.word w join pg.note n on w.t = n.t order by 1, 2`,
  },
  {
    trap: 'a text literal becomes a number as in Postgres',
    sql: `select id from maria.word where n = '0' order by id`,
    sent: /`n` = 0/,
  },
  {
    trap: 'integer division',
    sql: `select w.id, w.n / 2, w.n % 3, n.n / 4 from maria.word w, pg.note n where n.id = 1 order by 1`,
  },
  {
    trap: 'division guarded by the condition before it',
    sql: `select w.id, n.id from maria.word w join pg.note n on n.id = w.id where n.z <> 0 and w.n / n.z < 100 order by 1, 2`,
  },
  {
    trap: 'division guarded by CASE',
    sql: `select w.id, case when w.n <> 0 then 10 / w.n end from maria.word w order by 1`,
  },
  {
    trap: 'NaN is equal to itself and greater than all',
    sql: `select n.id, n.f from pg.note n, maria.word w where w.id = 1 and n.f > 1 order by n.f, n.id`,
  },
  { trap: 'minus zero', sql: `select n.id from pg.note n join maria.word w on w.f = n.f order by 1` },
  { trap: 'unsigned numbers go below zero', sql: `select id, u - 1 from maria.word order by id` },
  {
    trap: 'the greatest unsigned number',
    sql: `select id, u + 1 from maria.word where u > 9223372036854775807`,
    sent: /`u` > 9223372036854775807/,
  },
  {
    trap: 'moments of two stores',
    sql: `select w.id, n.id, w.at from maria.word w join pg.note n on w.at = n.at order by 1, 2`,
  },
  {
    trap: 'a moment with an offset',
    sql: `select id from maria.word where at >= timestamptz '2024-03-10 04:30:00+02' order by id`,
  },
  {
    trap: 'a wall clock beside a moment',
    sql: `select w.id from maria.word w, pg.note n where w.w::timestamptz > n.at and n.id = 2 order by 1`,
  },
  {
    trap: 'the day of a moment',
    sql: `select date_trunc('day', w.at), count(*) from maria.word w, pg.note n group by 1 order by 1`,
  },
  {
    trap: 'a number that a cast rounds',
    sql: `select id from maria.word where n = 1.6::int4 order by id`,
    kept: /1\.6/,
  },
  { trap: 'and one beside <', sql: `select id from maria.word where n > 1.5::int4 or n = -1.6::int4`, kept: /1\.[56]/ },
  {
    trap: 'a moment made a wall clock',
    sql: `select id from maria.word where w > timestamptz '2024-03-10 04:00+02'::timestamp order by id`,
    kept: /04:00/,
  },
  {
    trap: 'a wall clock made a moment',
    sql: `select id from maria.word where at > '2024-03-10 04:00+02'::timestamp::timestamptz order by id`,
    kept: /WHERE/,
  },
  {
    trap: 'a wall clock with an offset, beside a moment',
    sql: `select id from maria.word where at > '2024-03-10 04:00+02'::timestamp and w > '2024-03-10 04:00+02'::timestamptz order by id`,
    sent: /`at` > '2024-03-10 04:00:00' OR .*`word`\.`w` > '2024-03-10 02:00:00' OR /,
  },
  {
    trap: 'a text made of a number',
    sql: `select id from maria.word where e = 0e3::text or e = 00::text`,
    kept: /WHERE/,
  },
  {
    trap: 'a whole number cast to an integer type',
    sql: `select id from maria.word where n = 2::int8 or n = '3'::int4 order by id`,
    sent: /`n` = 2 OR `word`\.`n` = 3/,
  },
  {
    trap: 'LIKE with the default escape',
    sql: String.raw`select id from maria.word where e like 'a\%c' or e like 'a\_c' order by id`,
    sent: /LIKE _utf8mb4 x'/,
  },
  { trap: 'LIKE with its own escape', sql: `select id from maria.word where e like 'a!_c' escape '!' order by id` },
  { trap: 'LIKE with a backslash', sql: String.raw`select id from maria.word where e like 'a\\c' order by id` },
  { trap: 'LIKE looks at case', sql: `select id from maria.word where t like 'A%' order by id`, sent: /`t` LIKE 'A%'/ },
  {
    trap: 'NOT LIKE under a collation that folds is judged by bytes',
    sql: `select id from maria.word where t not like 'A%' order by id`,
    sent: /`t` COLLATE utf8mb4_nopad_bin NOT LIKE/,
  },
  { trap: 'ILIKE', sql: `select id from maria.word where e ilike 'AB%' order by id` },
  { trap: 'NULLs come last', sql: `select id, n from maria.word order by n, id limit 20` },
  { trap: 'NULLs come first when it goes down', sql: `select id, n from maria.word order by n desc, id limit 3` },
  {
    trap: 'NULLs where they are told to be',
    sql: `select id, n from maria.word order by n desc nulls last, id limit 5 offset 1`,
  },
  { trap: '|| joins texts', sql: `select id, e || '!' || n from maria.word order by id` },
  {
    trap: 'backslashes in a literal are themselves',
    sql: String.raw`select id from maria.word where e = '\n' or e = 'a\c' order by id`,
    sent: /_utf8mb4 x'5c6e'/,
  },
  { trap: 'quotes in a literal', sql: `select id from maria.word where e = 'o''x'` },
  { trap: 'an escape string', sql: String.raw`select id from maria.word where e = E'\\n' order by id` },
  {
    trap: 'the empty text is not NULL',
    sql: `select id, e is null, e = '' from maria.word where e = '' or e is null order by id`,
  },
  { trap: 'NOT IN with NULL', sql: `select id from maria.word where n not in (1, null) order by id` },
  {
    trap: 'NOT IN a subquery with NULL',
    sql: `select id from maria.word where n not in (select n from pg.note) order by id`,
  },
  { trap: 'decimals of 38 digits', sql: `select sum(d), max(d), min(d) from maria.word, pg.note where pg.note.id = 1` },
  {
    trap: 'decimals beyond the engine',
    sql: `select n.big * w.d, n.big + 1 from pg.note n join maria.word w on w.id = n.id order by n.id`,
  },
  {
    trap: 'numbers with another scale are equal',
    sql: `select count(distinct n.big), sum(n.big) from pg.note n, maria.word w where w.id = 1 and n.id in (2, 3)`,
  },
  {
    trap: 'grouping by them',
    sql: `select count(*), n.big > 0.5 from pg.note n, maria.word w group by n.big order by n.big`,
  },
  {
    trap: 'averages keep their digits',
    sql: `select avg(w.n), avg(w.u), avg(w.d), avg(w.f) from maria.word w, pg.note n where n.id = 4`,
  },
  {
    trap: 'blanks of char(n) do not count',
    sql: `select n.id from pg.note n join maria.word w on w.id = n.id where n.c = 'x' order by 1`,
  },
  {
    trap: 'texts are compared by bytes',
    sql: `select n.t, w.e from pg.note n, maria.word w where n.t < w.e order by w.e, n.t, w.id, n.id`,
  },
  {
    trap: 'a parameter is a value',
    sql: `select id from maria.word where e = $1 or n = $2 order by id`,
    parameters: ["x' or 1=1 -- \\", '2'],
  },
  {
    trap: 'a list parameter',
    sql: `select w.id from maria.word w join pg.note n on n.id = w.id where w.id = any($1) order by 1`,
    parameters: ['{1,2,4}'],
  },
  {
    trap: 'count of no rows',
    sql: `select (select count(*) from pg.note n where n.id = w.n), w.id from maria.word w order by 2`,
  },
  {
    trap: 'rows of an outer join that find nobody',
    sql: `select w.id, n.id from maria.word w left join pg.note n on n.id = w.n and n.z = 2 where n.id is null order by 1`,
  },
  {
    trap: 'constant moments are moved before they are sent',
    sql: `select id from maria.word where at > timestamptz '2024-03-11 02:30:00+00' - interval '1 day' and w < date '2024-02-10' + interval '1' month + interval '9 hours' order by id`,
    sent: /`at` > '2024-03-10 02:30:00' OR .*`word`\.`w` < '2024-03-10 09:00:00' OR /,
  },
  {
    trap: 'months have an end',
    sql: `select date '2024-01-31' + interval '1 month', date '2023-03-31' - interval '1' month, timestamp '2024-02-29 10:00:00.5' + interval '1 year 2 days 3 hours', w.id
      from maria.word w, pg.note n where w.id = 1 and n.id = 1`,
  },
  {
    trap: 'groups of a case-insensitive column',
    sql: `select t, count(*), sum(n), avg(n), avg(d), max(u), count(distinct n), min(t) from maria.word where id <> 2 group by t having count(*) > 0 order by t limit 20`,
    sent: /SELECT `word`\.`t` COLLATE utf8mb4_nopad_bin, COUNT\(\*\), .* GROUP BY `word`\.`t` COLLATE utf8mb4_nopad_bin$/,
  },
  {
    trap: 'aggregates of no rows',
    sql: `select count(*), sum(n), avg(n), min(e) from maria.word where id > 1000`,
    sent: /SELECT COUNT\(\*\)/,
  },
  {
    trap: 'the first rows in the order of bytes',
    sql: `select id, t as title from maria.word where n > -5 or n is null order by title desc, id limit 4 offset 2`,
    sent: /ORDER BY `word`\.`t` COLLATE utf8mb4_nopad_bin IS NULL DESC, `word`\.`t` COLLATE utf8mb4_nopad_bin DESC, `word`\.`id` ASC LIMIT 4 OFFSET 2$/,
  },
  {
    trap: 'distinct rows are not cut off early',
    sql: `select distinct n / 2 from maria.word order by 1 limit 3`,
    kept: /LIMIT/,
  },
  {
    trap: 'windows see all rows, here',
    sql: `select id, lag(n, 1, 0) over (order by id) from maria.word order by id limit 3`,
    kept: /LIMIT/,
  },
  {
    trap: 'and there',
    sql: `select id, sum(n) over (), rank() over (order by n desc) from maria.word order by id limit 3`,
    sent: /SUM\(`word`\.`n`\) OVER \(\) AS c1, RANK\(\) OVER \(ORDER BY `word`\.`n` IS NULL DESC, `word`\.`n` DESC\) AS c2 .* LIMIT 3$/,
  },
  {
    trap: 'another character set is only narrowed',
    sql: `select id from maria.word where l = 'abc' order by id`,
    sent: /WHERE `word`\.`l` = 'abc'$/,
  },
  { trap: 'and not grouped there', sql: `select l, count(*) from maria.word group by l order by l`, kept: /GROUP/ },
  {
    trap: 'one of two forms of a number',
    sql: `select n.big > 0.9 from pg.note n where n.id in (2, 3) union select w.d > 1 from maria.word w union select n.big > 5 from pg.note n order by 1`,
  },
  {
    trap: 'a union of numbers with different scales',
    sql: `select count(*) from (select n.big from pg.note n union select w.d from maria.word w where id = 3) as u`,
  },
  {
    trap: 'groups by units of time, and sums of products',
    sql: `select date_trunc('month', w) as month, date_trunc('week', at), extract(year from w), count(*), sum(u * n), avg(u - 1), sum(u * 2.5) from maria.word
      where id > 2 group by month, 2, extract(year from w) order by month, 2, 4`,
    sent: /SUM\(\(CAST\(`word`\.`u` AS DECIMAL\(20,0\)\) \* `word`\.`n`\)\).* GROUP BY CAST\(DATE_FORMAT\(IF\(9223372036854775807 .*, '%Y-%m-01'\) AS DATETIME\), CAST\(DATE_SUB\(/,
  },
  {
    trap: 'every unit of time',
    sql: `select date_trunc('minute', w), date_trunc('hour', at), date_trunc('day', w), date_trunc('quarter', at), date_trunc('year', w), extract(hour from w), extract(minute from at),
      extract(quarter from w), extract(day from w), count(*) from maria.word group by 1, 2, 3, 4, 5, 6, 7, 8, 9 order by 1, 2`,
    sent: /GROUP BY/,
  },
  {
    trap: 'a subquery is asked for each text around it, though the collation takes some for the same',
    sql: `select w.id, (select min(x.id) from maria.word x where x.t = w.t) from maria.word w order by w.id`,
    sent: /^maria: SELECT .*MIN/,
  },
  {
    trap: 'a subquery of a condition as well',
    sql: `select w.id, n.id from maria.word w, pg.note n where exists (select 1 from maria.word x where x.t = w.t and x.id > 2) order by 1, 2`,
  },
  {
    trap: 'the greatest text of a window is one for each row, also where rows are told apart by it',
    sql: `select distinct max(t) over (partition by n % 2), min(e) over () from maria.word order by 1, 2`,
  },
  {
    trap: 'texts of a window in order',
    sql: `select id, max(t) over (order by id) as x, lag(t) over (order by id) as y, last_value(e) over (order by n, id) from maria.word order by x desc, y, id`,
    sent: /LAG\(`word`\.`t` COLLATE/,
  },
  {
    trap: 'what of a text is taken and joined counts characters, keeps case, blanks and NULL',
    sql: String.raw`select id, length(t), octet_length(t), left(t, 2), right(t, 1), substring(t from 2 for 9), t || '|' || e, concat(t, null, e, '\'), btrim(t), ltrim(e), rtrim(t)
      from maria.word where left(t, 1) <> 'A' or length(t || ' ') = 1 or t is null order by id`,
    sent: /CHAR_LENGTH.*CONCAT/s,
  },
  {
    trap: 'rows are told apart by bytes in INTERSECT and EXCEPT',
    sql: `select t, n from maria.word where id > 1 except all select upper(t), n from maria.word union select t, n from maria.word intersect select e, n from maria.word order by 1, 2`,
  },
  {
    trap: 'rows that two sides have, as often as both',
    sql: `select left(t, 1) from maria.word intersect all select left(e, 1) from maria.word where id > 2 order by 1`,
    sent: /INTERSECT ALL/,
  },
  { trap: 'sums of integers that may leave their type stay', sql: `select sum(n * n) from maria.word`, kept: /SUM/ },
];

describe('gives what one Postgres gives', () => {
  for (const { trap, sql, sent, kept, parameters } of EQUAL) {
    test(trap, async () => {
      const plan = stores.plan(sql, parameters === undefined ? {} : { parameters });
      const answer = await stores.run(plan);
      expect(comparable(answer, true), JSON.stringify(plan)).toEqual(
        comparable(await stores.expected(sql, parameters ?? []), true),
      );
      const statements = sentTo(sql, parameters).join('\n');
      if (sent !== undefined) expect(statements).toMatch(sent);
      if (kept !== undefined) expect(statements).not.toMatch(kept);
    });
  }
});

const REFUSED: readonly { trap: string; sql: string; code: RegExp }[] = [
  { trap: 'a text is no number', sql: `select * from maria.word where t = 0`, code: /SQL_UNKNOWN_OPERATOR/ },
  { trap: 'a wrong literal', sql: `select * from maria.word where n = 'abc'`, code: /SQL_INVALID_VALUE/ },
  {
    trap: 'an unfinished pattern',
    sql: String.raw`select * from maria.word where e like 'a\'`,
    code: /SQL_INVALID_VALUE/,
  },
  { trap: 'reading a file', sql: `select pg_read_file('/etc/passwd') from pg.note`, code: /SQL_FUNCTION_FORBIDDEN/ },
  { trap: 'waiting', sql: `select pg_sleep(10) from pg.note`, code: /SQL_FUNCTION_FORBIDDEN/ },
  {
    trap: 'changing a setting',
    sql: `select set_config('a.b', 'c', false) from pg.note`,
    code: /SQL_FUNCTION_FORBIDDEN/,
  },
  {
    trap: 'another connection',
    sql: `select * from pg.note, dblink('x', 'y') as d(a int)`,
    code: /SQL_FUNCTION_FORBIDDEN/,
  },
  { trap: 'a large object', sql: `select lo_import('/etc/passwd') from pg.note`, code: /SQL_FUNCTION_FORBIDDEN/ },
  {
    trap: 'a query in a text',
    sql: `select query_to_xml('select 1', true, true, '') from pg.note`,
    code: /SQL_FUNCTION_FORBIDDEN/,
  },
  { trap: 'a sequence', sql: `select nextval('s') from pg.note`, code: /SQL_FUNCTION_FORBIDDEN/ },
  { trap: 'a function of a schema', sql: `select public.f(1) from pg.note`, code: /SQL_FUNCTION_FORBIDDEN/ },
  { trap: 'who is connected', sql: `select current_user from pg.note`, code: /SQL_FUNCTION_FORBIDDEN/ },
  { trap: 'the catalog behind a type', sql: `select 'pg_authid'::regclass from pg.note`, code: /SQL_UNKNOWN_TYPE/ },
  { trap: 'the catalog', sql: `select * from pg_catalog.pg_authid`, code: /SQL_CATALOG_FORBIDDEN/ },
  { trap: 'the catalog without its schema', sql: `select * from pg_authid, pg.note`, code: /SQL_CATALOG_FORBIDDEN/ },
  { trap: 'an operator of a schema', sql: `select 1 operator(public.+) 2 from pg.note`, code: /SQL_UNKNOWN_OPERATOR/ },
  { trap: 'locking rows', sql: `select * from pg.note for update`, code: /SQL_UNSUPPORTED/ },
  { trap: 'making a table', sql: `select * into x from pg.note`, code: /SQL_UNSUPPORTED/ },
  {
    trap: 'changing rows in WITH',
    sql: `with d as (delete from pg.note returning *) select * from d`,
    code: /SQL_UNSUPPORTED/,
  },
  { trap: 'a table that is not there', sql: `select * from maria.wrod`, code: /SQL_UNKNOWN_TABLE/ },
  { trap: 'a system column', sql: `select n.ctid, w.id from pg.note n, maria.word w`, code: /SQL_UNKNOWN_COLUMN/ },
  { trap: 'another statement behind it', sql: `select 1 from pg.note; drop table pg.note`, code: /SQL_SYNTAX/ },
];

describe('refuses with a reason and a place', () => {
  for (const { trap, sql, code } of REFUSED) {
    test(trap, () => {
      expect(() => stores.plan(sql)).toThrow(
        expect.objectContaining({ code: expect.stringMatching(code), next: expect.stringMatching(/\w/) }),
      );
    });
  }
});

test('a division by zero and a second row of a scalar subquery fail as in Postgres', async () => {
  const zero = `select w.id / n.z from maria.word w join pg.note n on n.id = w.id`;
  await expect(stores.expected(zero)).rejects.toThrow(/division by zero/);
  await expect(stores.answer(zero)).rejects.toThrow(/division by zero/);
  const two = `select (select n.id from pg.note n where n.id <> w.id) from maria.word w`;
  await expect(stores.expected(two)).rejects.toThrow(/more than one row/);
  await expect(stores.answer(two)).rejects.toThrow(/more than one row/i);
  const large = `select w.id * 2000000000 from maria.word w, pg.note n`;
  await expect(stores.expected(large)).rejects.toThrow(/out of range/);
  await expect(stores.answer(large)).rejects.toThrow();
});
