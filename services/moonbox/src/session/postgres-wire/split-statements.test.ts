/** Statements are cut where Postgres would cut them. */
import { expect, it } from 'vitest';
import { afterKeyword, closingParenthesis, onlyPlaceOf, splitStatements } from './split-statements.ts';

it.each([
  ['', []],
  [' ; -- nothing\n ;/* ; /* ; */ ; */', []],
  ['select 1', ['select 1']],
  ['select 1;; select 2 ;', ['select 1', 'select 2 ']],
  ["select ';', e'\\';', '\\'; select \";\"\"\";", ["select ';', e'\\';', '\\'", 'select ";"""']],
  ['select $$;$$, $a$ $$;$b$ $a$, $1; x', ['select $$;$$, $a$ $$;$b$ $a$, $1', 'x']],
  ['/* a */ select 1 -- ;\n; select 2', ['select 1 -- ;\n', 'select 2']],
  ["select 'open; select 2", ["select 'open; select 2"]],
  ['select a$b$c; select d$b$', ['select a$b$c', 'select d$b$']],
])('%j', (text, expected) => {
  const found = splitStatements(text);
  expect(found.map((each) => each.text)).toEqual(expected);
  for (const each of found) expect(text.slice(each.start, each.start + each.text.length)).toBe(each.text);
});

it('finds what belongs together within a statement', () => {
  expect(closingParenthesis("copy (select ')', (1)) to stdout", 5)).toBe(21);
  expect(closingParenthesis('(', 0)).toBe(-1);
  const declare = 'declare "for" cursor /* for */ for select 1';
  expect(declare.slice(afterKeyword(declare, 'for'))).toBe(' select 1');
  expect(onlyPlaceOf("select nmae, 'nmae' from t -- nmae", 'nmae')).toBe(7);
  expect(onlyPlaceOf('select nmae, nmae', 'nmae')).toBeUndefined();
});
