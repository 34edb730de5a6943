/** Proves that the guess is what most people would have chosen, and that nobody's choice is overwritten. */
import { expect, test } from 'vitest';
import { guessField, labelOf, mergeModel } from './guess-model.ts';

test.each([
  ['revenue', 'number', 'measure', 'sum'],
  ['unit_price', 'number', 'measure', 'avg'],
  ['customer_id', 'number', 'dimension', 'count_distinct'],
  ['year', 'number', 'dimension', 'count_distinct'],
  ['city', 'text', 'dimension', 'count_distinct'],
  ['placedAt', 'instant', 'dimension', 'count_distinct'],
] as const)('%s %s is a %s', (name, modelType, role, aggregation) => {
  expect(guessField({ name, modelType })).toMatchObject({ role, aggregation });
});

test('a label is made of the words of the name', () => {
  expect(['customer_id', 'placedAt', '?column?', '订单'].map(labelOf)).toEqual([
    'Customer id',
    'Placed at',
    'Column',
    '订单',
  ]);
});

test('what was said stays, what is gone goes, a column that became another kind is guessed anew under its label', () => {
  const said = {
    ...guessField({ name: 'id', modelType: 'number' }),
    role: 'measure' as const,
    label: 'Orders',
    aggregation: 'count' as const,
  };
  const merged = mergeModel(
    [said, guessField({ name: 'gone', modelType: 'text' })],
    [
      { name: 'city', modelType: 'text' },
      { name: 'id', modelType: 'number' },
    ],
  );
  expect(merged.map(({ column }) => column)).toEqual(['city', 'id']);
  expect(merged[1]).toEqual(said);
  expect(mergeModel([said], [{ name: 'id', modelType: 'text' }])[0]).toMatchObject({
    role: 'dimension',
    label: 'Orders',
  });
});
