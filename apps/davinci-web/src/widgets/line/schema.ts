/** Decides what lies on the shelves of a line chart. */
import type { WidgetSchema } from '../contract.ts';

export const schema: WidgetSchema = {
  kind: 'line',
  shelves: [
    { name: 'category', takes: 'dimension', min: 1, max: 1 },
    { name: 'series', takes: 'dimension', min: 0, max: 1 },
    { name: 'values', takes: 'measure', min: 1, max: 10 },
  ],
  settings: [
    { name: 'smooth', type: 'boolean', default: false },
    { name: 'points', type: 'boolean', default: false },
    { name: 'zero', type: 'boolean', default: false },
    { name: 'lines', type: 'lines', default: null },
  ],
  size: { w: 12, h: 9 },
};
