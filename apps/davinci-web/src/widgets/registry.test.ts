import { WIDGET_KINDS, WIDGET_SETTINGS } from '@rtdp/davinci-api/client/widgets';
import { expect, test } from 'vitest';
import { WIDGETS } from './registry.ts';

/** Of every kind: `dress.ts` and `colours.ts` read them. */
const OF_ALL = ['names', 'formats', 'colours', 'valueColours'];

test('the API takes the kinds and settings that are drawn, and no others', () => {
  expect(Object.keys(WIDGETS).sort()).toEqual([...WIDGET_KINDS].sort());
  const drawn = new Set(Object.values(WIDGETS).flatMap(({ schema }) => schema.settings.map(({ name }) => name)));
  expect([...WIDGET_SETTINGS].sort()).toEqual([...drawn, ...OF_ALL].sort());
});
