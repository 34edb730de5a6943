import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DecimalTexts, decimalWidth } from './decimal-text.ts';

function expected(value: bigint, scale: number): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}

function written(values: readonly bigint[], precision: number, scale: number, nulls?: Uint8Array): string[] {
  const width = decimalWidth(precision);
  const view = new DataView(new ArrayBuffer(values.length * width));
  for (const [row, value] of values.entries()) {
    if (width === 2) view.setInt16(row * 2, Number(value), true);
    else if (width === 4) view.setInt32(row * 4, Number(value), true);
    else {
      view.setBigUint64(row * width, BigInt.asUintN(64, value), true);
      if (width === 16) view.setBigInt64(row * 16 + 8, value >> 64n, true);
    }
  }
  const texts = new DecimalTexts(precision, scale, values.length);
  texts.append(new Uint8Array(view.buffer), values.length, nulls ?? new Uint8Array(values.length), 0);
  return values.map((_, row) => texts.bytes.toString('latin1', texts.offsets[row]!, texts.offsets[row + 1]!));
}

test('every decimal of every precision and scale is written with all its digits', () => {
  const decimals = fc.integer({ min: 1, max: 38 }).chain((precision) =>
    fc.record({
      precision: fc.constant(precision),
      scale: fc.integer({ min: 0, max: precision }),
      values: fc.array(fc.bigInt({ min: -(10n ** BigInt(precision)) + 1n, max: 10n ** BigInt(precision) - 1n }), {
        maxLength: 20,
      }),
    }),
  );
  fc.assert(
    fc.property(decimals, ({ precision, scale, values }) => {
      expect(written(values, precision, scale)).toEqual(values.map((value) => expected(value, scale)));
    }),
    { numRuns: 500, seed: 20261125 },
  );
});

test('the ends of the number range, and rows without a value', () => {
  const edges = [
    0n,
    1n,
    -1n,
    9n,
    10n,
    -10n,
    2n ** 53n - 1n,
    2n ** 53n,
    -(2n ** 53n),
    2n ** 53n + 1n,
    10n ** 17n,
    -(10n ** 18n) + 1n,
  ];
  for (const scale of [0, 1, 3, 18]) {
    expect(written(edges, 18, scale)).toEqual(edges.map((value) => expected(value, scale)));
    expect(written(edges, 38, scale)).toEqual(edges.map((value) => expected(value, scale)));
  }
  expect(written([5n, 6n, 7n], 4, 1, Uint8Array.of(0, 1, 0))).toEqual(['0.5', '', '0.7']);
});
