import { parseTypeText } from '@rtdp/sql/pg-type';
import { serverVersion, sessionSettings, timeLimit } from '@rtdp/stores/mysql/version';
import type { IntrospectedColumn } from '@rtdp/stores/scan-contract';
import { expect, test } from 'vitest';
import type { PlannerTable } from './contract.ts';
import { planQuery } from './plan-query.ts';

function column(name: string, typeText: string, collation: string | null = null): IntrospectedColumn {
  const type = parseTypeText(typeText);
  return { name, type, typeText, nullable: name !== 'id', collation, exact: collation === null };
}

function table(name: string, rowEstimate = 1_000): PlannerTable {
  const columns = [
    column('id', 'integer'),
    column('k', 'integer'),
    column('m', 'numeric(10,2)'),
    column('t', 'varchar(20)', 'utf8mb4_0900_ai_ci'),
    column('d', 'date'),
  ];
  const remote = { remoteSchema: 'shop', remoteTable: name };
  return {
    database: 'shop',
    name,
    store: 's',
    storeKind: 'mysql',
    ...remote,
    columns,
    primaryKey: ['id'],
    rowEstimate,
  };
}

const plan = (version: string, sql: string, tables = [table('a'), table('b')]) =>
  planQuery(sql, {
    findTable: (_database, name) => tables.find((one) => one.name === name),
    facts: new Map([
      ['s', { ...serverVersion(version), collation: 'utf8mb4_general_ci', encoding: 'utf8mb4', timeZone: 'UTC' }],
    ]),
    now: new Date('2026-01-15T10:20:30.000Z'),
  });

const TEXTS = `select t, count(*) from shop.a where t = 'x' group by t`;
const WINDOW = `select id, rank() over (order by m) from shop.a`;
const WITH = `with w as (select k from shop.a) select k from w`;

test.each([
  ['8.0.36', 'utf8mb4_0900_bin', true],
  ['9.7.0', 'utf8mb4_0900_bin', true],
  ['8.0.16', null, true],
  ['5.7.44-log', null, false],
  ['10.11.6-MariaDB', 'utf8mb4_nopad_bin', true],
  ['5.5.5-10.6.12-MariaDB-log', 'utf8mb4_nopad_bin', true],
  ['10.1.48-MariaDB', null, false],
])('%s compares texts under %s, and has windows and WITH: %s', (version, collation, isModern) => {
  const ofTexts = plan(version, TEXTS);
  if (collation === null) {
    // What the source narrows is judged again here.
    expect(ofTexts.parts.map(({ sql }) => sql)).toEqual(["SELECT `a`.`t` FROM `shop`.`a` AS `a` WHERE `a`.`t` = 'x'"]);
  } else {
    const bytes = `\`a\`.\`t\` COLLATE ${collation}`;
    expect(ofTexts.whole?.sql).toBe(
      `SELECT ${bytes} AS c0, COUNT(*) AS c1 FROM \`shop\`.\`a\` AS \`a\` WHERE (\`a\`.\`t\` = 'x' AND ${bytes} = 'x') GROUP BY ${bytes}`,
    );
  }
  expect(plan(version, WINDOW).whole?.sql).toBe(
    isModern
      ? 'SELECT `a`.`id` AS c0, RANK() OVER (ORDER BY `a`.`m` IS NULL, `a`.`m` ASC) AS c1 FROM `shop`.`a` AS `a`'
      : undefined,
  );
  expect(plan(version, WITH).whole?.sql).toBe(
    isModern
      ? 'WITH `w1` AS (SELECT `a`.`k` AS c0 FROM `shop`.`a` AS `a`) SELECT `q2`.c0 AS c0 FROM `w1` AS `q2`'
      : undefined,
  );
  const [names] = sessionSettings(serverVersion(version));
  expect(names).toBe(`SET NAMES utf8mb4 COLLATE ${collation ?? 'utf8mb4_bin'}`);
});

test('a session asks only for what its server knows', () => {
  const told = (version: string): string => sessionSettings(serverVersion(version)).join('; ');
  expect(told('8.0.36')).toContain('information_schema_stats_expiry = 0');
  for (const version of ['5.7.44', '10.11.6-MariaDB']) expect(told(version)).not.toContain('information_schema');
  expect(timeLimit(serverVersion('8.0.36'), 1_500)).toBe('SET SESSION max_execution_time = 1500');
  expect(timeLimit(serverVersion('10.11.6-MariaDB'), 1_500)).toBe('SET SESSION max_statement_time = 1.5');
});

test('each construct of a whole query, as MySQL reads it', () => {
  const sent = (sql: string): string | undefined => plan('8.0.36', sql).whole?.sql.replaceAll('`shop`.', '');
  expect(sent(`select a.*, b.m from shop.a left join shop.b using (id) where a.k is not distinct from b.k`)).toBe(
    'SELECT `a`.`id` AS c0, `a`.`k` AS c1, `a`.`m` AS c2, `a`.`t` AS c3, `a`.`d` AS c4, `b`.`m` AS c5 FROM (`a` AS `a` LEFT JOIN `b` AS `b` ON `a`.`id` = `b`.`id`) WHERE (`a`.`k` <=> `b`.`k`)',
  );
  expect(sent(`select k, sum(m) from shop.a group by k having sum(m) > 5 order by 2 desc limit 3 offset 1`)).toBe(
    'SELECT `g1`.k0 AS c0, `g1`.a0 AS c1 FROM (SELECT `a`.`k` AS k0, SUM(`a`.`m`) AS a0 FROM `a` AS `a` GROUP BY `a`.`k`) AS `g1` WHERE `g1`.a0 > 5 ORDER BY `g1`.a0 IS NULL DESC, `g1`.a0 DESC LIMIT 3 OFFSET 1',
  );
  expect(
    sent(
      `select case when k = 1 then m else m + 1.25 end, coalesce(t, 'none') from shop.a where exists (select 1 from shop.b where b.id = a.k)`,
    ),
  ).toBe(
    "SELECT CASE WHEN `a`.`k` = 1 THEN `a`.`m` ELSE (`a`.`m` + 1.25) END AS c0, (COALESCE(`a`.`t` COLLATE utf8mb4_0900_bin, 'none' COLLATE utf8mb4_0900_bin)) AS c1 FROM `a` AS `a` WHERE EXISTS (SELECT 1 FROM `b` AS `b` WHERE `b`.`id` = `a`.`k`)",
  );
  expect(sent(`select id from shop.a where d >= '2024-01-01'`)).toBe(
    "SELECT `a`.`id` AS c0 FROM `a` AS `a` WHERE ((`a`.`d` >= '2024-01-01' OR `a`.`d` < '0001-01-01') AND (9223372036854775807 + (YEAR(`a`.`d`) = 0 OR MONTH(`a`.`d`) = 0 OR DAYOFMONTH(`a`.`d`) = 0)))",
  );
  expect(sent(`select length(t), left(t, 2) || 'x', concat(t, '-'), lead(k, 2) over (order by id) from shop.a`)).toBe(
    "SELECT CHAR_LENGTH(`a`.`t` COLLATE utf8mb4_0900_bin) AS c0, CONCAT(LEFT(`a`.`t` COLLATE utf8mb4_0900_bin, 2) COLLATE utf8mb4_0900_bin, 'x' COLLATE utf8mb4_0900_bin) AS c1, CONCAT(COALESCE(`a`.`t` COLLATE utf8mb4_0900_bin, ''), '-' COLLATE utf8mb4_0900_bin) AS c2, LEAD(`a`.`k`, 2) OVER (ORDER BY `a`.`id` ASC) AS c3 FROM `a` AS `a`",
  );
  expect(sent(`select k from shop.a union select k from shop.b order by 1 limit 2`)).toBe(
    'SELECT `q1`.c0 AS c0 FROM ((SELECT `a`.`k` AS c0 FROM `a` AS `a`) UNION (SELECT `b`.`k` AS c0 FROM `b` AS `b`)) AS `q1` ORDER BY `q1`.c0 IS NULL, `q1`.c0 ASC LIMIT 2',
  );
});

test.each([
  ['8.0.31', true],
  ['8.0.30', false],
  ['10.5.0-MariaDB', true],
  ['10.4.32-MariaDB', false],
])('%s computes INTERSECT and EXCEPT: %s', (version, isWhole) => {
  const { whole, decisions } = plan(version, 'select k from shop.a except all select k from shop.b');
  expect(whole?.sql.replaceAll('`shop`.', '')).toBe(
    isWhole ? '(SELECT `a`.`k` AS c0 FROM `a` AS `a`) EXCEPT ALL (SELECT `b`.`k` AS c0 FROM `b` AS `b`)' : undefined,
  );
  if (!isWhole) expect(decisions[0]).toMatchObject({ where: 'local', why: expect.stringMatching(/no INTERSECT/) });
});

test('what is not proven stays here, over what the source groups, orders or selects, and EXPLAIN says why', () => {
  const kept: readonly (readonly [sql: string, why: RegExp, sent: RegExp])[] = [
    [
      `select k, avg(m) from shop.a group by k`,
      /averages have other digits/,
      /SELECT `a`\.`k`, SUM\(`a`\.`m`\), COUNT\(`a`\.`m`\) .* GROUP BY `a`\.`k`$/,
    ],
    [
      `select upper(t) from shop.a order by id limit 5`,
      /upper is not proven/,
      /SELECT `a`\.`t`, `a`\.`id` .* ORDER BY `a`\.`id` ASC LIMIT 5$/,
    ],
    [`select k + 1 from shop.a`, /an integer that leaves its type does not fail there/, /SELECT `a`\.`k` FROM/],
    [`select k / 2 from shop.a`, /division/, /SELECT `a`\.`k` FROM/],
    [`select coalesce(m, 0) from shop.a`, /different forms/, /SELECT `a`\.`m` FROM/],
    [
      `select lag(k, 1, 0) over (order by id) from shop.a`,
      /lag in this form/,
      /SELECT `a`\.`id`, `a`\.`k` FROM|SELECT `a`\.`k`/,
    ],
    [`select left(t, -1) from shop.a`, /left is not proven/, /SELECT `a`\.`t` FROM/],
  ];
  for (const [sql, why, sent] of kept) {
    const { whole, parts, decisions } = plan('8.0.36', sql);
    expect(whole, sql).toBeUndefined();
    expect(decisions, sql).toContainEqual({ what: 'the whole query', where: 'local', why: expect.stringMatching(why) });
    expect(parts[0]!.sql, sql).toMatch(sent);
  }
});

test('a join that no key leads is not asked of tables that are large', () => {
  const sql = (on: string): string => `select a.id from shop.a join shop.b on ${on} where a.k = 1 and b.k = 2`;
  const large = [table('a', 100_000), table('b', 100_000)];
  expect(plan('8.0.36', sql('a.k = b.id'), large).whole).toBeDefined();
  expect(plan('8.0.36', sql('a.k = b.k'), large).whole).toBeUndefined();
  expect(plan('8.0.36', sql('a.k = b.k')).whole).toBeDefined();
  // Texts are compared by bytes, for which the key has no order.
  const byText = large.map((one) => ({ ...one, primaryKey: ['t'] }));
  const joined = plan('8.0.36', sql('a.t = b.t'), byText);
  expect(joined.parts.map((part) => part.table)).toEqual(['shop.a', 'shop.b']);
  // An index of the source will do, whatever it is for.
  const indexed = large.map((one) => ({ ...one, indexes: [{ columns: ['k'], unique: false }] }));
  expect(plan('8.0.36', sql('a.k = b.k'), indexed).whole).toBeDefined();
  const anti = 'select id from shop.a where not exists (select 1 from shop.b where b.k = a.k)';
  expect(plan('8.0.36', anti, large).whole).toBeUndefined();
  expect(plan('8.0.36', anti).whole).toBeDefined();
});

test('any unique key lets one source join its tables where another has part in the query', () => {
  const other: PlannerTable = { ...table('c'), store: 'p', storeKind: 'postgres' };
  const sql = 'select a.id from shop.a join shop.b on a.k = b.k join shop.c on c.id = a.id where b.m = 2';
  const tablesOf = (unique: boolean): string[] => {
    const keyed = { ...table('b'), indexes: [{ columns: ['k'], unique }] };
    return plan('8.0.36', sql, [table('a'), keyed, other]).parts.map((part) => part.table);
  };
  expect(tablesOf(true)).toEqual(['shop.a, shop.b', 'shop.c']);
  expect(tablesOf(false)).toEqual(['shop.a', 'shop.b', 'shop.c']);
});
