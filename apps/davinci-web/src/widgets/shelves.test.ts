/** Proves which fields lie on which shelf, which kinds light up, and what each kind asks. */
import { expect, test } from 'vitest';
import { buildQuery as barQuery } from './bar/build-query.ts';
import { schema as bar } from './bar/schema.ts';
import type { Model, WidgetQuery } from './contract.ts';
import { schema as heatMap } from './heat-map/schema.ts';
import { buildQuery as lineQuery } from './line/build-query.ts';
import { schema as pivot } from './pivot/schema.ts';
import { schema as scorecard } from './scorecard/schema.ts';
import { misfit, splitDimensions } from './shelves.ts';

const model: Model = [
  { column: 'region', type: 'text' },
  { column: 'status', type: 'text' },
  { column: 'at', type: 'instant' },
  { column: 'amount', type: 'number' },
];

function query(part: Partial<WidgetQuery>): WidgetQuery {
  return { dimensions: [], measures: [], filters: [], having: [], sort: [], limit: 1_000, ...part };
}

const amount = { column: 'amount', aggregation: 'sum' as const };

test('without a stored choice the first dimension lies across and the second gives the colour; a pivot keeps the last for its columns', () => {
  const two = query({ dimensions: [{ column: 'region' }, { column: 'status' }] });
  expect(splitDimensions(bar, two)).toEqual({ category: [0], series: [1] });
  expect(splitDimensions(pivot, query({ dimensions: [...two.dimensions, { column: 'at' }] }))).toEqual({
    category: [0, 1],
    series: [2],
  });
  expect(splitDimensions(pivot, query({ dimensions: [{ column: 'region' }] }))).toEqual({ category: [0], series: [] });
  expect(splitDimensions(bar, { ...two, series: ['region'] })).toEqual({ category: [1], series: [0] });
});

test('a kind lights up only when its rule is met, and says which shelf is wrong', () => {
  const one = { dimensions: [{ column: 'region' }], measures: [amount] };
  expect(misfit(bar, one, model)).toBeUndefined();
  expect(misfit(bar, { dimensions: [], measures: [amount] }, model)).toEqual({ shelf: 'category', problem: 'few' });
  expect(misfit(heatMap, one, model)).toEqual({ shelf: 'category', problem: 'few' });
  expect(misfit(heatMap, { ...one, measures: [amount, amount] }, model)?.problem).toBe('few');
  expect(misfit(scorecard, one, model)).toEqual({ shelf: 'category', problem: 'time' });
  expect(
    misfit(scorecard, { dimensions: [{ column: 'at', grain: 'day' }], measures: [amount] }, model),
  ).toBeUndefined();
});

test('a limit cuts off the oldest of a time, the smallest of anything else, and never what the user sorted by', () => {
  const byRegion = query({ dimensions: [{ column: 'region' }], measures: [amount] });
  expect(barQuery(byRegion, model).sort).toEqual([{ by: 'sum(amount)', direction: 'desc', nulls: 'last' }]);
  const byTime = query({
    dimensions: [{ column: 'at', grain: 'hour', alias: 'hour' }],
    measures: [amount],
    series: [],
  });
  expect(lineQuery(byTime, model).sort).toEqual([{ by: 'hour', direction: 'desc', nulls: 'last' }]);
  const own = query({ ...byRegion, sort: [{ by: 'region', direction: 'asc' }] });
  expect(barQuery(own, model).sort).toEqual(own.sort);
  expect(Object.keys(lineQuery(byTime, model)).sort()).toEqual(
    ['dimensions', 'filters', 'having', 'limit', 'measures', 'sort'].sort(),
  );
});
