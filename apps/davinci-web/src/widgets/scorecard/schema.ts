/** Decides what lies on the shelves of a scorecard: one number, and a time for its trend. */
import type { WidgetSchema } from '../contract.ts';

export const schema: WidgetSchema = {
  kind: 'scorecard',
  shelves: [
    { name: 'category', takes: 'dimension', min: 0, max: 1, time: true },
    { name: 'values', takes: 'measure', min: 1, max: 1 },
  ],
  settings: [
    { name: 'value', type: 'choice', choices: ['last', 'total'], default: 'last' },
    { name: 'goodWhen', type: 'choice', choices: ['up', 'down', 'neither'], default: 'up' },
    { name: 'warnAt', type: 'number', default: null },
    { name: 'badAt', type: 'number', default: null },
  ],
  size: { w: 6, h: 5 },
};
