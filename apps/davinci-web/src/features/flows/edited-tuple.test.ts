/** Proves that a row that is only looked at comes back as it was, and that a correction keeps the kind of its value. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readEdited, writtenValue } from './edited-tuple.ts';

test('any row comes back as it was written', () => {
  fc.assert(
    fc.property(fc.array(fc.jsonValue()), (tuple) => {
      const values = JSON.parse(JSON.stringify(tuple)) as unknown[];
      expect(readEdited(values.map(writtenValue), values)).toEqual(values);
    }),
  );
});

test('a correction keeps the kind of its value', () => {
  expect(readEdited(['43'], ['42'])).toEqual(['43']);
  expect(readEdited(['43'], [42])).toEqual([43]);
  expect(readEdited(['north'], ['south'])).toEqual(['north']);
  expect(readEdited(['null'], ['south'])).toEqual([null]);
  expect(readEdited(['"null"'], ['south'])).toEqual(['null']);
});
