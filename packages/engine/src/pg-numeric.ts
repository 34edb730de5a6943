/** Postgres' numeric on texts: exact, any precision, each value with its own scale, rounding half away from zero. */
import { fail } from './row-failure.ts';

/** `digits` × 10^-scale; or one of the three values that are no number. */
export type Numeric =
  | { kind: 'finite'; digits: bigint; scale: number }
  | { kind: 'nan' }
  | { kind: 'infinity' }
  | { kind: 'minus' };

/** Limits of Postgres' division: at least 16 significant digits, at most 1000 decimal places, base-10000 groups. */
const LEAST_SIGNIFICANT_DIGITS = 16;
const GREATEST_DISPLAY_SCALE = 1000;
const DIGITS_PER_GROUP = 4;
/** Beyond this many digits Postgres refuses the value; here it also bounds the work one row can cause. */
const GREATEST_DIGITS = 131_072;

const FORM = /^[ \t\n\r\f\v]*([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d{1,6}))?[ \t\n\r\f\v]*$/;

/** Reads plain or exponent notation, NaN and infinities. Fails as Postgres does for anything else. */
export function parseNumeric(text: string): Numeric {
  const match = FORM.exec(text);
  if (match === null || (match[2] === '' && (match[3] ?? '') === '')) {
    const word = text.trim().toLowerCase();
    if (word === 'nan') return { kind: 'nan' };
    if (/^\+?(inf|infinity)$/.test(word)) return { kind: 'infinity' };
    if (/^-(inf|infinity)$/.test(word)) return { kind: 'minus' };
    return fail(`invalid input syntax for type numeric: "${text}"`);
  }
  const fraction = match[3] ?? '';
  const exponent = Number(match[4] ?? '0');
  if (Math.abs(exponent) > 16_383) return fail('value overflows numeric format');
  let digits = BigInt(`${match[2]}${fraction}`);
  let scale = fraction.length - exponent;
  if (scale < 0) {
    digits *= 10n ** BigInt(-scale);
    scale = 0;
  }
  if (match[1] === '-') digits = -digits;
  return { kind: 'finite', digits, scale };
}

export function formatNumeric(value: Numeric): string {
  if (value.kind === 'nan') return 'NaN';
  if (value.kind === 'infinity') return 'Infinity';
  if (value.kind === 'minus') return '-Infinity';
  const negative = value.digits < 0n;
  const text = (negative ? -value.digits : value.digits).toString();
  if (text.length > GREATEST_DIGITS) return fail('value overflows numeric format');
  const sign = negative ? '-' : '';
  if (value.scale === 0) return sign + text;
  const padded = text.padStart(value.scale + 1, '0');
  return `${sign}${padded.slice(0, -value.scale)}.${padded.slice(-value.scale)}`;
}

export function power(places: number): bigint {
  return 10n ** BigInt(places);
}

/** Integer division, half away from zero. */
function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const negative = dividend < 0n !== divisor < 0n;
  const [n, d] = [dividend < 0n ? -dividend : dividend, divisor < 0n ? -divisor : divisor];
  const quotient = (2n * n + d) / (2n * d);
  return negative ? -quotient : quotient;
}

function aligned(a: Numeric & { kind: 'finite' }, b: Numeric & { kind: 'finite' }): [bigint, bigint, number] {
  const scale = Math.max(a.scale, b.scale);
  return [a.digits * power(scale - a.scale), b.digits * power(scale - b.scale), scale];
}

function sign(value: Numeric): number {
  if (value.kind === 'infinity') return 1;
  if (value.kind === 'minus') return -1;
  if (value.kind === 'nan') return 0;
  return value.digits > 0n ? 1 : value.digits < 0n ? -1 : 0;
}

function signed(direction: number): Numeric {
  return { kind: direction > 0 ? 'infinity' : 'minus' };
}

export function add(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'nan' || b.kind === 'nan') return { kind: 'nan' };
  if (a.kind !== 'finite') return b.kind === 'finite' || b.kind === a.kind ? a : { kind: 'nan' };
  if (b.kind !== 'finite') return b;
  const [x, y, scale] = aligned(a, b);
  return { kind: 'finite', digits: x + y, scale };
}

function negate(value: Numeric): Numeric {
  if (value.kind === 'finite') return { ...value, digits: -value.digits };
  if (value.kind === 'nan') return value;
  return { kind: value.kind === 'infinity' ? 'minus' : 'infinity' };
}

export function multiply(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'nan' || b.kind === 'nan') return { kind: 'nan' };
  if (a.kind !== 'finite' || b.kind !== 'finite') {
    const direction = sign(a) * sign(b);
    return direction === 0 ? { kind: 'nan' } : signed(direction);
  }
  return { kind: 'finite', digits: a.digits * b.digits, scale: a.scale + b.scale };
}

/** Weight of the first base-10000 group, and that group. */
function leadingGroup(value: Numeric & { kind: 'finite' }): { weight: number; group: number } {
  const digits = value.digits < 0n ? -value.digits : value.digits;
  if (digits === 0n) return { weight: 0, group: 0 };
  const text = digits.toString();
  const exponent = text.length - 1 - value.scale;
  const weight = Math.floor(exponent / DIGITS_PER_GROUP);
  const inGroup = exponent - weight * DIGITS_PER_GROUP + 1;
  return { weight, group: Number(text.slice(0, inGroup).padEnd(inGroup, '0')) };
}

/** How many decimal places Postgres keeps of a quotient. */
export function quotientScale(a: Numeric & { kind: 'finite' }, b: Numeric & { kind: 'finite' }): number {
  const [first, second] = [leadingGroup(a), leadingGroup(b)];
  let weight = first.weight - second.weight;
  if (first.group <= second.group) weight -= 1;
  const wanted = Math.max(LEAST_SIGNIFICANT_DIGITS - weight * DIGITS_PER_GROUP, a.scale, b.scale, 0);
  return Math.min(wanted, GREATEST_DISPLAY_SCALE);
}

export function divide(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'nan' || b.kind === 'nan') return { kind: 'nan' };
  if (a.kind !== 'finite') {
    if (b.kind !== 'finite') return { kind: 'nan' };
    if (b.digits === 0n) return fail('division by zero');
    return signed(sign(a) * sign(b));
  }
  if (b.kind !== 'finite') return { kind: 'finite', digits: 0n, scale: 0 };
  if (b.digits === 0n) return fail('division by zero');
  const scale = quotientScale(a, b);
  const shift = scale - a.scale + b.scale;
  const digits =
    shift >= 0 ? divideRounded(a.digits * power(shift), b.digits) : divideRounded(a.digits, b.digits * power(-shift));
  return { kind: 'finite', digits, scale };
}

function modulo(a: Numeric, b: Numeric): Numeric {
  if (a.kind === 'nan' || b.kind === 'nan') return { kind: 'nan' };
  if (b.kind === 'finite' && b.digits === 0n) return fail('division by zero');
  if (a.kind !== 'finite') return { kind: 'nan' };
  if (b.kind !== 'finite') return a;
  const [x, y, scale] = aligned(a, b);
  return { kind: 'finite', digits: x % y, scale };
}

/** -1, 0 or 1; NaN is equal to itself and greater than everything else. */
function compare(a: Numeric, b: Numeric): number {
  const rank = (value: Numeric): number => ({ minus: 0, finite: 1, infinity: 2, nan: 3 })[value.kind];
  if (a.kind !== 'finite' || b.kind !== 'finite') return Math.sign(rank(a) - rank(b));
  const [x, y] = aligned(a, b);
  return x < y ? -1 : x > y ? 1 : 0;
}

function round(value: Numeric, places: number): Numeric {
  if (value.kind !== 'finite') return value;
  const wanted = Math.max(-GREATEST_DISPLAY_SCALE * 2, Math.min(places, GREATEST_DISPLAY_SCALE * 2));
  if (wanted >= value.scale)
    return { kind: 'finite', digits: value.digits * power(wanted - value.scale), scale: wanted };
  const digits = divideRounded(value.digits, power(value.scale - wanted));
  return wanted >= 0
    ? { kind: 'finite', digits, scale: wanted }
    : { kind: 'finite', digits: digits * power(-wanted), scale: 0 };
}

function truncate(value: Numeric, places: number): Numeric {
  if (value.kind !== 'finite') return value;
  const wanted = Math.max(-GREATEST_DISPLAY_SCALE * 2, Math.min(places, GREATEST_DISPLAY_SCALE * 2));
  if (wanted >= value.scale)
    return { kind: 'finite', digits: value.digits * power(wanted - value.scale), scale: wanted };
  const digits = value.digits / power(value.scale - wanted);
  return wanted >= 0
    ? { kind: 'finite', digits, scale: wanted }
    : { kind: 'finite', digits: digits * power(-wanted), scale: 0 };
}

function wholeBelow(value: Numeric): Numeric {
  const cut = truncate(value, 0);
  if (value.kind !== 'finite' || cut.kind !== 'finite' || value.digits >= 0n || compare(value, cut) === 0) return cut;
  return { ...cut, digits: cut.digits - 1n };
}

const both =
  (operation: (a: Numeric, b: Numeric) => Numeric) =>
  (a: string, b: string): string =>
    formatNumeric(operation(parseNumeric(a), parseNumeric(b)));
const one =
  (operation: (value: Numeric) => Numeric) =>
  (text: string): string =>
    formatNumeric(operation(parseNumeric(text)));

export const addNumeric = both(add);
export const subtractNumeric = both((a, b) => add(a, negate(b)));
export const multiplyNumeric = both(multiply);
export const divideNumeric = both(divide);
export const moduloNumeric = both(modulo);
export const negateNumeric = one(negate);
export const floorNumeric = one(wholeBelow);
export const ceilingNumeric = one((value) => negate(wholeBelow(negate(value))));
export const absoluteNumeric = one((value) => (sign(value) < 0 ? negate(value) : value));
export const signNumeric = one((value) =>
  value.kind === 'nan' ? value : { kind: 'finite', digits: BigInt(sign(value)), scale: 0 },
);
export const readNumeric = one((value) => value);

export function compareNumeric(a: string, b: string): number {
  return compare(parseNumeric(a), parseNumeric(b));
}

export function roundNumeric(text: string, places: number): string {
  return formatNumeric(round(parseNumeric(text), places));
}

export function truncateNumeric(text: string, places: number): string {
  return formatNumeric(truncate(parseNumeric(text), places));
}

/** As a cast to numeric(precision, scale): rounded, and refused where it does not fit. */
export function fitNumeric(text: string, precision: number, scale: number): string {
  const value = round(parseNumeric(text), scale);
  if (value.kind === 'infinity' || value.kind === 'minus') return fail('numeric field overflow');
  if (value.kind === 'nan') return fail('NaN in a numeric with a scale is not computed with');
  const magnitude = value.digits < 0n ? -value.digits : value.digits;
  if (magnitude >= power(precision)) return fail('numeric field overflow');
  return formatNumeric(value);
}

const LEAST_INT8 = -(2n ** 63n);
const GREATEST_INT8 = 2n ** 63n - 1n;

/** As a cast to bigint: rounded half away from zero. */
export function numericToInt8(text: string): bigint {
  const value = round(parseNumeric(text), 0);
  if (value.kind === 'nan') return fail('cannot convert NaN to bigint');
  if (value.kind !== 'finite') return fail('cannot convert infinity to bigint');
  if (value.digits < LEAST_INT8 || value.digits > GREATEST_INT8) return fail('bigint out of range');
  return value.digits;
}

/** As a cast to double precision: through the text. */
export function numericToFloat8(text: string): number {
  const value = Number(text);
  if (!Number.isFinite(value) && /\d/.test(text)) return fail(`"${text}" is out of range for type double precision`);
  if (value === 0 && /[1-9]/.test(text)) return fail(`"${text}" is out of range for type double precision`);
  return value;
}

/** Exponents of a key count from here, so that they are never negative. */
const KEY_EXPONENT = 500_000;

/** A text by which numbers can be compared as bytes: equal where they are equal whatever their scale, NaN after everything else. */
export function numericKey(text: string): string {
  const value = parseNumeric(text);
  if (value.kind === 'nan') return '9';
  if (value.kind === 'infinity') return '8';
  if (value.kind === 'minus') return '1';
  if (value.digits === 0n) return '5';
  const negative = value.digits < 0n;
  const digits = (negative ? -value.digits : value.digits).toString();
  const exponent = String(KEY_EXPONENT + digits.length - value.scale).padStart(6, '0');
  const mantissa = digits.replace(/0+$/, '');
  if (!negative) return `6${exponent}${mantissa}`;
  // Of two negative numbers the one with the larger digits is less; the end counts more than any digit.
  return `4${`${exponent}${mantissa}`.replace(/\d/g, (digit) => String(9 - Number(digit)))}~`;
}

/** The exact sum of numbers separated by blanks, with the greatest scale among them. */
export function sumNumeric(list: string): string {
  let total: Numeric = { kind: 'finite', digits: 0n, scale: 0 };
  for (const text of list.split(' ')) total = add(total, parseNumeric(text));
  return formatNumeric(total);
}

/** Most items of a series: more would not fit into the memory of a query. */
const LONGEST_SERIES = 5_000_000;

/** Numbers from `from` to `to`, separated by U+001F; NULL where there are none. */
export function seriesNumeric(from: string, to: string, step: string): string | null {
  const [first, last, distance] = [from, to, step].map(parseNumeric) as [Numeric, Numeric, Numeric];
  if (first.kind !== 'finite' || last.kind !== 'finite' || distance.kind !== 'finite')
    return fail('start, stop and step of a series must be finite');
  const direction = sign(distance);
  if (direction === 0) return fail('step size cannot equal zero');
  const items: string[] = [];
  for (let current: Numeric = first; compare(current, last) * direction <= 0; current = add(current, distance)) {
    items.push(formatNumeric(current));
    if (items.length > LONGEST_SERIES) return fail(`a series of more than ${LONGEST_SERIES} numbers`);
  }
  return items.length === 0 ? null : items.join('\u001f');
}
