/** Decides what lies on the shelves of a pie. */
import type { WidgetSchema } from '../contract.ts';

export const schema: WidgetSchema = {
  kind: 'pie',
  shelves: [
    { name: 'category', takes: 'dimension', min: 1, max: 1 },
    { name: 'values', takes: 'measure', min: 1, max: 1 },
  ],
  settings: [
    { name: 'ring', type: 'boolean', default: true },
    { name: 'labels', type: 'boolean', default: true },
  ],
  size: { w: 8, h: 9 },
};
