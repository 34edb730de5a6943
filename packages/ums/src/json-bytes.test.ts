import fc from 'fast-check';
import { expect, it } from 'vitest';
import { writeJsonString } from './json-bytes.ts';

it('writes what JSON.stringify writes', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.nat(9), (text, offset) => {
      const source = Buffer.from(`..${text}..`);
      const target = Buffer.alloc(offset + 2 + 6 * source.length);
      const end = writeJsonString(target, offset, source, 2, source.length - 2);
      expect(target.toString('utf8', offset, end)).toBe(JSON.stringify(text));
    }),
  );
});

it('escapes every control character', () => {
  const source = Buffer.from(Array.from({ length: 128 }, (_, code) => code));
  const target = Buffer.alloc(2 + 6 * 128);
  const end = writeJsonString(target, 0, source, 0, source.length);
  expect(target.toString('utf8', 0, end)).toBe(JSON.stringify(source.toString('latin1')));
});
