/** Decides what lies on the shelves of a table. */
import type { WidgetSchema } from '../contract.ts';

export const schema: WidgetSchema = {
  kind: 'table',
  shelves: [
    { name: 'category', takes: 'dimension', min: 0, max: 30 },
    { name: 'values', takes: 'measure', min: 0, max: 30 },
  ],
  settings: [
    { name: 'bars', type: 'boolean', default: false },
    { name: 'rules', type: 'rules', default: null },
  ],
  size: { w: 12, h: 10 },
};
