import { describe, expect, test } from 'vitest';
import { checkStateless } from './check-stateless.ts';
import { SqlError } from './problem.ts';

const REFUSED: [sql: string, code: string, line: number, column: number][] = [
  ['SELECT count(*) AS n FROM t', 'SQL_STATEFUL_AGGREGATE', 1, 8],
  ['SELECT a, sum(b)\nFROM t\nGROUP BY a', 'SQL_STATEFUL_AGGREGATE', 1, 11],
  ['SELECT a\nFROM t\nGROUP BY a', 'SQL_STATEFUL_GROUP', 3, 10],
  ['SELECT a FROM t HAVING a > 1', 'SQL_STATEFUL_GROUP', 1, 26],
  ['SELECT DISTINCT a FROM t', 'SQL_STATEFUL_DISTINCT', 1, 17],
  ['SELECT DISTINCT ON (a) a FROM t', 'SQL_STATEFUL_DISTINCT', 1, 24],
  ['SELECT a FROM t ORDER BY a', 'SQL_STATEFUL_ORDER', 1, 26],
  ['SELECT a FROM t LIMIT 10', 'SQL_STATEFUL_LIMIT', 1, 23],
  ['SELECT a FROM t OFFSET 3', 'SQL_STATEFUL_LIMIT', 1, 24],
  ['SELECT a FROM t FETCH FIRST 3 ROWS ONLY', 'SQL_STATEFUL_LIMIT', 1, 29],
  ['SELECT row_number() OVER () AS n FROM t', 'SQL_STATEFUL_WINDOW', 1, 8],
  ['SELECT sum(a) OVER w FROM t WINDOW w AS (PARTITION BY b)', 'SQL_STATEFUL_WINDOW', 1, 8],
  ['SELECT now() AS x FROM t', 'SQL_VOLATILE', 1, 8],
  ['SELECT current_date AS x FROM t', 'SQL_VOLATILE', 1, 8],
  ['SELECT a FROM t WHERE ts > current_timestamp', 'SQL_VOLATILE', 1, 28],
  ['SELECT localtimestamp AS x FROM t', 'SQL_VOLATILE', 1, 8],
  ['SELECT current_user AS x FROM t', 'SQL_VOLATILE', 1, 8],
  ['SELECT random() AS x FROM t', 'SQL_VOLATILE', 1, 8],
  ['SELECT gen_random_uuid() AS x FROM t', 'SQL_VOLATILE', 1, 8],
  [`SELECT nextval('s') AS x FROM t`, 'SQL_VOLATILE', 1, 8],
  ['SELECT age(ts) AS x FROM t', 'SQL_VOLATILE', 1, 8],
  ['SELECT a FROM t TABLESAMPLE system (10)', 'SQL_VOLATILE', 1, 29],
  ['SELECT a FROM t WHERE a IN (SELECT b FROM t)', 'SQL_STATEFUL_SUBQUERY', 1, 25],
  ['SELECT (SELECT max(a) FROM t) AS x FROM t', 'SQL_STATEFUL_SUBQUERY', 1, 8],
  ['SELECT a FROM t WHERE EXISTS (SELECT 1 FROM t)', 'SQL_STATEFUL_SUBQUERY', 1, 23],
  ['SELECT a FROM t UNION SELECT a FROM t', 'SQL_STATEFUL_SET_OPERATION', 1, 30],
  ['SELECT a FROM t INTERSECT ALL SELECT a FROM t', 'SQL_STATEFUL_SET_OPERATION', 1, 38],
  ['SELECT a FROM t EXCEPT SELECT a FROM t', 'SQL_STATEFUL_SET_OPERATION', 1, 31],
  ['SELECT a FROM t FOR UPDATE', 'SQL_STATEFUL_LOCK', 1, 8],
  ['VALUES (1)', 'SQL_UNSUPPORTED', 1, 9],
  ['WITH RECURSIVE r AS (SELECT a FROM t) SELECT a FROM r', 'SQL_UNSUPPORTED', 1, 46],
  ['SELECT a FROM (SELECT a FROM t LIMIT 1) AS x', 'SQL_STATEFUL_LIMIT', 1, 38],
  ['WITH x AS (SELECT count(*) AS n FROM t) SELECT n FROM x', 'SQL_STATEFUL_AGGREGATE', 1, 19],
  ['SELECT a FROM t UNION ALL SELECT max(a) FROM t', 'SQL_STATEFUL_AGGREGATE', 1, 34],
  [`SELECT 'é' AS é,\n  now() AS x FROM t`, 'SQL_VOLATILE', 2, 3],
];

describe('what a stateless flow may not hold', () => {
  test.each(REFUSED)('%s', (sql, code, line, column) => {
    const problems = checkStateless(sql, 'step');
    expect(problems.map((problem) => problem.code)).toContain(code);
    const problem = problems.find((each) => each.code === code)!;
    expect({ line: problem.line, column: problem.column }).toEqual({ line, column });
    expect(problem.step).toBe('step');
    expect(problem.message.length).toBeGreaterThan(10);
    expect(problem.next.length).toBeGreaterThan(5);
  });

  test('every problem is reported, in the order of the text', () => {
    const problems = checkStateless('SELECT count(*), now()\nFROM t\nORDER BY 1\nLIMIT 1');
    expect(problems.map(({ code, line }) => [code, line])).toEqual([
      ['SQL_STATEFUL_AGGREGATE', 1],
      ['SQL_VOLATILE', 1],
      ['SQL_STATEFUL_ORDER', 3],
      ['SQL_STATEFUL_LIMIT', 4],
    ]);
  });

  test('a plain filter and projection has none', () => {
    expect(checkStateless(`SELECT a, upper(b) AS b FROM t WHERE a > 1 UNION ALL SELECT a, c FROM t`)).toEqual([]);
  });
});

describe('what does not parse', () => {
  test.each([
    ['SELECT a,\n  FROM t WHERE', 'SQL_SYNTAX', 2, 3],
    ['SELECT é frm é é', 'SQL_SYNTAX', 1, 14],
    ["SELECT 'abc", 'SQL_SYNTAX', 1, 8],
    ['', 'SQL_SYNTAX', 1, 1],
    ['SELECT 1;\nSELECT 2', 'SQL_SYNTAX', 2, 1],
    ['DELETE FROM t', 'SQL_NOT_SELECT', 1, 1],
    ['CREATE TABLE t (a int)', 'SQL_NOT_SELECT', 1, 1],
  ])('%s', (sql, code, line, column) => {
    let thrown: unknown;
    try {
      checkStateless(sql, 'step');
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(SqlError);
    expect((thrown as SqlError).problems[0]).toMatchObject({ code, line, column, step: 'step' });
  });
});
