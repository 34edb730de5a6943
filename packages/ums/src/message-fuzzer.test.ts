import { expect, it } from 'vitest';
import { fuzzMessages } from './message-fuzzer.ts';

it('readers agree on spoiled messages, and every refusal names path and value', () => {
  const figures = fuzzMessages({ seed: 20261125, cases: 10_000 });
  // The sample must reach both outcomes, both paths and every kind of refusal.
  expect(figures.valid).toBeGreaterThan(1_500);
  expect(figures.refused).toBeGreaterThan(1_500);
  expect(figures.scanned).toBeGreaterThan(500);
  expect(figures.valid - figures.scanned).toBeGreaterThan(100);
  const codes = ['UMS_NOT_JSON', 'UMS_SHAPE', 'UMS_VERSION', 'UMS_FIELDS', 'UMS_ROW', 'UMS_VALUE', 'UMS_NAMESPACE'];
  expect(Object.keys(figures.codes).sort()).toEqual(codes.sort());
}, 120_000);
