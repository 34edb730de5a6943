/** Proves that a plan is offered of what the gateway can explain alone. */
import { expect, test } from 'vitest';
import { isExplainable } from './explainable.ts';

test.each([
  ['SELECT', 'select 1', true],
  ['EXPLAIN', 'select 1', true],
  ['EXPLAIN ANALYZE', '-- explain\nselect 1', true],
  ['EXPLAIN', 'EXPLAIN select 1', false],
  ['EXPLAIN', '/* why */ -- so slow\n  explain analyze select 1', false],
  ['MOUNT DATABASE', "MOUNT DATABASE store OPTIONS (kind 'postgres')", false],
  ['SHOW TABLES', 'SHOW TABLES', false],
  ['UNKNOWN', 'selec 1', false],
])('%s: %s', (kind, sql, is) => {
  expect(isExplainable({ kind, sql })).toBe(is);
});
