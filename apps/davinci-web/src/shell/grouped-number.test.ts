/** Proves that a number in a field is read back as it was. */
import { expect, test } from 'vitest';
import { GROUPED } from './grouped-number.ts';

test('the thousands of a number stand apart, and nothing of it is lost', () => {
  const { formatter, parser } = GROUPED;
  const pairs: [string | number | null | undefined, string][] = [
    [100_000, '100,000'],
    [1_000_000, '1,000,000'],
    [999, '999'],
    [-12_345.678_9, '-12,345.6789'],
    ['1234567890123456789', '1,234,567,890,123,456,789'],
    ['1e+21', '1e+21'],
    ['', ''],
    [null, ''],
    [undefined, ''],
  ];
  for (const [value, written] of pairs) {
    expect(formatter(value)).toBe(written);
    expect(parser(written)).toBe(value === null || value === undefined ? '' : String(value));
  }
});

test('while somebody types, what was typed stays', () => {
  expect(GROUPED.formatter('1234', { userTyping: true, input: '1,23 4' })).toBe('1,23 4');
  expect(GROUPED.parser('1,23 4')).toBe('1234');
});
