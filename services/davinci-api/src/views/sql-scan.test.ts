/** Where variables are in SQL, and above all where they are not. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { scanSql } from './sql-scan.ts';

const names = (text: string): string[] => scanSql(text).variables.map(({ name }) => name);

test('finds variables only where the lexer of Postgres would see a colon', () => {
  expect(names('select :a, :b_2')).toEqual(['a', 'b_2']);
  for (const text of [
    "select ':a'",
    "select 'it''s :a'",
    String.raw`select E'it\'s :a'`,
    "select e'\\\\', ':a'",
    'select ":a"',
    'select "x"":a"',
    'select $$ :a $$',
    'select $q$ $$ :a $$ $q$',
    'select 1 -- :a',
    'select /* :a /* :b */ :c */ 1',
    'select x::a',
    "select '1'::a::b",
    'f(x := 1)',
  ]) {
    expect(names(text), text).toEqual([]);
  }
  expect(names('select 1 -- :a\n, :b')).toEqual(['b']);
  expect(names("select U&'\\' || :a")).toEqual(['a']);
  expect(names('select :a::int, x::date > :b')).toEqual(['a', 'b']);
  expect(names('select a$b$ :c $b$')).toEqual(['c']);
  expect(scanSql('select tags[1:n]').variables).toMatchObject([{ name: 'n', inBrackets: true }]);
  expect(scanSql("select 'never ends").unterminated).toBe(7);
  expect(scanSql('select $1; select 2').placeholders).toEqual([7]);
  expect(scanSql("select ';' ; ").semicolons).toEqual([11]);
});

test('what is put between quotes never becomes a variable, whatever it is', () => {
  const inside = fc.string({ maxLength: 40 });
  fc.assert(
    fc.property(inside, inside, (text, other) => {
      const sql = `select '${text.replaceAll("'", "''")}' as "${other.replaceAll('"', '""')}", :only`;
      expect(names(sql)).toEqual(['only']);
    }),
    { numRuns: 500 },
  );
});
