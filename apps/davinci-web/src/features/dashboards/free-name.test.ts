/** Proves that a copy gets a name that no other has. */
import { expect, test } from 'vitest';
import { freeName } from './free-name.ts';

test.each([
  [[], 'Shop (copy)'],
  [['Shop'], 'Shop (copy)'],
  [['Shop', 'Shop (copy)'], 'Shop (copy) 2'],
  [['Shop (copy) 2', 'Shop (copy)', 'Shop (copy) 4'], 'Shop (copy) 3'],
])('%j', (taken, name) => {
  expect(freeName('Shop (copy)', taken)).toBe(name);
});
