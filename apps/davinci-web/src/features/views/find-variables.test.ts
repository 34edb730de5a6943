/** Proves that a variable is found where it is one, and nowhere else. */
import { expect, test } from 'vitest';
import { findVariables, variableNames } from './find-variables.ts';

test('variables are found in the order of their first place, each once', () => {
  expect(variableNames('select * from o where day >= :since and (:city is null or city = :city) and x=:since')).toEqual(
    ['since', 'city'],
  );
});

test('strings, quoted names, comments, dollar quotes, casts and slices hold none', () => {
  const sql = `select ':a', e'it\\'s :b', "od:d" , x::text, y :: int, a[1:n], $$ :c $$, $t$ :d $ $t$ -- :e
  /* :f */ , 'it''s :g' from t`;
  expect(variableNames(sql)).toEqual([]);
});

test('what is never closed reaches to the end', () => {
  expect(variableNames("select ':a")).toEqual([]);
  expect(variableNames('select 1 /* :a')).toEqual([]);
  expect(variableNames('select $q$ :a')).toEqual([]);
});

test('a place covers the colon and the name', () => {
  const sql = 'where n>:least::int';
  const [place] = findVariables(sql);
  expect(sql.slice(place!.from, place!.to)).toBe(':least');
});
