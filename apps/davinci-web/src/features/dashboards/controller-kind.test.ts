import type { Controller, ViewModel } from '@rtdp/davinci-api/client';
import { expect, test } from 'vitest';
import { withTargets } from './controller-kind.ts';
import { askedOf } from './filters.ts';

const column = (name: string, type: ViewModel['model'][number]['type'], label = '') =>
  ({ column: name, type, role: 'dimension', label, format: '', aggregation: 'count' }) as const;
const variable = (name: string, type: ViewModel['variables'][number]['type'], label = '') =>
  ({ name, type, label, default: null, scope: 'query' }) as const;
const view: ViewModel = {
  id: 'v',
  name: 'orders',
  description: '',
  version: 1,
  model: [column('status', 'text', 'Status'), column('total', 'number'), column('at', 'instant')],
  variables: [
    variable('least', 'number'),
    variable('who', 'text', 'Customer'),
    variable('day', 'date'),
    variable('paid', 'boolean'),
    variable('ids', 'list'),
  ],
};
const fresh: Controller = { id: 'c', kind: 'select', label: '', targets: [], options: { values: [] } };
const columnOf = (name: string) => ({ viewId: 'v', column: name });
const variableOf = (name: string) => ({ viewId: 'v', variable: name });

test('a new filter is set as suits the first thing that it filters', () => {
  const kinds = (targets: Controller['targets']) => withTargets(fresh, targets, [view]);
  expect(kinds([variableOf('least')])).toMatchObject({ kind: 'number', label: 'least' });
  expect(kinds([variableOf('who')])).toMatchObject({ kind: 'text', label: 'Customer' });
  expect(kinds([variableOf('day')]).kind).toBe('date-range');
  expect(kinds([variableOf('paid')])).toMatchObject({ kind: 'select', options: { values: [true, false] } });
  expect(kinds([variableOf('ids')]).kind).toBe('select');
  expect(kinds([columnOf('total')]).kind).toBe('number-range');
  expect(kinds([columnOf('at')]).kind).toBe('date-range');
  expect(kinds([columnOf('status')])).toMatchObject({
    kind: 'select',
    label: 'Status',
    options: { from: 'view', viewId: 'v', column: 'status' },
  });
});

test('a kind that was chosen, or has targets already, stays', () => {
  const text: Controller = { ...fresh, kind: 'text', label: 'Mine' };
  expect(withTargets(text, [variableOf('least')], [view])).toEqual({
    targets: [variableOf('least')],
    label: 'Mine',
    kind: 'text',
  });
  const bound: Controller = { ...fresh, targets: [columnOf('status')] };
  expect(withTargets(bound, [columnOf('status'), variableOf('least')], [view]).kind).toBe('select');
});

test('one number sets a variable, and is what a column must be', () => {
  const asked = (targets: Controller['targets']) =>
    askedOf(
      view,
      'i',
      { controllers: [{ ...fresh, kind: 'number', targets }], crossFilter: true },
      { c: { values: [1500] } },
      [],
    );
  expect(asked([variableOf('least')]).values).toEqual({ least: 1500 });
  expect(asked([columnOf('total')]).filters).toEqual([{ column: 'total', operator: 'in', values: [1500] }]);
});
