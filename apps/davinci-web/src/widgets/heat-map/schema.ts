/** Decides what lies on the shelves of a heat map. */
import type { WidgetSchema } from '../contract.ts';

export const schema: WidgetSchema = {
  kind: 'heat-map',
  shelves: [
    { name: 'category', takes: 'dimension', min: 1, max: 1 },
    { name: 'series', takes: 'dimension', min: 1, max: 1 },
    { name: 'values', takes: 'measure', min: 1, max: 1 },
  ],
  settings: [{ name: 'labels', type: 'boolean', default: false }],
  size: { w: 12, h: 10 },
};
