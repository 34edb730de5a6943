/** Proves that a measure is never called by the name of something else. */
import { expect, test } from 'vitest';
import type { WidgetQuery } from './contract.ts';
import { withMeasureNames } from './measure-names.ts';

const model = [
  { column: 'total', label: 'Revenue', type: 'number' as const, aggregation: 'sum' as const },
  { column: 'share', label: 'Share', type: 'number' as const, aggregation: 'avg' as const },
  { column: 'placed_at', label: '', type: 'instant' as const, aggregation: 'sum' as const },
];

function namesOf(measures: WidgetQuery['measures'], settings = {}): unknown {
  const query: WidgetQuery = { dimensions: [], measures, filters: [], having: [], sort: [], limit: 10 };
  return withMeasureNames(settings, query, model, (key, { name }) => `${key}(${name})`).names;
}

test('the label of a column names a measure only as the view itself adds it up', () => {
  expect(namesOf([{ column: 'total', aggregation: 'sum' }])).toBeUndefined();
  expect(namesOf([{ column: 'share', aggregation: 'avg' }])).toBeUndefined();
  expect(namesOf([{ column: 'total', aggregation: 'avg', alias: 'Average' }])).toEqual({
    Average: 'measured.avg(Revenue)',
  });
  expect(namesOf([{ column: 'share', aggregation: 'sum' }])).toEqual({ 'sum(share)': 'measured.sum(Share)' });
  // A moment is not the largest; a column without a label is called as it is.
  expect(namesOf([{ column: 'placed_at', aggregation: 'max' }])).toEqual({
    'max(placed_at)': 'measured.latest(placed_at)',
  });
  // Rows that are counted are no column.
  expect(namesOf([{ column: '*', aggregation: 'count', alias: 'Orders' }])).toBeUndefined();
});

test('a name that somebody gave stays', () => {
  const average = { column: 'total', aggregation: 'avg' as const };
  const largest = { column: 'total', aggregation: 'max' as const };
  expect(namesOf([average, largest], { names: { 'avg(total)': 'Basket' } })).toEqual({
    'avg(total)': 'Basket',
    'max(total)': 'measured.max(Revenue)',
  });
});
