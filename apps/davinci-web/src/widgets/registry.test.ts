/** Proves that the kinds are those of the API, and that each is a folder of the same parts. */
import { readdirSync } from 'node:fs';
import { WIDGET_KINDS, WIDGET_SETTINGS } from '@rtdp/davinci-api/client/widgets';
import { expect, test } from 'vitest';
import { WIDGETS } from './registry.ts';

/** Of every kind: `dress.ts` and `colours.ts` read them. */
const OF_ALL = ['names', 'formats', 'colours', 'valueColours'];

/** Of every folder: what it needs, what it asks, how it is drawn and shown, and the proof of it. */
const PARTS = ['schema.ts', 'build-query.ts', 'to-option.ts', 'to-option.test.ts', 'View.tsx'];

test('the API takes the kinds and settings that are drawn, and no others', () => {
  expect(Object.keys(WIDGETS).sort()).toEqual([...WIDGET_KINDS].sort());
  const drawn = new Set(Object.values(WIDGETS).flatMap(({ schema }) => schema.settings.map(({ name }) => name)));
  expect([...WIDGET_SETTINGS].sort()).toEqual([...drawn, ...OF_ALL].sort());
});

test.each(Object.keys(WIDGETS))('a kind is a folder of its parts, its own test among them: %s', (kind) => {
  expect(readdirSync(new URL(`${kind}/`, import.meta.url))).toEqual(expect.arrayContaining(PARTS));
});
