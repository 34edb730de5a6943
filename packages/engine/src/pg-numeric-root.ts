/** Variances and deviations of exact numbers, with the digits that Postgres gives. */
import { add, divide, formatNumeric, multiply, type Numeric, parseNumeric, power } from './pg-numeric.ts';

const ZERO: Numeric = { kind: 'finite', digits: 0n, scale: 0 };

/** Whole square root, rounded down. */
function integerRoot(value: bigint): bigint {
  if (value < 2n) return value;
  let guess = 1n << BigInt((value.toString(2).length + 1) >> 1);
  for (;;) {
    const next = (guess + value / guess) >> 1n;
    if (next >= guess) return guess;
    guess = next;
  }
}

/** The root with as many places, rounded half up. */
export function rootOf(digits: bigint, scale: number, places: number): bigint {
  // Twice the root of so many places, so that the last bit says how to round.
  const shift = 2 * places - scale;
  const scaled = shift >= 0 ? 4n * digits * power(shift) : (4n * digits) / power(-shift);
  return (integerRoot(scaled) + 1n) >> 1n;
}

/** `list`: numbers separated by blanks. NULL where there are too few. */
export function numericDeviation(kind: string, list: string): string | null {
  const values = list.split(' ').map(parseNumeric);
  const isSample = kind.endsWith('_samp');
  if (isSample && values.length < 2) return null;
  if (values.some((value) => value.kind !== 'finite')) return 'NaN';
  let [sum, squares] = [ZERO, ZERO];
  for (const value of values) {
    sum = add(sum, value);
    squares = add(squares, multiply(value, value));
  }
  const count = BigInt(values.length);
  const whole = (digits: bigint): Numeric => ({ kind: 'finite', digits, scale: 0 });
  const squared = multiply(sum, sum);
  if (squared.kind !== 'finite') return 'NaN';
  const numerator = add(multiply(whole(count), squares), { ...squared, digits: -squared.digits });
  if (numerator.kind !== 'finite' || numerator.digits <= 0n) return '0';
  const variance = divide(numerator, whole(isSample ? count * (count - 1n) : count * count));
  if (kind.startsWith('var') || variance.kind !== 'finite') return formatNumeric(variance);
  return formatNumeric({ ...variance, digits: rootOf(variance.digits, variance.scale, variance.scale) });
}
