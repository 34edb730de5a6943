/** Proves Kafka's primitive types: what is written is read again, in exactly as many bytes as were foreseen. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { varintSize, varlongSize, WireReader, WireWriter } from './wire.ts';

const written = (write: (writer: WireWriter) => void) => {
  const writer = new WireWriter(16);
  write(writer);
  const bytes = Buffer.concat(writer.finish());
  expect(writer.length).toBe(bytes.length);
  return bytes;
};

test('varints', () => {
  fc.assert(
    fc.property(fc.integer(), (value) => {
      const bytes = written((writer) => writer.varint(value));
      expect(bytes.length).toBe(varintSize(value));
      expect(new WireReader(bytes).varint()).toBe(value);
    }),
  );
});

test('varlongs up to the largest safe integer', () => {
  fc.assert(
    fc.property(fc.oneof(fc.integer(), fc.maxSafeInteger()), (value) => {
      const bytes = written((writer) => writer.varlong(value));
      expect(bytes.length).toBe(varlongSize(value));
      expect(new WireReader(bytes).varlong()).toBe(value);
    }),
  );
});

test('a sequence of everything, big parts by reference', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.oneof(
          fc.string({ unit: 'grapheme' }),
          fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
          fc.nat(40_000),
        ),
      ),
      (values) => {
        const bytes = written((writer) => {
          for (const value of values) {
            if (typeof value === 'string') writer.string(value);
            else if (typeof value === 'bigint') writer.int64(value);
            else writer.int32(value).bytes(Buffer.alloc(value, value % 256));
          }
        });
        const reader = new WireReader(bytes);
        for (const value of values) {
          if (typeof value === 'string') expect(reader.string()).toBe(value);
          else if (typeof value === 'bigint') expect(reader.int64()).toBe(value);
          else {
            expect(reader.int32()).toBe(value);
            const part = bytes.subarray(reader.at, reader.at + value);
            expect(part.equals(Buffer.alloc(value, value % 256))).toBe(true);
            reader.at += value;
          }
        }
        expect(reader.at).toBe(bytes.length);
      },
    ),
    { numRuns: 50 },
  );
});

test('reading past the end is a RangeError', () => {
  expect(() => new WireReader(Buffer.from([0x80])).varint()).toThrow(RangeError);
  expect(() => new WireReader(Buffer.from([0x80])).varlong()).toThrow(RangeError);
  expect(() => new WireReader(Buffer.from([0xff, 0xff, 0xff, 0xff, 0xff, 0xff])).varint()).toThrow(RangeError);
  expect(() => new WireReader(Buffer.alloc(3)).int32()).toThrow(RangeError);
});
