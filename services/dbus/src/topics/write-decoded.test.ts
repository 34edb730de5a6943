/** Shows that values which JSON has no form for are told apart from null. */
import { expect, test } from 'vitest';
import { writeDecoded } from './write-decoded.ts';

test('bytes, wide numbers and what is no number are texts, wherever they stand', () => {
  const value = { raw: Buffer.from([1, 255]), list: [9223372036854775807n, Number.NaN], ratio: -Infinity, none: null };
  expect(writeDecoded({ ...value, within: { empty: Buffer.alloc(0), count: 3, on: true } })).toEqual({
    raw: '\\x01ff',
    list: ['9223372036854775807', 'NaN'],
    ratio: '-Infinity',
    none: null,
    within: { empty: '\\x', count: 3, on: true },
  });
});
