/** Proves that a variable is declared by being used, with the type that its use says, and that a declaration stays. */
import { expect, test } from 'vitest';
import { declaredVariables, draftOf, emptyDraft, guessVariable, inputOf, isSame, unsetVariables } from './draft.ts';

test.each([
  ['where day >= :x::date', 'date'],
  ['where at >= :x :: timestamptz', 'datetime'],
  ['where n > :x::int', 'number'],
  ['where city in (:x)', 'list'],
  ['where city = :x', 'text'],
])('%s makes x a %s', (sql, type) => {
  expect(guessVariable(sql, 'x').type).toBe(type);
});

test('else the name says it', () => {
  expect(
    ['since', 'placed_at', 'at_least', 'only_open', 'city'].map((name) => guessVariable(`:${name}`, name).type),
  ).toEqual(['date', 'datetime', 'number', 'boolean', 'text']);
});

test('what is declared stays, what is used is declared, what the platform knows is not asked for', () => {
  const city = { ...guessVariable('', 'city'), label: 'City', type: 'list' as const };
  const variables = declaredVariables('select 1 where c = :city and d > :since and u = :user_id', [city]);
  expect(variables.map(({ name }) => name)).toEqual(['city', 'since']);
  expect(variables[0]).toBe(city);
});

test('a variable without a value is one that is used, declared, and has no default', () => {
  const [least, city, most] = ['least', 'city', 'most'].map((name) => guessVariable('', name));
  const variables = [least!, { ...city!, type: 'list' as const, default: [] }, { ...most!, default: 0 }];
  const sql = 'select 1 where n >= :least and n < :most and c in (:city) and u = :user_id';
  expect(unsetVariables(sql, variables)).toEqual(['least', 'city']);
  expect(unsetVariables('select 1', variables)).toEqual([]);
});

test('what is sent holds the used variables and the version that was read; a draft equals what it was made of', () => {
  const draft = { ...emptyDraft('s'), name: ' Orders ', sql: 'select :n' };
  expect(inputOf(draft, 3)).toMatchObject({ name: 'Orders', version: 3, variables: [{ name: 'n' }] });
  expect(inputOf(draft, undefined)).not.toHaveProperty('version');
  const view = { ...draft, id: 'i', version: 1, createdAt: '', updatedAt: '' };
  expect(isSame(draftOf(view), draft)).toBe(true);
});
