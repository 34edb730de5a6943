import { describe, expect, test } from 'vitest';
import { bindQuery } from './bind-query.ts';
import { Statement } from './expression.ts';
import { parseSelect } from './parse.ts';
import { describeType, parseTypeText } from './pg-type.ts';
import { SqlError } from './problem.ts';

const TABLES: Record<string, string> = {
  orders: 'id int|cust int|total numeric(12,2)|day date|note text|big bigint|free numeric|real float8|small smallint',
  cust: 'id int|name text|grp char(3)|at timestamptz|data jsonb',
};

function bind(sql: string, parameters?: (string | null)[]) {
  const statement = new Statement(sql, undefined, { ordersTextByBytes: true });
  return bindQuery(statement, parseSelect(sql).select, {
    now: new Date('2026-01-15T10:20:30.456Z'),
    ...(parameters === undefined ? {} : { parameters }),
    findTable: (node) => ({
      engineTable: node.relname!,
      primaryKey: ['id'],
      columns: TABLES[node.relname!]!.split('|').map((column, index) => {
        const [name, ...type] = column.split(' ');
        return { name: name!, type: parseTypeText(type.join(' ')), held: `c${index}` };
      }),
    }),
  });
}

const typesOf = (sql: string): string[] => bind(sql).columns.map(({ type }) => type.name);
const problem = (sql: string): { code: string; column: number } => {
  try {
    bind(sql);
  } catch (error) {
    if (error instanceof SqlError) return { code: error.code, column: error.problems[0]!.column };
    throw error;
  }
  throw new Error(`${sql} was bound`);
};

describe('types are those of Postgres', () => {
  test.each([
    [
      'select sum(id), sum(big), sum(total), sum(real), avg(id), avg(real), count(*) from orders',
      ['int8', 'numeric', 'numeric', 'float8', 'numeric', 'float8', 'int8'],
    ],
    [
      'select id / 2, small + small, id + big, total * 2, real * total, id / total from orders',
      ['int4', 'int2', 'int8', 'numeric', 'float8', 'numeric'],
    ],
    ['select min(note), max(day), min(total), bool_and(id > 1) from orders', ['text', 'date', 'numeric', 'bool']],
    [
      "select day + 1, day + interval '1 day', day - day, date_trunc('day', at) from orders, cust",
      ['date', 'timestamp', 'int4', 'timestamptz'],
    ],
    [
      'select row_number() over (), lag(day) over (order by id), sum(id) over (), avg(total) over () from orders',
      ['int8', 'date', 'int8', 'numeric'],
    ],
    ['select 1 union select null union select 2.5', ['numeric']],
    [
      'select coalesce(id, big), case when true then id else total end, (select max(big) from orders) from orders',
      ['int8', 'numeric', 'int8'],
    ],
    ["select 'a', null, $1, current_date, now()", ['text', 'text', 'text', 'date', 'timestamptz']],
  ])('%s', (sql, types) => {
    expect(typesOf(sql)).toEqual(types);
  });

  test('a sum keeps its scale, an average does not', () => {
    expect(bind('select sum(total) from orders').columns[0]!.type).toMatchObject({ precision: 38, scale: 2 });
    expect(describeType(bind('select avg(total) from orders').columns[0]!.type)).toBe('numeric');
  });
});

test('names are those of Postgres', () => {
  const { columns } = bind(
    `select id, o.total, count(*) over (), id + 1, id::text, case when id > 1 then note end, coalesce(note, ''), (select max(name) from cust), exists (select 1), 'x'::text,
      extract(year from day), current_date, nullif(id, 1) as "N" from orders o`,
  );
  expect(columns.map(({ name }) => name)).toEqual([
    'id',
    'total',
    'count',
    '?column?',
    'id',
    'case',
    'coalesce',
    'max',
    'exists',
    'text',
    'extract',
    'current_date',
    'N',
  ]);
});

test('parameters take the type of their surroundings and are printed as literals', () => {
  const sql = 'select id from orders where id = $1 and note = $2 and total > $3 and day < $4 limit $5';
  expect(bind(sql).parameterTypes.map(({ name }) => name)).toEqual(['int4', 'text', 'numeric', 'date', 'int8']);
  const bound = bind(sql, ['7', "it's", '1.50', '2024-01-01', '3']);
  expect(bound.sql).toContain("'it''s'");
  expect(bound.sql).toMatch(/ LIMIT 3$/);
  expect(bound.facts.readsParameter).toBe(true);
  expect(() => bind('select id from orders where id = $1', ['x'])).toThrow(/not a value of type integer/);
  expect(() => bind('select id from orders where id = $2', ['1'])).toThrow(/no value for \$2/);
});

test('rows are ordered with NULLs where Postgres has them, and char(n) and numeric by a key', () => {
  expect(bind('select id from orders order by note desc, id').sql).toMatch(
    /ORDER BY q1\.c4 DESC NULLS FIRST, q1\.c0 ASC NULLS LAST$/,
  );
  expect(bind('select grp from cust order by grp').sql).toContain("rtrim(q1.c2, ' ') ASC");
  expect(bind('select free, count(*) from orders group by free').sql).toMatch(
    /any_value\(q1\.c6\).*GROUP BY rtdp_numeric_key\(q1\.c6\)/,
  );
});

test('what may fail is computed behind the conditions before it', () => {
  expect(bind('select id from orders where cust <> 0 and id / cust > 1').sql).toMatch(
    /CASE WHEN \(q1\.c1 <> .*\) THEN .*rtdp_int8_divide.* ELSE false END/,
  );
});

test('what every arm of an OR asks for is taken out, so that it can join', () => {
  const { sql } = bind(
    'select 1 from orders o, cust c where (o.cust = c.id and o.id = 1) or (o.cust = c.id and o.id = 2)',
  );
  expect(sql).toMatch(/WHERE \(q1\.c1 = q2\.c0\) AND \(\(q1\.c0 = .*\) OR \(q1\.c0 = .*\)\)$/);
});

describe('refuses with the place', () => {
  test.each([
    ['select missing from orders', 'SQL_UNKNOWN_COLUMN', 8],
    ['select id from orders o, cust c', 'SQL_AMBIGUOUS_COLUMN', 8],
    ['select 1 from orders o, cust o', 'SQL_AMBIGUOUS_TABLE', 25],
    ['select note, count(*) from orders', 'SQL_NOT_GROUPED', 8],
    ['select id from orders where count(*) > 1', 'SQL_MISPLACED', 29],
    ['select id from orders where row_number() over () > 1', 'SQL_MISPLACED', 29],
    ['select sum(note) from orders', 'SQL_UNKNOWN_FUNCTION', 8],
    ['select xmlagg(note) from orders', 'SQL_UNKNOWN_FUNCTION', 8],
    ['select cuont(*) from orders', 'SQL_UNKNOWN_FUNCTION', 8],
    ['select to_char(day, $$TMMonth$$) from orders', 'SQL_UNKNOWN_FUNCTION', 8],
    ['select id from orders order by 3', 'SQL_UNKNOWN_COLUMN', 1],
    ['select data from cust order by data::json', 'SQL_UNSUPPORTED', 32],
    ['select id from orders where note = 1', 'SQL_UNKNOWN_OPERATOR', 34],
    ['with recursive t as (select n + 1 from t union all select 1 as n) select * from t', 'SQL_UNSUPPORTED', 16],
    ['select id from orders union select note from orders', 'SQL_TYPE_MISMATCH', 1],
  ])('%s', (sql, code, column) => {
    expect(problem(sql)).toEqual({ code, column });
  });
});

test('a grouped key determines the other columns of its table', () => {
  expect(bind('select id, note, count(*) from orders group by id').sql).toMatch(
    /any_value\(q1\.c4\).* GROUP BY q1\.c0\)/,
  );
  expect(problem('select o.id, c.name from orders o, cust c group by o.id').code).toBe('SQL_NOT_GROUPED');
});
