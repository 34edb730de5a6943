/** Decides what lies on the shelves of a gauge. */
import type { WidgetSchema } from '../contract.ts';

export const schema: WidgetSchema = {
  kind: 'gauge',
  shelves: [{ name: 'values', takes: 'measure', min: 1, max: 2 }],
  settings: [
    { name: 'minimum', type: 'number', default: 0 },
    { name: 'maximum', type: 'number', default: null },
    { name: 'warnAt', type: 'number', default: null },
    { name: 'badAt', type: 'number', default: null },
  ],
  size: { w: 6, h: 7 },
};
