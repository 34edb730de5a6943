/** Proves that a refusal is told as one of the rights only where the rights of the view are its reason. */
import type { View } from '@rtdp/davinci-api/client';
import { expect, test } from 'vitest';
import { hiddenColumn } from './hidden-column.ts';

const view = {
  model: [
    { column: 'region', label: '' },
    { column: 'margin', label: 'Margin of us' },
    { column: 'cost', label: '' },
  ],
  rights: { editor: { hiddenColumns: ['margin', 'cost'] }, admin: { hiddenColumns: [] } },
} as unknown as View;
const refused = (column: string, field = 'query.measures[0].column', code = 'DAVINCI_WIDGET_INVALID') => ({
  code,
  facts: { column, field },
});

test.each([
  ['a hidden column, by its name for people', refused('margin'), view, 'editor', 'Margin of us'],
  ['a hidden column without one', refused('cost'), view, 'editor', 'cost'],
  ['a column that the view does not have', refused('margn'), view, 'editor', undefined],
  ['a column that the role may use', refused('margin'), view, 'admin', undefined],
  ['a column of the result', refused('margin', 'query.sort[0].by'), view, 'editor', undefined],
  ['another refusal', refused('margin', 'query.measures[0].column', 'DAVINCI_NOT_FOUND'), view, 'editor', undefined],
  ['a view that is gone', refused('margin'), undefined, 'editor', undefined],
] as const)('%s', (_, error, of, role, told) => {
  expect(hiddenColumn(error, of, role)).toBe(told);
});
