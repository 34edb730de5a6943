/** Decides what lies on the shelves of a scatter chart. */
import type { WidgetSchema } from '../contract.ts';

export const schema: WidgetSchema = {
  kind: 'scatter',
  shelves: [
    { name: 'category', takes: 'dimension', min: 1, max: 1 },
    { name: 'series', takes: 'dimension', min: 0, max: 1 },
    { name: 'values', takes: 'measure', min: 2, max: 3 },
  ],
  settings: [{ name: 'zero', type: 'boolean', default: false }],
  size: { w: 12, h: 10 },
};
