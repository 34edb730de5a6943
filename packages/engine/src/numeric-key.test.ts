import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareNumeric, numericKey, sumNumeric } from './pg-numeric.ts';

const numbers = fc.oneof(
  fc.constantFrom(
    'NaN',
    'Infinity',
    '-Infinity',
    '0',
    '0.00',
    '-0.0',
    '1',
    '1.0',
    '1.00',
    '-1',
    '-1.5',
    '-15',
    '0.01',
    '-0.001',
    '1e300',
    '-1e300',
    '1e-300',
  ),
  fc.tuple(fc.bigInt(-(10n ** 45n), 10n ** 45n), fc.nat(40)).map(([digits, scale]) => `${digits}e-${scale}`),
);

test('keys are equal and in order exactly where the numbers are', () => {
  fc.assert(
    fc.property(numbers, numbers, (a, b) => {
      const [x, y] = [numericKey(a), numericKey(b)];
      const order = x < y ? -1 : x > y ? 1 : 0;
      expect(order, `${a} ${b} ${x} ${y}`).toBe(Math.sign(compareNumeric(a, b)));
    }),
    { numRuns: 3000 },
  );
});

test('a sum is exact and has the greatest scale', () => {
  expect(sumNumeric('1.5')).toBe('1.5');
  expect(sumNumeric('0.1 0.20 -0.300')).toBe('0.000');
  expect(sumNumeric('99999999999999999999999999999999999999999 1')).toBe('100000000000000000000000000000000000000000');
  expect(sumNumeric('1 NaN')).toBe('NaN');
});
