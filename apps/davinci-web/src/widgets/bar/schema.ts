/** Decides what lies on the shelves of a bar chart. */
import type { WidgetSchema } from '../contract.ts';

export const schema: WidgetSchema = {
  kind: 'bar',
  shelves: [
    { name: 'category', takes: 'dimension', min: 1, max: 1 },
    { name: 'series', takes: 'dimension', min: 0, max: 1 },
    { name: 'values', takes: 'measure', min: 1, max: 10 },
  ],
  settings: [
    { name: 'stack', type: 'choice', choices: ['none', 'stacked', 'percent'], default: 'none' },
    { name: 'horizontal', type: 'boolean', default: false },
    { name: 'labels', type: 'boolean', default: false },
    { name: 'lines', type: 'lines', default: null },
  ],
  size: { w: 12, h: 9 },
};
