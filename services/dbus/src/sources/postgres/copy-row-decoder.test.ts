/** Shows that a row of COPY is taken apart into the values that were put in, whatever bytes they hold. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NULL, UNCHANGED } from '../../pipeline/message-writer-contract.ts';
import { CopyRowDecoder, encodeCopyRow } from './copy-row-decoder.ts';

const ESCAPED: Record<string, string> = {
  '\\': '\\\\',
  '\b': '\\b',
  '\f': '\\f',
  '\n': '\\n',
  '\r': '\\r',
  '\t': '\\t',
  '\v': '\\v',
};

/** As the server writes it. */
function copyLine(values: readonly (string | null)[]): Buffer {
  const texts = values.map((value) =>
    value === null ? '\\N' : value.replace(/[\\\b\f\n\r\t\v]/g, (character) => ESCAPED[character]!),
  );
  return Buffer.from(`${texts.join('\t')}\n`, 'utf8');
}

function decoded(decoder: CopyRowDecoder, columns: number): (string | null)[] {
  const { buffer, starts, ends, states } = decoder.row;
  return Array.from({ length: columns }, (_unused, column) =>
    states[column] === NULL ? null : Buffer.from(buffer.subarray(starts[column], ends[column])).toString('utf8'),
  );
}

const value = fc.option(
  fc.oneof(
    fc.string({ unit: 'grapheme' }),
    fc.constantFrom('', '\\N', 'N', '\\', '\t', '\\\\N', '\n', 'a\tb', '\u0000x'),
    fc.string({ unit: fc.constantFrom('\\', 'N', '\t', '\n', '\r', '\b', '\f', '\v', 'a', 'é', '😀') }),
  ),
  { nil: null },
);

test('every value and NULL survives, wherever the row stands in the buffer; the line can be made again', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 12 }), fc.nat(20), (values, offset) => {
      const line = copyLine(values);
      const buffer = Buffer.concat([Buffer.alloc(offset, 0x5c), line, Buffer.from('\\N\trest')]);
      const decoder = new CopyRowDecoder(values.length);
      decoder.row.states.fill(UNCHANGED);
      decoder.decode(buffer, offset, offset + line.length);
      expect(decoded(decoder, values.length)).toEqual(values);
      expect(encodeCopyRow(decoder.row, values.length).equals(line)).toBe(true);
    }),
    { numRuns: 2000 },
  );
});

test.each([
  ['a\n', 2],
  ['a\tb\tc\n', 2],
  ['\\N\t\\N\t\\N\n', 2],
  ['\\N\n', 2],
  ['a\t\\\\\tb\n', 2],
])('a row with another number of columns is refused: %j', (line, columns) => {
  const buffer = Buffer.from(line);
  expect(() => new CopyRowDecoder(columns).decode(buffer, 0, buffer.length)).toThrow(RangeError);
});
