/** Proves that every number is read as JavaScript and BigInt read its text, and that what is no value of its type is refused. */
import { parseTypeText } from '@rtdp/sql/pg-type';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ResultBuilder } from './result-builder.ts';

function read(typeText: string, texts: readonly string[]): ArrayLike<number | bigint> {
  const builder = new ResultBuilder([{ name: 'c', type: parseTypeText(typeText), typeText }], texts.length);
  for (const [index, text] of texts.entries()) {
    // In the middle of other bytes, as in a packet.
    const bytes = Buffer.from(`9${text}7.5e3`);
    builder.openRow();
    builder.writers[0]!(bytes, 1, 1 + Buffer.byteLength(text));
    const batch = builder.closeRow();
    if (batch !== null) {
      expect(index).toBe(texts.length - 1);
      const column = batch.columns[0]!;
      return column.storage === 'text' ? [] : column.values;
    }
  }
  return [];
}

test('doubles, as Postgres and MySQL print them', () => {
  const shapes = fc.oneof(fc.double(), fc.float(), fc.double({ min: -1e6, max: 1e6 }), fc.integer());
  fc.assert(
    fc.property(fc.array(shapes, { minLength: 1, maxLength: 200 }), (numbers) => {
      const texts = numbers.map((number) => (Object.is(number, -0) ? '-0' : String(number)));
      expect(Array.from(read('double precision', texts))).toEqual(numbers);
    }),
  );
  expect(
    Array.from(read('float8', ['NaN', '-Infinity', '1e+16', '1E-5', '0.1000', '123456789012345678901234567890'])),
  ).toEqual([Number.NaN, Number.NEGATIVE_INFINITY, 1e16, 1e-5, 0.1, Number('123456789012345678901234567890')]);
});

test('whole numbers of 32 and 64 bits', () => {
  fc.assert(
    fc.property(
      fc.array(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), { minLength: 1, maxLength: 200 }),
      (numbers) => {
        expect(Array.from(read('bigint', numbers.map(String)))).toEqual(numbers);
      },
    ),
  );
  const edges = [
    '-4294967296',
    '-4294967297',
    '-1',
    '0',
    '4294967295',
    '999999999999999',
    '-999999999999999',
    '1000000000000000',
  ];
  expect(Array.from(read('bigint', edges))).toEqual(edges.map(BigInt));
  fc.assert(
    fc.property(fc.array(fc.integer(), { minLength: 1, maxLength: 200 }), (numbers) => {
      expect(Array.from(read('integer', numbers.map(String)))).toEqual(numbers);
    }),
  );
});

test.each([
  ['integer', '2147483648'],
  ['integer', '1.0'],
  ['integer', ''],
  ['integer', '-'],
  ['smallint', 'one'],
  ['bigint', '9223372036854775808'],
  ['bigint', '1e3'],
  ['bigint', '--1'],
  ['double precision', ''],
  ['double precision', '1.2.3'],
  ['double precision', 'abc'],
  ['boolean', 'yes'],
  ['boolean', ''],
])('%s does not take %j', (typeText, text) => {
  expect(() => read(typeText, [text])).toThrow(
    expect.objectContaining({ code: 'STORE_RESULT_TYPE', facts: { column: 'c', type: typeText, value: text } }),
  );
});
