import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { readDouble } from './double-bytes.ts';
import { MessageBytes } from './message-bytes.ts';
import { readInt32, readInt64 } from './number-bytes.ts';

const source = new MessageBytes();
const words = new Uint32Array(2);
const integers = new Int32Array(1);
const doubles = new Float64Array(1);

function load(text: string): number {
  source.load(Buffer.from(`"${text}",99`));
  return text.length + 1;
}

const int64 = (text: string) =>
  readInt64(source, 1, words, 0) === text.length + 1 ? new BigInt64Array(words.buffer)[0] : undefined;

/** Digits with all that may go wrong: lengths around every limit, zeroes in front, signs. */
const digits = fc
  .tuple(fc.constantFrom('', '-', '--'), fc.constantFrom('', '', '0', '00'), fc.stringMatching(/^[0-9]{0,21}$/))
  .map((parts) => parts.join(''));

describe('integers', () => {
  it('of 64 bits are read exactly, or not at all', () => {
    const long = fc.bigInt({ min: -(2n ** 64n), max: 2n ** 64n }).map(String);
    fc.assert(
      fc.property(fc.oneof(digits, long), (text) => {
        load(text);
        const valid = /^(0|-?[1-9]\d*)$/.test(text) && BigInt.asIntN(64, BigInt(text)) === BigInt(text);
        expect(int64(text)).toBe(valid ? BigInt(text) : undefined);
      }),
      { numRuns: 5000 },
    );
    for (const edge of [2n ** 63n - 1n, 2n ** 63n, -(2n ** 63n), -(2n ** 63n) - 1n, 99999999n, 100000000n, 2n ** 32n]) {
      load(String(edge));
      expect(int64(String(edge))).toBe(BigInt.asIntN(64, edge) === edge ? edge : undefined);
    }
  });

  it('of 32 bits are read exactly, or not at all', () => {
    fc.assert(
      fc.property(fc.oneof(digits, fc.bigInt({ min: -(2n ** 32n), max: 2n ** 32n }).map(String)), (text) => {
        const end = load(text);
        const valid = /^(0|-?[1-9]\d*)$/.test(text) && Number(text) === (Number(text) | 0);
        expect(readInt32(source.bytes, 1, integers, 0) === end ? integers[0] : undefined).toBe(
          valid ? Number(text) : undefined,
        );
      }),
      { numRuns: 5000 },
    );
  });
});

describe('doubles', () => {
  const decimal = fc
    .tuple(fc.constantFrom('', '-'), fc.bigInt({ min: 0n, max: 10n ** 20n }), fc.stringMatching(/^[0-9]{1,24}$/))
    .map(([sign, whole, fraction]) => `${sign}${whole}.${fraction}`);
  const shortest = fc.double({ noNaN: true, noDefaultInfinity: true }).map(String);
  const nearHalf = fc
    .tuple(fc.integer({ min: 2 ** 20, max: 2 ** 30 }), fc.nat(1))
    .map(([whole, more]) => `${BigInt(whole) * 2n ** 30n + 64n + BigInt(more)}`);

  it('are those nearest to the text, as Number says', () => {
    fc.assert(
      fc.property(fc.oneof(decimal, shortest, nearHalf, digits), (text) => {
        const end = load(text);
        const valid = /^-?(0|[1-9]\d*)(\.\d+)?(e[+-]?\d+)?$/.test(text);
        const read = readDouble(source, 1, doubles, 0) === end;
        expect(read ? doubles[0] : undefined).toBe(valid ? Number(text) : undefined);
      }),
      { numRuns: 20_000 },
    );
  });

  it.each([
    '9007199254740993',
    '9007199254740992.5',
    '0.1',
    '1e400',
    '-0',
    '-0.0',
    '1e-400',
    '123456789.123456789',
    '0.000000000000000001',
  ])('%s', (text) => {
    const end = load(text);
    const read = readDouble(source, 1, doubles, 0) === end;
    expect(read ? doubles[0] : undefined).toBe(Number.isFinite(Number(text)) ? Number(text) : undefined);
  });
});
