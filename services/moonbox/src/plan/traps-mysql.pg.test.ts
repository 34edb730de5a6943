import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { comparable, TwoStores } from './testing/two-stores.ts';

let stores: TwoStores;

/** Longer than the sessions put in order, and told apart only behind that, once two of them are joined. */
const LONG = 'a'.repeat(40_000);

beforeAll(async () => {
  const columns = 'id int primary key, n int';
  stores = await TwoStores.open([
    {
      name: 'page',
      store: 'maria',
      postgres: `${columns}, t text, m text, s text, r text`,
      maria: `${columns}, t text, m mediumtext, s varchar(20), r varchar(20)`,
      rows: [
        ['1', '3', `${LONG}c`, `${LONG}${LONG}b`, 'c', 'z'],
        ['2', '1', `${LONG}b`, `${LONG}${LONG}c`, 'b', 'y'],
        ['3', null, `${LONG}d`, `${LONG}${LONG}a`, 'd', null],
        ['4', '1', `${LONG}a`, null, 'a', 'x'],
      ],
    },
    { name: 'sheet', store: 'maria', postgres: columns, rows: [['1', '5']] },
  ]);
});

afterAll(() => stores[Symbol.asyncDispose]());

const sentTo = (sql: string): string => {
  const { whole, parts } = stores.plan(sql);
  return [...(whole === undefined ? [] : [whole]), ...parts].map((sent) => sent.sql).join('\n');
};

describe('what MariaDB would not refuse, or refuses, fails and answers as in one Postgres', () => {
  test.each([
    ['a cast beyond the least of its type', `select (0 - length(t))::smallint from maria.page`],
    [
      'a cast of what is greater on the other side of a union',
      `select x::smallint from (select length(s) * 0 as x from maria.page union all select length(t) from maria.page) q`,
    ],
  ])('%s', async (_trap, sql) => {
    await expect(stores.expected(sql)).rejects.toThrow(/out of range/);
    await expect(stores.answer(sql)).rejects.toThrow();
  });
});

/** Query, and what must (or must not) stand in what the source is sent. */
const EQUAL: readonly { trap: string; sql: string; sent?: RegExp; kept?: RegExp }[] = [
  {
    trap: 'integers of a union that fit are cast there',
    sql: `select x::bigint + 1 from (select length(s) * 0 as x from maria.page union all select length(t) from maria.page) q order by 1`,
    sent: /UNION ALL/,
  },
  {
    trap: 'long texts of the right side of a union are ordered here',
    sql: `select s from maria.page union all select m from maria.page order by 1`,
    kept: /ORDER/,
  },
  {
    trap: 'joined texts that are longer than what is put in order',
    sql: `select id from maria.page order by left(t, 40000) || t, id`,
    kept: /ORDER/,
  },
  {
    trap: 'joined texts that are told apart by it',
    sql: `select concat(left(t, 40000), '-', left(t, 40000)) as x, count(*) from maria.page group by x`,
    kept: /GROUP/,
  },
  {
    trap: 'joined texts that are short',
    sql: `select s || '-' || r, count(*) from maria.page group by s || '-' || r order by s || '-' || r`,
    sent: /GROUP BY CONCAT\(CONCAT\(.* ORDER BY/,
  },
  {
    trap: 'joined long texts are still joined there',
    sql: `select id, length(t || '-' || t) from maria.page where t || t > 'a' order by id`,
    sent: /CHAR_LENGTH\(CONCAT\(CONCAT\(/,
  },
  {
    trap: 'and what is taken of them is short again',
    sql: `select left(t || t, 3), count(*) from maria.page group by left(t || t, 3)`,
    sent: /GROUP BY LEFT\(CONCAT/,
  },
  {
    trap: 'a function of several rows decides whether there is one',
    sql: `select id from maria.page where exists (select generate_series(1, 0) from maria.sheet) or id = 2 order by id`,
  },
  {
    trap: 'and leaves rows that it has',
    sql: `select id from maria.page where exists (select generate_series(1, 2) + n from maria.sheet) order by id`,
  },
  {
    trap: 'the row behind is the one before',
    sql: `select id, lag(s, -1) over (order by id), lead(s, -2) over (order by id) from maria.page order by id`,
    kept: /LAG|LEAD/,
  },
  {
    trap: 'the row itself',
    sql: `select id, lag(s, 0) over (order by id) from maria.page order by id`,
    sent: /LAG\(.*, 0\)/,
  },
  {
    trap: 'a rank without an order',
    sql: `select id, rank() over (partition by n), dense_rank() over () from maria.page order by id`,
    kept: /RANK/,
  },
  {
    trap: 'a neighbour without an order',
    sql: `select count(*) from (select lag(n) over () as x from maria.page) q where x > 100`,
    kept: /LAG/,
  },
  {
    trap: 'a frame means nothing to what counts rows',
    sql: `select id, row_number() over w, rank() over w, dense_rank() over w, lag(s) over w, sum(n) over w from maria.page
      window w as (order by n, id rows between 1 preceding and current row) order by id`,
    sent: /ROW_NUMBER\(\) OVER \(ORDER BY [^)]* ASC\) .*SUM\(`page`\.`n`\) OVER \(ORDER BY [^)]* ASC ROWS BETWEEN 1 PRECEDING AND CURRENT ROW\)/,
  },
];

describe('gives what one Postgres gives', () => {
  for (const { trap, sql, sent, kept } of EQUAL) {
    test(trap, async () => {
      const plan = stores.plan(sql);
      expect(comparable(await stores.run(plan), true), JSON.stringify(plan)).toEqual(
        comparable(await stores.expected(sql), true),
      );
      if (sent !== undefined) expect(sentTo(sql)).toMatch(sent);
      if (kept !== undefined) expect(sentTo(sql)).not.toMatch(kept);
    });
  }
});
