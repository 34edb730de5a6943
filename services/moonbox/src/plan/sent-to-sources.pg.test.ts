/** What the sources are asked: nothing that the user may not see, no order that they keep otherwise, and keys that leave no row out. */
import type { ServerFacts } from '@rtdp/stores/scan-contract';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTrapTables } from './testing/trap-tables.ts';
import { comparable, type TwoStores } from './testing/two-stores.ts';

let stores: TwoStores;

beforeAll(async () => {
  stores = await openTrapTables();
});

afterAll(() => stores[Symbol.asyncDispose]());

test('columns the user does not see do not exist, however they are named', async () => {
  const full = stores.context();
  const hidden = {
    ...full,
    findTable: (database: string | undefined, name: string) => {
      const table = full.findTable(database, name);
      return table === undefined
        ? undefined
        : { ...table, columns: table.columns.filter((column) => column.name !== 'big' && column.name !== 'z') };
    },
  };
  const { planQuery } = await import('./plan-query.ts');
  const star = planQuery('select * from pg.note order by id', hidden);
  expect(star.whole?.sql).not.toMatch(/big|\bz\b/);
  expect(star.tablesRead).toMatchObject([{ database: 'pg', table: 'note', columns: ['id', 't', 'n', 'f', 'at', 'c'] }]);
  // What the planner cannot bind reads only the columns that are seen: the source itself finds no other.
  for (const sql of [
    'select big from pg.note',
    'select n.big from pg.note n',
    'select row_to_json(n) from pg.note n',
    'select x from pg.note x',
  ]) {
    const plan = planQuery(sql, hidden);
    const rows = await stores.run(plan).catch((error: Error) => error.message);
    expect(JSON.stringify(rows), sql).not.toMatch(/12345678901234567890/);
    expect(plan.whole?.sql, sql).toMatch(/\( ?SELECT id, t, n, f, at, c FROM public\.note ?\)/);
  }
  const natural = planQuery('select a.id from pg.note a natural join pg.note b', hidden).whole!.sql;
  expect(natural).toMatch(/\( ?SELECT id, t, n, f, at, c FROM public\.note ?\) AS a NATURAL JOIN/);
  const inside = planQuery(
    `select w.id, (select s.found from (select (select big from pg.note o where o.id = 1) as found from (select t as big from pg.note where id = 2) x) s)
      from maria.word w where w.id = 1`,
    hidden,
  );
  expect(await stores.run(inside), JSON.stringify(inside.parts)).toEqual([['1', 'ABC']]);
  for (const sql of [
    'select row_to_json(x)::text from pg.note x, maria.word w where w.id = x.id order by x.id',
    'select s.j::text from (select row_to_json(x) as j, x.id from pg.note x, pg.note y where x.id = y.id) s, maria.word w where w.id = s.id order by s.id',
  ]) {
    const [first] = await stores.run(planQuery(sql, hidden));
    expect(Object.keys(JSON.parse(first![0]!)), sql).toEqual(['id', 't', 'n', 'f', 'at', 'c']);
  }
  expect(() => planQuery('select big from pg.note, maria.word', hidden)).toThrow(
    /There is no column big, or you may not read it/,
  );
});

test('a source with another collation orders texts by bytes, and keeps its index where nothing is ordered', () => {
  const facts = new Map<string, ServerFacts>(stores.context().facts);
  facts.set('pg', { ...facts.get('pg')!, collation: 'en_US.UTF-8' });
  const plan = (sql: string): string => stores.plan(sql, { facts }).whole!.sql;
  expect(plan(`select id from pg.note where t = 'abc'`)).not.toMatch(/COLLATE/);
  expect(plan(`select id from pg.note order by t`)).toMatch(/t COLLATE "C" AS t/);
  expect(plan(`select max(t) from pg.note`)).toMatch(/COLLATE "C"/);
  expect(plan(`select id from pg.note where t > 'b'`)).toMatch(/COLLATE "C"/);
  expect(plan(`select id from pg.note where t between 'a' and 'b'`)).toMatch(/COLLATE "C"/);
});

test('in a split query, jsonb is put in order by bytes alone', async () => {
  const facts = new Map<string, ServerFacts>(stores.context().facts);
  const table = `(select id, to_jsonb(t) as j from pg.note)`;
  const ofJson: readonly (readonly [sql: string, sent: RegExp])[] = [
    [`select n.id from pg.note n, maria.word w where w.id = n.id and to_jsonb(n.t) < '"b"' order by 1`, /to_jsonb/],
    [
      `select n.id from pg.note n, maria.word w where w.id = n.id and to_jsonb(n.t) between '"A"' and '"b"' order by 1`,
      /to_jsonb/,
    ],
    [
      `select n.id from pg.note n, maria.word w where w.id = n.id and (n.z, to_jsonb(n.t)) < (2, '"b"'::jsonb) order by 1`,
      /to_jsonb/,
    ],
    [
      `select w.id from maria.word w where w.id in (select n.id from pg.note n order by to_jsonb(n.t) limit 2) order by 1`,
      /LIMIT/,
    ],
    [
      `select w.id, q.id from maria.word w, (select distinct on (j) j, id from ${table} n order by 1, 2 limit 2) q where w.id = q.id order by 1`,
      /LIMIT/,
    ],
    [
      `select w.id, q.id from maria.word w, (select j, id from ${table} n order by j desc nulls last limit 2) q where w.id = q.id order by 1`,
      /LIMIT/,
    ],
    [
      `select w.id, q.r from maria.word w, (select id, rank() over (order by j) as r from ${table} n) q where w.id = q.id order by 1`,
      /rank/,
    ],
  ];
  for (const [sql, sent] of ofJson) {
    for (const collation of ['en_US.UTF-8', 'C']) {
      facts.set('pg', { ...facts.get('pg')!, collation });
      const plan = stores.plan(sql, { facts });
      const toPostgres = plan.parts.filter(({ store }) => store === 'pg').map((part) => part.sql);
      expect(sent.test(toPostgres.join('; ')), `${collation}: ${sql}: ${toPostgres.join('; ')}`).toBe(
        collation === 'C',
      );
      expect(comparable(await stores.run(plan), true), sql).toEqual(comparable(await stores.expected(sql), true));
    }
  }
  // Equal is equal in every collation.
  facts.set('pg', { ...facts.get('pg')!, collation: 'en_US.UTF-8' });
  const equal = `select w.id from maria.word w, pg.note n where n.id = w.id and to_jsonb(n.t) = '"abc"'`;
  expect(
    stores
      .plan(equal, { facts })
      .parts.map((part) => part.sql)
      .join('; '),
  ).toMatch(/to_jsonb/);
});

test('what the sources were really sent is what the plan says', async () => {
  await stores.maria.query(`SET GLOBAL log_output = 'TABLE'`);
  await stores.maria.query('SET GLOBAL general_log = 1');
  try {
    const sql = `select w.id, n.t from maria.word w join pg.note n on n.id = w.id where w.e = 'abc' and n.n between 1 and 5`;
    const plan = stores.plan(sql);
    stores.proxy.take();
    await stores.run(plan);
    const logged = await stores.maria.query<{ argument: string }>(
      `SELECT CONVERT(argument USING utf8mb4) AS argument FROM mysql.general_log WHERE argument LIKE '%${stores.maria.name}%WHERE%'`,
    );
    expect(logged.map(({ argument }) => argument).join('\n')).toContain("WHERE `w`.`e` = 'abc'");
    const alone = stores.plan(
      `select w.e, count(*) as n from maria.word w left join maria.word v on v.id = w.n where exists (select 1 from maria.word x where x.id = w.id)
        group by w.e having count(*) > 0 order by n desc, w.e limit 3`,
    );
    expect(alone.parts).toEqual([]);
    await stores.run(alone);
    const whole = await stores.maria.query<{ argument: string }>(
      `SELECT CONVERT(argument USING utf8mb4) AS argument FROM mysql.general_log WHERE command_type = 'Execute' AND argument LIKE '%LEFT JOIN%${stores.maria.name}%'`,
    );
    expect(whole.map(({ argument }) => argument)).toEqual([
      expect.stringMatching(/ EXISTS \(SELECT 1 .* GROUP BY .* ORDER BY .* LIMIT 3$/),
    ]);
    expect(stores.proxy.take()).toContain('SELECT n.id, n.t FROM public.note AS n WHERE n.n BETWEEN 1 AND 5');
    const ofPostgres = stores.plan(`select t, count(*) from pg.note group by t having count(*) > 0 order by t`);
    expect(ofPostgres.parts).toEqual([]);
    await stores.run(ofPostgres);
    expect(stores.proxy.take()).toContain('GROUP BY note.t HAVING count(*) > 0 ORDER BY t');
    // A LIMIT that is a parameter is sent as the number it is.
    await stores.answer('select id from maria.word union all select id from pg.note limit $1 offset $2', {
      parameters: ['3', '1'],
    });
    expect(stores.proxy.take()).toContain('SELECT note.id FROM public.note AS note LIMIT 4');
    const limited = await stores.maria.query<{ argument: string }>(
      `SELECT CONVERT(argument USING utf8mb4) AS argument FROM mysql.general_log WHERE command_type = 'Execute' AND argument LIKE '%${stores.maria.name}%LIMIT 4'`,
    );
    expect(limited.length).toBe(1);
  } finally {
    await stores.maria.query('SET GLOBAL general_log = 0');
    await stores.maria.query('TRUNCATE mysql.general_log');
  }
});

test('a subquery asks its own table for the keys around it, and never leaves out a row around it', async () => {
  const full = stores.context();
  /** As if one table were large, so that keys are worth waiting for. */
  const planOf = async (sql: string, large: string) => {
    const { planQuery } = await import('./plan-query.ts');
    return planQuery(sql, {
      ...full,
      findTable: (database, name) => {
        const table = full.findTable(database, name);
        return table === undefined || 'view' in table
          ? table
          : { ...table, rowEstimate: name === large ? 1_000_000 : 1_000 };
      },
    });
  };
  const reduced = (plan: Awaited<ReturnType<typeof planOf>>): string[] =>
    plan.parts.filter(({ reduce }) => reduce !== undefined).map(({ table }) => table);
  for (const sql of [
    `select n.id from pg.note n where not exists (select 1 from maria.word w where w.id = n.n and w.e = 'abc')`,
    `select n.id, (select max(w.e) from maria.word w where n.n = w.id and w.e = 'abc') from pg.note n`,
    `select n.id from pg.note n where (select w.e from maria.word w where w.id = n.n and w.e = 'abc') is null`,
    `select n.id, l.e from pg.note n left join lateral (select w.e from maria.word w where w.id = n.n and w.e = 'abc') l on true`,
    `select n.id from pg.note n left join maria.word w on w.id = n.n and w.e = 'abc'`,
    `select w.id from maria.word w where w.n not in (select n.n from pg.note n where n.id <> w.id) and w.n = 1 and w.e = 'abc'`,
    `select w.id from maria.word w where w.n in (select n.n from pg.note n where n.id <> w.id order by n.id limit 2) and w.n in (1, 2) and w.e > ''`,
    `select w.id, w.n in (select n.n from pg.note n where n.id <> w.id) from maria.word w where w.n in (1, 2)`,
    `select w.id from maria.word w where (w.n in (select n.n from pg.note n where n.id <> w.id)) is not true and w.n in (1, -7)`,
    `select w.id from maria.word w where w.n in (select max(n.n) from pg.note n where n.id <> w.id) and w.n = 1`,
  ]) {
    const plan = await planOf(sql, 'note');
    expect(reduced(plan), sql).toEqual([]);
    expect(comparable(await stores.run(plan), false), sql).toEqual(comparable(await stores.expected(sql), false));
  }
  for (const sql of [
    `select w.id from maria.word w where w.e >= 'abc' and w.n = -7 and not exists (select 1 from pg.note n where n.n = w.n)`,
    `select w.id, (select max(n.t) from pg.note n where w.n = n.n) from maria.word w where w.n in (1, 2)`,
    `select w.id, n.id from maria.word w, pg.note n where w.n = n.n and w.n in (1, 2)`,
    `select w.id from maria.word w where w.n in (select n.n from pg.note n where n.id <> w.id) and w.n in (1, 2)`,
    `select n.id from pg.note n where n.n in (select w.n from maria.word w where w.id <> n.id and w.n in (1, 2))`,
    // Each arm lets few rows through, and so do all of them.
    `select w.id, n.id from maria.word w, pg.note n where w.n = n.n and ((w.n = 1 and w.e = 'abc' and n.id > 0) or (w.n = 2 and w.e = 'ABC' and n.id > 1))`,
  ]) {
    const plan = await planOf(sql, 'note');
    expect(reduced(plan), sql).toEqual(['pg.note']);
    expect(comparable(await stores.run(plan), false), sql).toEqual(comparable(await stores.expected(sql), false));
  }
  // A MySQL source is given the keys as literals.
  for (const sql of [
    `select w.id, n.id from maria.word w, pg.note n where w.n = n.n and n.z = 2 and n.t in ('abc ', 'ABC')`,
    `select w.id, n.id from maria.word w, pg.note n where w.n = n.n and n.z = 2 and n.t = 'nobody' and w.e is not null`,
    `select n.id from pg.note n where n.z = 2 and n.t = 'abc ' and not exists (select 1 from maria.word w where w.n = n.n and w.u > 3)`,
  ]) {
    const plan = await planOf(sql, 'word');
    expect(reduced(plan), sql).toEqual(['maria.word']);
    expect(plan.parts.find(({ reduce }) => reduce !== undefined)!.reduce!.sql).toMatch(/`w`\.`n` IN \($/);
    expect(comparable(await stores.run(plan), false), sql).toEqual(comparable(await stores.expected(sql), false));
  }
});

test('long texts are told apart and ordered to their end', async () => {
  const columns = 'id int primary key, t text, m text';
  await stores.maria.query(
    'CREATE TABLE long_text (id int PRIMARY KEY, t text COLLATE utf8mb4_general_ci, m mediumtext)',
  );
  await stores.oracle.query(`create table maria.long_text (${columns})`);
  for (let id = 1; id <= 30; id += 1) {
    const text = `${'a'.repeat(3_000)}${String.fromCharCode(97 + ((id * 7) % 5))}`;
    await stores.maria.query('INSERT INTO long_text VALUES (?, ?, ?)', [id, text, text]);
    await stores.oracle.query(`insert into maria.long_text values (${id}, '${text}', '${text}')`);
  }
  await stores.refresh();
  for (const column of ['t', 'm']) {
    for (const sql of [
      `select id from maria.long_text order by ${column}, id limit 10`,
      `select ${column}, count(*) from maria.long_text group by ${column} order by ${column}`,
      `select id, rank() over (order by ${column}), count(*) over (partition by ${column}) from maria.long_text order by id`,
      `select distinct ${column} from maria.long_text order by 1 desc`,
    ]) {
      const plan = stores.plan(sql);
      expect(plan.whole !== undefined, sql).toBe(column === 't');
      expect(comparable(await stores.run(plan), true), sql).toEqual(comparable(await stores.expected(sql), true));
    }
  }
});

test('a LIMIT without an order asks each side of a product, and each branch of UNION, for no more rows', async () => {
  const sent = (sql: string): string[] => stores.plan(sql).parts.map((part) => part.sql);
  const limited = (sql: string): number => sent(sql).filter((part) => / LIMIT \d+$/.test(part)).length;
  expect(sent('select id from maria.word union all select id from pg.note limit 3')).toEqual([
    expect.stringMatching(/FROM .*word.* LIMIT 3$/),
    expect.stringMatching(/FROM public\.note.* LIMIT 3$/),
  ]);
  for (const [sql, parts] of [
    ['select w.id, n.id from maria.word w cross join pg.note n limit 2', 2],
    ['select w.id, n.id from maria.word w, pg.note n where n.n = 1 and w.n > 0 limit 2 offset 1', 2],
    ['select w.id, n.id from maria.word w cross join pg.note n where n.id > 100 limit 2', 2],
    ['select w.id, n.id, (select m.t from pg.note m where m.id = w.id) from maria.word w, pg.note n limit 9', 2],
    [
      'select id from maria.word union all (select id from pg.note union all select n from maria.word offset 2) limit 4',
      3,
    ],
    ['select id from maria.word union all (select id from pg.note limit 2) limit 4 offset 15', 2],
    ['select lower(t) from maria.word where n < 3 union all select t from pg.note limit 30', 2],
    // Different ones.
    ['select w.n from maria.word w union select n.n from pg.note n limit 3', 2],
    ['select count(*) from (select w.id from maria.word w, pg.note n limit 50) s', 2],
    [
      'select w.id from maria.word w where w.id in (select x.id from maria.word v, pg.note x where x.id = 2 limit 4)',
      2,
    ],
  ] as const) {
    expect(limited(sql), `${sql}: ${sent(sql).join('; ')}`).toBe(parts);
    const unlimited = sql.replace(/ limit \d+( offset \d+)?$/, '');
    const [given, all, wanted] = await Promise.all([
      stores.answer(sql),
      stores.expected(unlimited),
      stores.expected(sql),
    ]);
    // Any rows of all there are, each as often as it is there, and as many as asked for.
    expect(given.length, sql).toBe(wanted.length);
    const left = all.map((row) => JSON.stringify(row));
    for (const row of given) {
      const at = left.indexOf(JSON.stringify(row));
      expect(at, `${sql}: ${JSON.stringify(row)}`).toBeGreaterThanOrEqual(0);
      left.splice(at, 1);
    }
  }
  // Where a row that is not sent could be one of them, all are.
  for (const sql of [
    'select w.id, n.id from maria.word w, pg.note n where n.n = w.n limit 2',
    'select w.id, s.id from maria.word w, lateral (select n.id from pg.note n where n.n = w.n) s limit 2',
    'select w.id, n.id from maria.word w left join pg.note n on n.n = w.n limit 2',
    'select count(*) from maria.word w, pg.note n limit 1',
    'select distinct n.z from maria.word w, pg.note n limit 2',
    'select w.id, row_number() over () from maria.word w, pg.note n limit 3',
    'select unnest(array[]::int[] || w.n) from maria.word w, pg.note n limit 3',
    'select w.n from maria.word w except all select n.n from pg.note n limit 3',
    'select w.id, n.id from maria.word w, pg.note n order by w.id, n.id limit 3',
  ]) {
    expect(limited(sql), `${sql}: ${sent(sql).join('; ')}`).toBe(0);
    expect((await stores.answer(sql)).length, sql).toBe((await stores.expected(sql)).length);
  }
  // A negative one is refused before any source is asked, in the words of Postgres.
  for (const limit of ['limit -1', 'limit 2 offset -1']) {
    const negative = /(?:LIMIT|OFFSET) must not be negative/;
    for (const sql of [
      `select w.id, n.id from maria.word w, pg.note n ${limit}`,
      `select upper(t) from maria.word ${limit}`,
      `select s.id from (select w.id from maria.word w, pg.note n ${limit}) s limit 3`,
    ]) {
      expect(() => sent(sql), sql).toThrow(negative);
      await expect(stores.expected(sql), sql).rejects.toThrow(negative);
    }
  }
});

test('what stays in the gateway is told, and why', () => {
  const kept = (sql: string): string[] =>
    stores
      .plan(sql)
      .decisions.filter(({ where }) => where === 'local')
      .map(({ what, why }) => `${what}: ${why}`);
  const both = 'it reads more than one source';
  expect(
    kept(
      'select w.n, count(*), sum(n.id) from maria.word w left join pg.note n on n.id = w.n group by 1 order by 3 limit 2',
    ),
  ).toEqual([
    `the left join of maria.word and pg.note: ${both}`,
    `the groups and aggregates: ${both}`,
    `ORDER BY, LIMIT: ${both}`,
  ]);
  expect(kept('select w.id from maria.word w cross join pg.note n limit 2')).toEqual([
    `the join of maria.word and pg.note: ${both}`,
    `LIMIT: ${both}`,
  ]);
  expect(kept('select distinct w.id from maria.word w, pg.note n, (select max(id) as m from pg.note) s')).toEqual([
    `the join of maria.word and pg.note and the subquery s: ${both}`,
    `DISTINCT: ${both}`,
  ]);
  expect(kept('select id from maria.word union all select id from pg.note order by 1 limit 3 offset 1')).toEqual([
    `UNION ALL: ${both}`,
    `ORDER BY, LIMIT, OFFSET: ${both}`,
  ]);
  expect(kept('select a.id from pg.note a, pg.note b, maria.word w where w.id = 1 order by a.id')).toEqual([
    `the join of pg.note and pg.note and maria.word: ${both}`,
    `ORDER BY: ${both}`,
  ]);
  expect(kept('select lower(t), count(*) from maria.word group by 1')).toEqual([
    expect.stringMatching(/^the whole query: of maria: /),
    'the groups and aggregates: not all of it is proven to mean the same in maria',
  ]);
  const decided = stores.plan('select w.id from maria.word w cross join pg.note n limit 2').decisions;
  expect(decided).toContainEqual({
    what: 'a limit on pg.note',
    where: 'pushed',
    why: 'any 2 rows of it are enough',
  });
});
