/** The first rows: LIMIT and OFFSET as parameters, an order over UNION, and conditions on it go to the sources where the rows stay the same. */
import { parseTypeText } from '@rtdp/sql/pg-type';
import type { ServerFacts } from '@rtdp/stores/scan-contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTrapTables } from './testing/trap-tables.ts';
import { comparable, type PlanningOptions, type TwoStores } from './testing/two-stores.ts';

let stores: TwoStores;

beforeAll(async () => {
  stores = await openTrapTables();
});

afterAll(() => stores[Symbol.asyncDispose]());

function sentTo(sql: string, options: PlanningOptions = {}): string[] {
  const { whole, parts } = stores.plan(sql, options);
  return [...(whole === undefined ? [] : [whole]), ...parts].map((one) => one.sql);
}

/** `order by` and what `$1` and `$2` are to be; `LIMIT` as MariaDB and a part of Postgres are sent it. */
const LIMITED: readonly (readonly [sql: string, limits: readonly string[]])[] = [
  ['select id, e from maria.word order by id limit $1 offset $2', ['LIMIT 3 OFFSET 2']],
  ['select lower(t), id from maria.word order by id limit $1 offset $2', ['LIMIT 5']],
  ['select id from maria.word union all select id from pg.note limit $1 offset $2', ['LIMIT 5', 'LIMIT 5']],
  ['select w.id, n.id from maria.word w, pg.note n limit $1 offset $2', ['LIMIT 5', 'LIMIT 5']],
  [
    'select w.id, n.id from maria.word w, (select id from pg.note order by id limit $1 offset $2) n',
    ["LIMIT '3' OFFSET '2'"],
  ],
  [
    'select s.id from (select id from maria.word order by id limit $1 offset $2) s, pg.note n where n.id = 1',
    ['LIMIT 3 OFFSET 2'],
  ],
];

test('LIMIT and OFFSET that are parameters go to the sources as numbers do', async () => {
  for (const [sql, limits] of LIMITED) {
    const asNumbers = sql.replace('$1', '3').replace('$2', '2');
    for (const parameterTypes of [undefined, ['int8', 'int8'], ['int4', 'int2']]) {
      const options = {
        parameters: ['3', '2'],
        ...(parameterTypes === undefined ? {} : { parameterTypes: parameterTypes.map(parseTypeText) }),
      };
      const sent = sentTo(sql, options);
      if (parameterTypes === undefined) {
        for (const limit of limits)
          expect(
            sent.some((one) => one.endsWith(limit)),
            sent.join('; '),
          ).toBe(true);
        const told = sent.map((one) => one.replaceAll(/'(\d)'/g, '$1'));
        expect(told, sql).toEqual(sentTo(asNumbers));
      }
      const [given, wanted] = [await stores.answer(sql, options), await stores.expected(asNumbers)];
      if (/ order by /.test(sql)) expect(comparable(given, false), sql).toEqual(comparable(wanted, false));
      else expect(given.length, sql).toBe(wanted.length);
    }
  }
});

test('NULL limits nothing, and zero gives nothing', async () => {
  for (const [sql] of LIMITED) {
    for (const parameters of [
      [null, '2'],
      ['3', null],
      ['0', '0'],
      ['9223372036854775807', '9223372036854775807'],
    ]) {
      const asNumbers = sql.replace('$1', parameters[0] ?? 'null').replace('$2', parameters[1] ?? 'null');
      const wanted = await stores.expected(asNumbers);
      const given = await stores.answer(sql, { parameters });
      expect(given.length, `${sql}: ${parameters}`).toBe(wanted.length);
      if (/ order by /.test(sql))
        expect(comparable(given, false), `${sql}: ${parameters}`).toEqual(comparable(wanted, false));
      expect(sentTo(asNumbers), asNumbers).toEqual(
        sentTo(sql, { parameters }).map((one) => one.replaceAll(/'(\d+)'/g, '$1')),
      );
    }
  }
  expect(sentTo('select id from maria.word union all select id from pg.note limit $1', { parameters: [null] })).toEqual(
    [expect.not.stringContaining('LIMIT'), expect.not.stringContaining('LIMIT')],
  );
});

test('a negative one is refused before any source is asked, and what is no number too', async () => {
  const everywhere = [...LIMITED.map(([sql]) => sql), 'select id from pg.note order by id limit $1 offset $2'];
  for (const sql of everywhere) {
    expect(() => sentTo(sql, { parameters: ['-1', '2'] }), sql).toThrow(
      expect.objectContaining({
        code: 'SQL_NEGATIVE_LIMIT',
        message: expect.stringContaining('LIMIT must not be negative'),
      }),
    );
    expect(() => sentTo(sql, { parameters: ['1', ' -2 '] }), sql).toThrow(
      expect.objectContaining({ code: 'SQL_NEGATIVE_OFFSET' }),
    );
    expect((await stores.answer(sql, { parameters: ['-0', '0'] })).length, sql).toBe(0);
    await expect(stores.expected(sql.replace('$1', '-1').replace('$2', '2')), sql).rejects.toThrow(
      /LIMIT must not be negative/,
    );
    expect(() => sentTo(sql.replace('$1', '-1').replace('$2', '2')), sql).toThrow(/LIMIT must not be negative/);
  }
  for (const sql of LIMITED.map(([one]) => one)) {
    for (const value of ['two', '2.5', '', '9223372036854775808'])
      expect(() => sentTo(sql, { parameters: [value, '0'] }), `${sql}: ${value}`).toThrow(/SQL_INVALID_VALUE/);
  }
  const plan = stores.plan('select id from pg.note where n > $1 order by id limit $2 offset $3::int', {
    parameters: ['0', '1', '0'],
  });
  expect([plan.reusable, plan.limitParameters]).toEqual([true, [2, 3]]);
});

test('a value that only the source can read does not change what is asked of it', () => {
  const facts = new Map<string, ServerFacts>(stores.context().facts);
  facts.set('pg', { ...facts.get('pg')!, collation: 'en_US.UTF-8' });
  const asked = (value: string): unknown => {
    const { whole, columns } = stores.plan('select n::text from pg.note where at > $1 order by n::text', {
      facts,
      parameters: [value],
    });
    return { sql: whole!.sql, columns };
  };
  const known = asked('2024-03-10 00:00:00+00');
  expect(JSON.stringify(known)).toMatch(/::text COLLATE/);
  expect(asked('yesterday')).toEqual(known);
});

const BOTH = '(select id as a, e as b from maria.word union all select id, t from pg.note) v';

/** Each names every row's place; with how many parts give only their first rows. */
const ORDERED: readonly (readonly [sql: string, parts: number])[] = [
  ['select id, e from maria.word union all select id, t from pg.note order by 2, 1 limit 4', 2],
  ['select id, t from maria.word union all select id, t from pg.note order by t desc, id limit 5 offset 2', 2],
  ['select id, n from maria.word union all select id, n from pg.note order by n nulls first, id limit 5', 2],
  ['select id, n from maria.word union all select id, z::bigint from pg.note order by n desc, id desc limit 6', 2],
  ['select id, at from maria.word union all select id, at from pg.note order by at desc nulls last, 1 limit 4', 2],
  ['select d, id from maria.word union all select big, id from pg.note order by 1 desc nulls last, 2 limit 4', 2],
  // A double of MariaDB is not put in order there, and an integer that becomes one is not told apart from its neighbour.
  ['select f, id from maria.word union all select f, id from pg.note order by 1 desc, 2 limit 4', 1],
  ['select n, id from maria.word union all select f, id from pg.note order by 1, 2 limit 4', 1],
  ['select c, id from pg.note union all (select n.c, w.id from pg.note n, maria.word w) order by 1, 2 limit 5', 1],
  ['select l, id from maria.word union all select t, id from pg.note order by 1, 2 limit 5', 1],
  ['select lower(e), id, n from maria.word union all select t, id, n from pg.note order by 2, 3 limit 5', 2],
  ['select lower(e), id from maria.word union all select t, id from pg.note order by 1, 2 limit 4', 1],
  [
    `select id, 'b' as k from maria.word union all select id, case when id > 2 then 'a' else 'B' end from pg.note order by k, id limit 4`,
    1,
  ],
  ['select e, count(*) from maria.word group by e union all select t, z from pg.note order by 2 desc, 1 limit 3', 2],
  ['select distinct n from maria.word union all select n from pg.note order by 1 limit 3', 2],
  ['(select id from maria.word order by n) union all select id from pg.note order by 1 limit 3', 2],
  [
    'select id from maria.word union all select id from pg.note union all (select n from maria.word order by 1 desc limit 2) order by 1 limit 3',
    3,
  ],
  [
    'select id, t from pg.note union all select id, c::text from pg.note union all select id, e from maria.word order by 2, 1 limit 3',
    2,
  ],
  [`select v.a as x, v.b from ${BOTH} order by b desc, x limit 3`, 2],
  [`select v.*, upper(b) from ${BOTH}(a, b) order by 2, v.a limit 3 offset 1`, 2],
  [`select b, a from ${BOTH} union all select t, id from pg.note order by 1, 2 limit 4`, 3],
  // Conditions on it go into its branches, where they mean the same.
  [`select a, b from ${BOTH} where a > 2 order by 2, 1 limit 3`, 2],
  [`select a, b from ${BOTH} where b = 'abc' or a between 4 and 5 order by 2, 1 limit 3`, 2],
  [`select a, b from ${BOTH} where b is null or not v.a in (1, 2) order by b desc, a limit 3 offset 1`, 2],
  [`select x from (select * from ${BOTH}(a, b) where a < 12) w(x, y) where x > 2 order by y, x limit 3`, 2],
  [
    `select a from (select id, t from maria.word union all select id, t from pg.note) v(a, b) where b = 'ABC' order by 1 limit 5`,
    2,
  ],
  // Where its name would mean two columns it stays.
  [
    'select x from (select * from (select id as a, n as a from maria.word) q union all select id, n from pg.note) v(x, y) where x > 2 order by 1 limit 3',
    0,
  ],
  // It is only narrowed where its texts are of another character set.
  [
    `select a from (select id, l from maria.word union all select id, t from pg.note) v(a, b) where b = 'ABC' order by 1 limit 5`,
    1,
  ],
  [`select a, b from ${BOTH} where a > 2 and upper(b) < 'X' order by 2, 1 limit 3`, 0],
  [
    'select a, b from (select n, id from maria.word union all select f, id from pg.note) v(a, b) where a > 0.5 order by 2 limit 3',
    0,
  ],
  [
    'select a, b from (select n, id from maria.word union all select z + 1, id from pg.note) v(a, b) where a > 0 order by 2 limit 3',
    0,
  ],
  [
    'select a from ((select id as a from maria.word order by id limit 5) union all select id from pg.note) v where a > 2 order by 1 limit 3',
    1,
  ],
  [
    'select a from (select distinct n as a from maria.word union all select n from pg.note) v where a > 0 order by 1 limit 3',
    0,
  ],
  ['select a from (select n as a from maria.word union select n from pg.note) v where a > -3 order by 1 limit 3', 2],
  [`select b, count(*) from ${BOTH} group by b order by 1 limit 3`, 0],
  [`select a, b from ${BOTH} order by a + 1, b limit 3`, 0],
  [`select v.b || '', a from ${BOTH} union all select t, id from pg.note order by 1, 2 limit 4`, 1],
  // Without ALL each branch gives its first different rows.
  ['select id, e from maria.word union select id, t from pg.note order by 2, 1 limit 4', 2],
  ['select n from maria.word union select n from pg.note order by 1 limit 3', 2],
  ['select t from maria.word union select t from pg.note order by 1 limit 6 offset 1', 2],
  ['select d from maria.word union select big from pg.note order by 1 desc nulls last limit 4', 2],
  ['select count(*) from (select n from maria.word union select n from pg.note limit 3) v', 2],
  ['select l from maria.word union select t from pg.note order by 1 limit 6', 1],
  ['select f from maria.word union select f from pg.note order by 1 limit 3', 1],
  ['select n, to_jsonb(id) from maria.word union select n, to_jsonb(z) from pg.note order by 1 limit 1', 0],
  [
    'select id, e from maria.word union select id, t from pg.note union all select z, t from pg.note order by 2, 1 limit 4',
    3,
  ],
  [
    '(select id, e from maria.word union all select id, t from pg.note) union select z, t from pg.note order by 2, 1 limit 4',
    3,
  ],
  ['(select n from maria.word order by id limit 9) union select n from pg.note order by 1 limit 2', 2],
  // Different rows may be alike where a column of them is left out.
  [
    'select b from (select id as a, n as b from maria.word union all select id, n from pg.note) v union select z from pg.note order by 1 limit 3',
    1,
  ],
  ['select id, e from maria.word union all select id, t from pg.note order by 2, 1', 0],
  ['select to_jsonb(id) from maria.word union all select to_jsonb(t) from pg.note order by 1 limit 2', 0],
  [
    'select w.id, n.id from maria.word w join pg.note n on n.n = w.n union all select id, z from pg.note order by 1, 2 limit 3',
    1,
  ],
  // What * stands for counts as the columns it is.
  ['select *, id, lower(t) from maria.word order by 2 desc nulls last, 1 limit 3', 1],
  // Whoever limits what a view puts in order means its first rows.
  [
    'select * from (select id, n from maria.word union all select id, n from pg.note order by n desc nulls last, id desc) as v limit 3',
    2,
  ],
  [
    'select * from (select to_jsonb(id) as j from maria.word union all select to_jsonb(t) from pg.note order by 1) as v limit 2',
    0,
  ],
];

test('ORDER BY and LIMIT over UNION ask each branch for its first rows, where its order is the same', async () => {
  const wrong: string[] = [];
  for (const [sql, parts] of ORDERED) {
    const sent = sentTo(sql);
    const limited = sent.filter((part) => / LIMIT \d+$/.test(part)).length;
    const [given, wanted] = [await stores.answer(sql), await stores.expected(sql)].map((rows) =>
      comparable(rows, true),
    );
    if (limited !== parts || JSON.stringify(given) !== JSON.stringify(wanted))
      wrong.push(`${sql}: ${limited} limited of ${parts}: ${sent.join('; ')}\n  got ${given}\n  want ${wanted}`);
  }
  expect(wrong.join('\n')).toBe('');
  const [sql] = ORDERED[1]!;
  expect(sentTo(sql)).toEqual([
    expect.stringMatching(/ORDER BY `word`\.`t` COLLATE utf8mb4_nopad_bin IS NULL DESC, .* DESC, .*`id` ASC LIMIT 7$/),
    expect.stringMatching(
      /\( ?SELECT note.id, note.t FROM public.note AS note ?\) AS q\(c0, c1\) ORDER BY q.c1 DESC, q.c0 LIMIT 7$/,
    ),
  ]);
  const asParameters = sql.replace('5 offset 2', '$1 offset $2');
  expect(sentTo(asParameters, { parameters: ['5', '2'] })).toEqual(sentTo(sql));
  // Whatever a text is made of, a Postgres with another collation puts it in order by bytes.
  const facts = new Map<string, ServerFacts>(stores.context().facts);
  facts.set('pg', { ...facts.get('pg')!, collation: 'en_US.UTF-8' });
  const ofConstants = ORDERED.find(([one]) => one.includes('case when'))!;
  expect(sentTo(ofConstants[0], { facts }).at(-1)).toMatch(/ORDER BY q.c1 COLLATE "C", q.c0 LIMIT 4$/);
});

test('conditions on UNION are judged in its branches, also where no first rows are asked for', async () => {
  const sql = `select b, count(*) from ${BOTH} where a > $1 group by b order by 1 limit 3`;
  const parameters = ['2'];
  expect(sentTo(sql, { parameters })).toEqual([
    expect.stringMatching(/ WHERE `word`\.`id` > 2$/),
    expect.stringMatching(/ WHERE note\.id > /),
  ]);
  const [given, wanted] = [await stores.answer(sql, { parameters }), await stores.expected(sql, parameters)];
  expect(comparable(given, true)).toEqual(comparable(wanted, true));
  const ofText = `select a from ${BOTH} where b in ($1, $2) order by 1 limit 3`;
  const texts = ['abc', 'ABC'];
  expect(sentTo(ofText, { parameters: texts })).toEqual([
    expect.stringMatching(/ WHERE .*`e`.* LIMIT 3$/),
    expect.stringMatching(/ WHERE note\.t IN .* LIMIT 3$/),
  ]);
  expect(comparable(await stores.answer(ofText, { parameters: texts }), false)).toEqual(
    comparable(await stores.expected(ofText, texts), false),
  );
  expect(stores.plan(sql, { parameters }).decisions.filter(({ what }) => what === 'a condition')).toEqual([]);
});

test('a source that takes different texts for one is asked neither for different rows nor by conditions on the union', async () => {
  await stores.postgres.query(
    `create collation loose (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
     create table loose (id int primary key, t text collate loose); insert into loose values (1, 'abc'), (2, 'ABC')`,
  );
  await stores.refresh();
  try {
    const texts = (
      await stores.answer('select e from maria.word union select t from pg.loose order by 1 limit 40')
    ).flat();
    expect(texts.filter((text) => text?.toLowerCase() === 'abc')).toEqual(['ABC', 'Abc', 'abc']);
    expect(
      sentTo('select id, e from maria.word union select id, t from pg.loose order by 1, 2 limit 1').at(-1),
    ).not.toMatch(/GROUP BY|LIMIT/);
    expect(sentTo('select id from maria.word union select id from pg.loose order by 1 limit 1').at(-1)).toMatch(
      /GROUP BY q\.c0 ORDER BY q\.c0 LIMIT 1$/,
    );
    const both = '(select id, t from pg.loose union all select id + 100, e from maria.word) v';
    const idsOf = async (from: string, condition: string): Promise<unknown[]> =>
      (await stores.answer(`select id from ${from} where id < 100 and ${condition} order by 1`)).flat();
    expect(await idsOf(both, "t = 'abc'")).toEqual(['1']);
    expect(await idsOf(both, "t <> 'abc'")).toEqual(['2']);
    expect(await idsOf(`(select * from ${both}) w`, "t <> 'abc'")).toEqual(['2']);
    const inTwo =
      "select (select count(*) from maria.word) > 0, v.id from (select * from pg.loose) v where v.t = 'abc'";
    expect(await stores.answer(inTwo)).toEqual([['t', '1']]);
  } finally {
    await stores.postgres.query('drop table loose; drop collation loose');
    await stores.refresh();
  }
});

test('a text beside a char(n) is compared as the union has it, not as a branch has it', async () => {
  await stores.postgres.query(
    `create table of_text (id int primary key, v text, c char(4)); insert into of_text values (1, 'x ', 'x'), (2, 'x', 'x');
     create table of_varchar (id int primary key, v varchar, c char(4)); insert into of_varchar values (11, 'x ', 'x'), (12, 'x', 'x')`,
  );
  await stores.refresh();
  try {
    const united = 'select id, v, c from pg.of_text union all select id, v, c from pg.of_varchar';
    const sql = `select (select count(*) from maria.word) > 0, id from (${united}) q where v = c order by 2`;
    expect(await stores.answer(sql)).toEqual([
      ['t', '2'],
      ['t', '12'],
    ]);
  } finally {
    await stores.postgres.query('drop table of_text, of_varchar');
    await stores.refresh();
  }
});

test('EXPLAIN tells of each branch whether its first rows are asked for, and why not', () => {
  const told = (sql: string): string[] =>
    stores
      .plan(sql)
      .decisions.filter(({ what }) => what.startsWith('the first '))
      .map(({ what, where, why }) => `${what}: ${where}, ${why}`);
  const same = 'pushed, their source has them in the same order';
  const lower = 'select lower(e), id from maria.word union all select t, id from pg.note order by 1, 2 limit 4';
  expect(told(lower)).toEqual([
    expect.stringMatching(/^the first 4 rows of maria.word: local, of maria: /),
    `the first 4 rows of pg.note: ${same}`,
  ]);
  expect(told('select n, id from maria.word union all select f, id from pg.note order by 1 limit 4')).toEqual([
    'the first 4 rows of maria.word: local, its integer becomes double precision, which may have another order',
    `the first 4 rows of pg.note: ${same}`,
  ]);
  expect(
    told('select to_jsonb(id) from maria.word union all select to_jsonb(t) from pg.note order by 1 limit 2'),
  ).toEqual(
    ['maria.word', 'pg.note'].map(
      (name) => `the first 2 rows of ${name}: local, the order of jsonb is only proven here`,
    ),
  );
});
