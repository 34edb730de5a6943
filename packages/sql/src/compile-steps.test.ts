import { describe, expect, test } from 'vitest';
import { compileSteps } from './compile-steps.ts';
import { SQL_ERROR_CODES } from './error-codes.ts';
import { parseTypeText } from './pg-type.ts';
import { SqlError, type SqlProblem } from './problem.ts';

const SOURCE = [
  ['id', 'bigint', true],
  ['part', 'integer', true],
  ['name', 'text', false],
  ['amount', 'numeric(12,2)', false],
  ['free', 'numeric', false],
  ['at', 'timestamptz(6)', false],
  ['day', 'date', false],
  ['ok', 'boolean', false],
  ['data', 'jsonb', false],
  ['tags', 'text[]', false],
  ['mood', 'mood', false],
  ['raw', 'bytea', false],
  ['code', 'char(3)', false],
] as const;

function compile(...sqls: string[]) {
  return compileSteps({
    steps: sqls.map((sql, index) => ({ name: `step${index + 1}`, sql })),
    sourceName: 'orders',
    sourceColumns: SOURCE.map(([name, type, key]) => ({ name, type: parseTypeText(type), nullable: !key, key })),
  });
}

function problemsOf(...sqls: string[]): readonly SqlProblem[] {
  try {
    compile(...sqls);
  } catch (error) {
    if (error instanceof SqlError) return error.problems;
    throw error;
  }
  return [];
}

describe('what a flow is made from', () => {
  test('knows what is carried, what is computed and what decides', () => {
    const { relations, keyFrom, computedFrom } = compile(
      `SELECT id AS order_id, part, name, amount * 2 AS twice, day FROM orders WHERE ok`,
      `SELECT order_id, part, upper(name) AS name, twice FROM step1`,
    );
    const result = relations.at(-1)!;
    expect(keyFrom).toEqual([
      { result: 'order_id', source: 'id' },
      { result: 'part', source: 'part' },
    ]);
    expect(result.columns.map(({ name, copied, sources }) => [name, copied, [...sources]])).toEqual([
      ['order_id', 'id', ['id']],
      ['part', 'part', ['part']],
      ['name', undefined, ['name']],
      ['twice', undefined, ['amount']],
    ]);
    expect([...computedFrom].sort()).toEqual(['amount', 'name', 'ok']);
    expect(result.explodes).toBe(false);
  });

  test('a column that a later step drops is not needed', () => {
    const { computedFrom } = compile(
      'SELECT id, part, upper(name) AS n, amount FROM orders',
      'SELECT id, part, amount FROM step1',
    );
    expect([...computedFrom]).toEqual([]);
  });

  test('a union carries a column only if every branch does', () => {
    const { relations } = compile(
      'SELECT id, part, name FROM orders UNION ALL SELECT id, part, code::text FROM orders',
    );
    expect(relations[0]!.columns.map(({ copied }) => copied)).toEqual(['id', 'part', undefined]);
    expect(relations[0]!.explodes).toBe(true);
  });

  test('a name with an upper case letter needs its quotes, as in Postgres', () => {
    const columns = [{ name: 'dateTime', type: parseTypeText('timestamp'), nullable: true, key: false }];
    const definition = (sql: string) => ({ steps: [{ name: 's', sql }], sourceName: 'bid', sourceColumns: columns });
    expect(compileSteps(definition('SELECT "dateTime" FROM bid')).relations[0]!.columns[0]!.name).toBe('dateTime');
    expect(() => compileSteps(definition('SELECT dateTime FROM bid'))).toThrow('There is no column datetime.');
  });
});

const REFUSED: [sql: string, code: keyof typeof SQL_ERROR_CODES, line: number, column: number][] = [
  ['SELECT id, part, nme FROM orders', 'SQL_UNKNOWN_COLUMN', 1, 18],
  ['SELECT o.id, o.part, x.name FROM orders o', 'SQL_UNKNOWN_COLUMN', 1, 22],
  ['SELECT id, part FROM\n  order_lines', 'SQL_UNKNOWN_TABLE', 2, 3],
  ['SELECT 1 AS x', 'SQL_UNKNOWN_TABLE', 1, 1],
  ['SELECT a.id, a.part FROM orders a, orders b', 'SQL_STATEFUL_JOIN', 1, 36],
  ['SELECT a.id, a.part FROM orders a JOIN orders b ON a.id = b.id', 'SQL_STATEFUL_JOIN', 1, 40],
  ['SELECT id, part, name AS id FROM orders', 'SQL_DUPLICATE_COLUMN', 1, 18],
  ['SELECT id, part, name AS ums_id_ FROM orders', 'SQL_DUPLICATE_COLUMN', 1, 18],
  ['SELECT id, part, name < code AS x FROM orders', 'SQL_UNKNOWN_OPERATOR', 1, 23],
  [`SELECT id, part FROM orders WHERE name < 'm'`, 'SQL_UNKNOWN_OPERATOR', 1, 40],
  ['SELECT id, part FROM orders WHERE name COLLATE "de_DE" < \'m\'', 'SQL_UNSUPPORTED', 1, 40],
  ['SELECT id, part FROM orders WHERE name', 'SQL_TYPE_MISMATCH', 1, 35],
  ['SELECT id, part, name + 1 AS x FROM orders', 'SQL_UNKNOWN_OPERATOR', 1, 23],
  [`SELECT id, part, amount + 'x' AS x FROM orders`, 'SQL_INVALID_VALUE', 1, 27],
  [`SELECT id, part, day + interval '1.5 days' AS x FROM orders`, 'SQL_UNSUPPORTED', 1, 33],
  [`SELECT id, part, 'tomorrow'::date AS x FROM orders`, 'SQL_INVALID_VALUE', 1, 18],
  [`SELECT id, part, '2023-02-29'::date AS x FROM orders`, 'SQL_INVALID_VALUE', 1, 18],
  [`SELECT id, part, 40000::smallint AS x, '40000'::smallint AS y FROM orders`, 'SQL_INVALID_VALUE', 1, 40],
  ['SELECT id, part, amount::money AS x FROM orders', 'SQL_UNKNOWN_TYPE', 1, 26],
  ['SELECT id, part, amount::numeric(50,2) AS x FROM orders', 'SQL_UNKNOWN_TYPE', 1, 26],
  ['SELECT id, part, at::timestamp(0) AS x FROM orders', 'SQL_UNKNOWN_TYPE', 1, 22],
  ['SELECT id, part, ARRAY[id] AS x FROM orders', 'SQL_UNSUPPORTED', 1, 18],
  ['SELECT id, part, name::int[] AS x FROM orders', 'SQL_UNKNOWN_TYPE', 1, 24],
  ['SELECT id, part, day::int AS x FROM orders', 'SQL_UNKNOWN_CAST', 1, 18],
  ['SELECT id, part, raw::text AS x FROM orders', 'SQL_UNKNOWN_CAST', 1, 18],
  [`SELECT id, part FROM orders WHERE mood = 'happy'`, 'SQL_UNKNOWN_CAST', 1, 42],
  ['SELECT id, part, power(amount, 2) AS x FROM orders', 'SQL_UNKNOWN_FUNCTION', 1, 18],
  ['SELECT id, part, pg_catalog.version() AS x FROM orders', 'SQL_VOLATILE', 1, 18],
  ['SELECT id, part, my.f(id) AS x FROM orders', 'SQL_UNKNOWN_FUNCTION', 1, 18],
  ['SELECT id, part, read_csv(name) AS x FROM orders', 'SQL_UNKNOWN_FUNCTION', 1, 18],
  [`SELECT id, part, to_char(at, 'YYYY') AS x FROM orders`, 'SQL_UNKNOWN_FUNCTION', 1, 18],
  [`SELECT id, part, at AT TIME ZONE 'Europe/Berlin' AS x FROM orders`, 'SQL_UNKNOWN_FUNCTION', 1, 21],
  [`SELECT id, part, lower(id) AS x FROM orders`, 'SQL_UNKNOWN_FUNCTION', 1, 18],
  [`SELECT id, part FROM orders WHERE name ~ '(?=x)'`, 'SQL_UNSUPPORTED', 1, 42],
  [`SELECT id, part FROM orders WHERE name ~ '\\d+'`, 'SQL_UNSUPPORTED', 1, 42],
  [`SELECT id, part FROM orders WHERE name ~ code`, 'SQL_UNSUPPORTED', 1, 42],
  [`SELECT id, part FROM orders WHERE name ~* 'a'`, 'SQL_UNKNOWN_OPERATOR', 1, 40],
  [`SELECT id, part FROM orders WHERE name SIMILAR TO 'a'`, 'SQL_UNSUPPORTED', 1, 40],
  [`SELECT id, part, regexp_replace(name, '(a|b)+', 'x') AS x FROM orders`, 'SQL_UNKNOWN_FUNCTION', 1, 18],
  [`SELECT id, part FROM orders WHERE data = '{}'`, 'SQL_UNKNOWN_OPERATOR', 1, 40],
  [`SELECT id, part FROM orders WHERE data @> '{}'`, 'SQL_UNKNOWN_OPERATOR', 1, 40],
  ['SELECT id, part, jsonb_array_elements(data) AS x FROM orders', 'SQL_UNKNOWN_FUNCTION', 1, 18],
  ['SELECT id, part, k FROM orders, jsonb_each(data) AS e(k, v)', 'SQL_UNSUPPORTED', 1, 33],
  ['SELECT id, part, x FROM orders, generate_series(1, 3) AS x', 'SQL_UNSUPPORTED', 1, 33],
  ['SELECT id, part, x FROM orders, unnest(data) AS x', 'SQL_TYPE_MISMATCH', 1, 40],
  ['SELECT id, part, CASE WHEN ok THEN 1 ELSE name END AS x FROM orders', 'SQL_TYPE_MISMATCH', 1, 43],
  ['SELECT id, part, amount * 2 FROM orders', 'SQL_UNSUPPORTED', 1, 18],
  ['SELECT id, part, $1::int AS x FROM orders', 'SQL_PLACEHOLDER', 1, 18],
  ['SELECT id, part FROM orders UNION ALL SELECT id FROM orders', 'SQL_TYPE_MISMATCH', 1, 46],
  ['SELECT id, name FROM orders', 'SQL_KEY_LOST', 1, 1],
  ['SELECT id::text AS id, part FROM orders', 'SQL_KEY_LOST', 1, 1],
];

describe('what is refused, and where', () => {
  test.each(REFUSED)('%s', (sql, code, line, column) => {
    const problems = problemsOf(sql);
    expect(problems.map((problem) => problem.code)).toEqual([code]);
    expect({ line: problems[0]!.line, column: problems[0]!.column }).toEqual({ line, column });
    expect(problems[0]!.next).toMatch(/\.$/);
  });

  test('every problem of every step is found at once, and none that only follows from another', () => {
    const problems = problemsOf(
      'SELECT id, part, nope, power(id, 2) AS p FROM orders WHERE nix',
      'SELECT id, nope FROM step1',
      'SELECT now() AS x FROM orders',
    );
    expect(problems.map(({ step, code }) => `${step} ${code}`)).toEqual([
      'step1 SQL_UNKNOWN_COLUMN',
      'step1 SQL_UNKNOWN_COLUMN',
      'step1 SQL_UNKNOWN_FUNCTION',
      'step3 SQL_VOLATILE',
    ]);
  });

  test('two steps of one name, and a step named like the source', () => {
    const compileNamed = (names: string[]) =>
      compileSteps({
        steps: names.map((name) => ({ name, sql: 'SELECT id FROM orders' })),
        sourceName: 'orders',
        sourceColumns: [{ name: 'id', type: parseTypeText('bigint'), nullable: false, key: true }],
      });
    expect(() => compileNamed(['a', 'a'])).toThrow('The name a is taken.');
    expect(() => compileNamed(['orders'])).toThrow('The name orders is taken.');
  });

  test('every code that is used is on the list', () => {
    expect(REFUSED.every(([, code]) => code in SQL_ERROR_CODES)).toBe(true);
  });
});
