/** Decides what lies on the shelves of a pivot. */
import type { WidgetSchema } from '../contract.ts';

export const schema: WidgetSchema = {
  kind: 'pivot',
  shelves: [
    { name: 'category', takes: 'dimension', min: 1, max: 6 },
    { name: 'series', takes: 'dimension', min: 0, max: 4 },
    { name: 'values', takes: 'measure', min: 1, max: 10 },
  ],
  settings: [{ name: 'totals', type: 'boolean', default: true }],
  size: { w: 16, h: 12 },
};
