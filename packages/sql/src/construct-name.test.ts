/** Whoever wrote SQL is told of it in its own words, by whatever refuses it; the parser has other names. */
import { expect, test } from 'vitest';
import { bindQuery } from './bind-query.ts';
import { checkSourceQuery } from './check-source-query.ts';
import { Statement } from './expression.ts';
import { parseSelect } from './parse.ts';
import { parseTypeText } from './pg-type.ts';
import { SqlError } from './problem.ts';

const columns = ['id integer', 'note text', 'data jsonb'].map((column) => {
  const [name, type] = column.split(' ') as [string, string];
  return { name, type: parseTypeText(type), held: name };
});

function refusalOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof SqlError) return `${error.problems[0]!.message} ${error.next}`;
    throw error;
  }
  throw new Error('nothing was refused');
}

test.each([
  ['id <> all (array[1, 2])', "<> ALL (array) is not proven equal to Postgres'. Write NOT IN (…)."],
  ['id < all (array[1, 2])', "< ALL (array) is not proven equal to Postgres'. Compute it another way."],
  ["id < any ('{1}')", '< ANY of this is not proven. Write x = ANY(array), or NOT x = ANY(array).'],
  ['id between symmetric 2 and 1', "BETWEEN SYMMETRIC is not proven equal to Postgres'. Compute it another way."],
  [
    'id not between symmetric 2 and 1',
    "NOT BETWEEN SYMMETRIC is not proven equal to Postgres'. Compute it another way.",
  ],
  ["note similar to 'a'", "SIMILAR TO is not proven equal to Postgres'. Compute it another way."],
  ['round(v => 1.5) = 2', "a named argument is not proven equal to Postgres'. Compute it another way."],
  [
    "json_exists(data, '$.a')",
    "JSON_EXISTS, JSON_QUERY or JSON_VALUE is not proven equal to Postgres'. Compute it another way.",
  ],
  ['current_time(2) is null', 'current_time is not proven here. Use current_date or current_timestamp.'],
])('in a query that is split: %s', (condition, told) => {
  const sql = `select 1 from orders where ${condition}`;
  const findTable = () => ({ engineTable: 'orders', primaryKey: [], columns });
  const bind = () => bindQuery(new Statement(sql), parseSelect(sql).select, { now: new Date(), findTable });
  expect(refusalOf(bind)).toBe(told);
});

test.each([
  ["select json_value(data, '$.a') from orders", 'JSON_EXISTS, JSON_QUERY or JSON_VALUE'],
  ['select json_arrayagg(id) from orders', 'JSON_ARRAYAGG'],
  ['with gone as (delete from orders returning id) select * from gone', 'DELETE'],
  ["select b'101' from orders", 'A part of the statement'],
])('where it is not sent to a source: %s', (sql, name) => {
  const problems = checkSourceQuery(new Statement(sql), parseSelect(sql).select);
  expect(problems.map(({ message }) => message)).toEqual([`${name} is not sent to a source.`]);
});

test('and where it is no SELECT', () => {
  expect(refusalOf(() => parseSelect('set x = 1'))).toContain('This is SET, not SELECT.');
});
