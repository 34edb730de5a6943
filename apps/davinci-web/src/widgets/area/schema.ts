/** Decides what lies on the shelves of an area chart. */
import type { WidgetSchema } from '../contract.ts';

export const schema: WidgetSchema = {
  kind: 'area',
  shelves: [
    { name: 'category', takes: 'dimension', min: 1, max: 1 },
    { name: 'series', takes: 'dimension', min: 0, max: 1 },
    { name: 'values', takes: 'measure', min: 1, max: 10 },
  ],
  settings: [
    { name: 'stack', type: 'choice', choices: ['stacked', 'percent', 'none'], default: 'stacked' },
    { name: 'smooth', type: 'boolean', default: false },
    { name: 'lines', type: 'lines', default: null },
  ],
  size: { w: 12, h: 9 },
};
