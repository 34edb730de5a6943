/** Proves what lies in the rows, columns and cells of a pivot, and which totals it has. */
import { expect, test } from 'vitest';
import { amount, column, context, data, widget } from '../testing/widget-fixture.ts';
import { pivotText, toPivot } from './to-option.ts';

test('a pivot totals only what adds up', () => {
  const answer = data([column('region', 'text'), column('status', 'text'), amount], [['n', null, '5']]);
  const summed = toPivot(widget('pivot', ['region', 'status']), answer, context);
  expect(summed).toMatchObject({ fields: { rows: ['c0'], columns: ['c1'], values: ['c2'] }, totals: true });
  expect(summed.data).toEqual([{ c0: 'n', c1: '', c2: 5 }]);
  expect([pivotText(null), pivotText('')].map((each) => summed.meta[1]?.formatter(each))).toEqual([
    'No value',
    'Empty text',
  ]);
  const averaged = widget('pivot', ['region', 'status']);
  averaged.query.measures[0]!.aggregation = 'avg';
  expect(toPivot(averaged, answer, context).totals).toBe(false);
});

test('a pivot has across what was put there, writes no number as a dash, and has totals unless they are not wanted', () => {
  const turned = widget('pivot', ['region', 'status'], { settings: { totals: false } });
  turned.query.series = ['region'];
  const answer = data([column('region', 'text'), column('status', 'text'), amount], [['n', 'open', null]]);
  const pivot = toPivot(turned, answer, context);
  expect(pivot).toMatchObject({ fields: { rows: ['c1'], columns: ['c0'], values: ['c2'] }, totals: false });
  expect(pivot.data).toEqual([{ c0: 'n', c1: 'open', c2: null }]);
  expect([null, 1_234.5].map((value) => pivot.meta[2]?.formatter(value))).toEqual(['–', '1,234.5']);
  const counted = widget('pivot', ['region', 'status']);
  counted.query.measures = [{ column: '*', aggregation: 'count' }];
  expect(toPivot(counted, { ...answer, rows: [] }, context)).toMatchObject({ data: [], totals: true });
  counted.query.measures.push({ column: 'amount', aggregation: 'max' });
  expect(toPivot(counted, answer, context).totals).toBe(false);
});
