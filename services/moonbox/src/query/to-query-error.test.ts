/** What a user is told: the place of a name that the source did not know, and nothing of where the source is. */
import { SqlError } from '@rtdp/sql/problem';
import { RtdpError } from '@rtdp/ums/error';
import { expect, test } from 'vitest';
import { toQueryError } from './to-query-error.ts';

const { signal } = new AbortController();
const told = (error: RtdpError, sql = 'select 1') =>
  toQueryError(error, { sql, signal, memoryLimit: '1GB' }) as RtdpError;
const atSource = (message: string, sqlState: string) =>
  new RtdpError({
    code: 'STORE_QUERY_FAILED',
    message,
    next: '',
    facts: { host: 'inner', port: 5432, database: 'd', position: 99, sqlState },
  });

test('a name that stands once gets its place, one that stands twice gets none', () => {
  expect(
    told(atSource('column "nmae" does not exist', '42703'), 'select id,\n  o.nmae\nfrom shop.orders o'),
  ).toMatchObject({
    code: 'SQL_UNKNOWN_COLUMN',
    facts: { sqlState: '42703', problems: [{ code: 'SQL_UNKNOWN_COLUMN', line: 2, column: 5 }] },
  });
  expect(
    told(atSource('column o.nmae does not exist', '42703'), 'select O.Nmae from shop.orders o').facts.problems,
  ).toEqual([expect.objectContaining({ line: 1, column: 10 })]);
  const twice = told(atSource('column "a.b*" does not exist', '42703'), 'select "a.b*", "a.b*" from t');
  expect(twice).toMatchObject({ code: 'SQL_UNKNOWN_COLUMN' });
  expect(twice.facts).toEqual({ sqlState: '42703' });
});

test('a column that the source does not know is told with the one that was meant', () => {
  const tables = [{ columns: ['id', 'customer'] }, { columns: ['id', 'total'] }];
  const hint = (sql: string, message = 'column o.totl does not exist') =>
    (toQueryError(atSource(message, '42703'), { sql, signal, tables, memoryLimit: '' }) as RtdpError).next;
  expect(hint('select o.totl from shop.orders o')).toBe('Did you mean total?');
  expect(hint('select o.totl, o.totl from shop.orders o')).toBe('Did you mean total?');
  expect(hint('select o.nothing from shop.orders o', 'column o.nothing does not exist')).toBe(
    'Correct the statement at this place.',
  );
});

test('what is wrong at several places is said once, and each place is there', () => {
  const problem = { code: 'SQL_UNKNOWN_TABLE', message: 'There is no database nope.', next: '', line: 1 } as const;
  const places = [
    { ...problem, column: 15 },
    { ...problem, column: 33 },
    { ...problem, column: 40, message: 'No database has a table t.' },
  ];
  expect(toQueryError(new SqlError(places), { sql: '', signal, memoryLimit: '' })).toMatchObject({
    message: 'There is no database nope. No database has a table t.',
    facts: { problems: places },
  });
});

test('where a store is stays with the administrators', () => {
  const facts = { host: 'inner', port: 1, database: 'd', user: 'u', sqlState: 'ECONNREFUSED' };
  const message = 'connect ECONNREFUSED inner:1';
  for (const code of ['STORE_UNREACHABLE', 'STORE_REFUSED', 'STORE_FAILED']) {
    const error = told(new RtdpError({ code, message: code === 'STORE_FAILED' ? 'broken' : message, next: '', facts }));
    expect(error.code).toBe(code);
    expect(JSON.stringify(error)).not.toMatch(/inner/);
  }
});

test('who aborted says why', () => {
  const gone = new AbortController();
  gone.abort();
  const request = { sql: '', signal: gone.signal, memoryLimit: '' };
  expect(toQueryError(new Error('x'), request)).toMatchObject({ code: 'MOONBOX_CANCELLED' });
});
