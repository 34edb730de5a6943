/** Postgres' float8 and float4: their text, their errors, and reading them. */
import { fail } from './row-failure.ts';

/** Digits and decimal exponent of the shortest text that reads back as the number. */
function shortestDigits(value: number, single: boolean): { digits: string; exponent: number } {
  const shortest = languageDigits(value, single);
  if (!isOnBoundary(value, shortest, single)) return shortest;
  // Postgres never prints a text that lies exactly between two numbers, however it would be read back.
  const [mantissa, exponent] = value.toExponential(shortest.digits.length).split('e') as [string, string];
  return { digits: mantissa.replace('.', '').replace(/0+$/, ''), exponent: Number(exponent) };
}

/** Whether the digits lie exactly half way to a neighbour; only whole and half numbers of some size can. */
function isOnBoundary(
  value: number,
  { digits, exponent }: { digits: string; exponent: number },
  single: boolean,
): boolean {
  if (value < (single ? 2 ** 22 : 2 ** 52) || value > 1e41) return false;
  const places = exponent - digits.length + 1;
  let quarters = BigInt(digits) * 4n;
  if (places >= 0) quarters *= 10n ** BigInt(places);
  else {
    const divisor = 10n ** BigInt(-places);
    if (quarters % divisor !== 0n) return false;
    quarters /= divisor;
  }
  return neighbours(value, single).some((neighbour) => quarters === BigInt(value * 2) + BigInt(neighbour * 2));
}

function neighbours(value: number, single: boolean): number[] {
  const view = new DataView(new ArrayBuffer(8));
  if (single) {
    view.setFloat32(0, value);
    const bits = view.getUint32(0);
    return [bits - 1, bits + 1].map((each) => {
      view.setUint32(0, each);
      return view.getFloat32(0);
    });
  }
  view.setFloat64(0, value);
  const bits = view.getBigUint64(0);
  return [bits - 1n, bits + 1n].map((each) => {
    view.setBigUint64(0, each);
    return view.getFloat64(0);
  });
}

/** The shortest digits as the language finds them, closest to the value. */
function languageDigits(value: number, single: boolean): { digits: string; exponent: number } {
  let text = value.toExponential();
  if (single) {
    for (let places = 0; places < 9; places += 1) {
      const candidate = value.toExponential(places);
      if (Math.fround(Number(candidate)) === value) {
        text = candidate;
        break;
      }
    }
  }
  const [mantissa, exponent] = text.split('e') as [string, string];
  return { digits: mantissa.replace('.', '').replace(/0+$/, '') || '0', exponent: Number(exponent) };
}

function format(value: number, single: boolean): string {
  if (Number.isNaN(value)) return 'NaN';
  if (value === Infinity) return 'Infinity';
  if (value === -Infinity) return '-Infinity';
  if (value === 0) return Object.is(value, -0) ? '-0' : '0';
  const sign = value < 0 ? '-' : '';
  const { digits, exponent } = shortestDigits(Math.abs(value), single);
  if (exponent < -4 || exponent >= (single ? 6 : 15)) {
    const fraction = digits.length > 1 ? `.${digits.slice(1)}` : '';
    const power = String(Math.abs(exponent)).padStart(2, '0');
    return `${sign}${digits[0]}${fraction}e${exponent < 0 ? '-' : '+'}${power}`;
  }
  if (exponent < 0) return `${sign}0.${'0'.repeat(-exponent - 1)}${digits}`;
  if (digits.length <= exponent + 1) return sign + digits.padEnd(exponent + 1, '0');
  return `${sign}${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
}

/** The text of a double precision value. */
export function formatFloat8(value: number): string {
  return format(value, false);
}

/** The text of a real value, given as the double that is equal to it. */
export function formatFloat4(value: number): string {
  return format(value, true);
}

const FORM = /^[ \t\n\r\f\v]*[+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?[ \t\n\r\f\v]*$/;

function parse(text: string, single: boolean): number {
  const name = single ? 'real' : 'double precision';
  if (!FORM.test(text)) {
    const word = text.trim().toLowerCase();
    if (word === 'nan') return Number.NaN;
    if (/^[+-]?(inf|infinity)$/.test(word)) return word.startsWith('-') ? -Infinity : Infinity;
    return fail(`invalid input syntax for type ${name}: "${text}"`);
  }
  const double = Number(text);
  // Rounding to double first may round twice; then the text is not proven to give Postgres' real.
  const value = single ? Math.fround(double) : double;
  if (single && isBetweenSingles(double)) return fail(`"${text}" is too close to the middle of two real values`);
  if (!Number.isFinite(value) || (value === 0 && /[1-9]/.test(text.split(/[eE]/)[0]!))) {
    return fail(`"${text}" is out of range for type ${name}`);
  }
  return value;
}

const SINGLE_BITS = new DataView(new ArrayBuffer(8));

/** Whether a double lies exactly half way between two neighbouring singles. */
function isBetweenSingles(double: number): boolean {
  SINGLE_BITS.setFloat64(0, double);
  return (SINGLE_BITS.getUint32(4) & 0x1fffffff) === 0x10000000;
}

export const parseFloat8 = (text: string): number => parse(text, false);
export const parseFloat4 = (text: string): number => parse(text, true);

function checked(result: number, a: number, b: number, zeroAllowed: boolean): number {
  if (!Number.isFinite(result) && !Number.isNaN(result) && Number.isFinite(a) && Number.isFinite(b)) {
    return fail('value out of range: overflow');
  }
  if (result === 0 && !zeroAllowed) return fail('value out of range: underflow');
  return result;
}

type Round = (value: number) => number;

/** The four operations of one width, with Postgres' errors. */
export function floatOperations(
  round: Round,
): Record<'add' | 'subtract' | 'multiply' | 'divide', (a: number, b: number) => number> {
  return {
    add: (a, b) => checked(round(a + b), a, b, true),
    subtract: (a, b) => checked(round(a - b), a, b, true),
    multiply: (a, b) => checked(round(a * b), a, b, a === 0 || b === 0),
    divide: (a, b) => {
      if (b === 0 && !Number.isNaN(a)) return fail('division by zero');
      return checked(round(a / b), a, b, a === 0 || !Number.isFinite(b));
    },
  };
}

export function float8ToFloat4(value: number): number {
  const single = Math.fround(value);
  if (!Number.isFinite(single) && Number.isFinite(value)) return fail('value out of range: overflow');
  if (single === 0 && value !== 0) return fail('value out of range: underflow');
  return single;
}

/** As a cast to bigint: to the nearest whole number, halves to the even one. */
export function float8ToInt8(value: number): bigint {
  if (!Number.isFinite(value)) return fail('bigint out of range');
  const floor = Math.floor(value);
  const rest = value - floor;
  const nearest = rest < 0.5 ? floor : rest > 0.5 ? floor + 1 : floor % 2 === 0 ? floor : floor + 1;
  if (nearest < -(2 ** 63) || nearest >= 2 ** 63) return fail('bigint out of range');
  return BigInt(nearest);
}

/** Exact digits enough to see whether a value lies half way between two shorter ones. */
const EXACT_DIGITS = 60;

/** As `toExponential`, but a value half way between two goes to the even one, as C prints it; the language takes the greater. */
function roundedToEven(value: number, significant: number): string {
  const rounded = value.toExponential(significant - 1);
  const exact = value.toExponential(EXACT_DIGITS).replace(/e.*$/, '').replace(/[-.]/g, '');
  const isTie = /^50*$/.test(exact.slice(significant));
  if (!isTie || Number(exact[significant - 1]) % 2 !== 0) return rounded;
  const sign = value < 0 ? '-' : '';
  const digits = exact.slice(0, significant);
  const exponent = value.toExponential(EXACT_DIGITS).split('e')[1]!;
  return `${sign}${digits[0]}.${digits.slice(1)}e${exponent}`;
}

/** As a cast to numeric: 15 significant digits of a double precision, 6 of a real. */
export function floatToNumericText(value: number, significant: 15 | 6): string {
  if (Number.isNaN(value)) return 'NaN';
  if (!Number.isFinite(value)) return value > 0 ? 'Infinity' : '-Infinity';
  if (value === 0) return '0';
  const [mantissa, exponentText] = roundedToEven(value, significant).split('e') as [string, string];
  const negative = mantissa.startsWith('-');
  const digits = mantissa.replace(/[-.]/g, '').replace(/0+$/, '');
  const exponent = Number(exponentText);
  let text: string;
  if (exponent < 0) text = `0.${'0'.repeat(-exponent - 1)}${digits}`;
  else if (digits.length <= exponent + 1) text = digits.padEnd(exponent + 1, '0');
  else text = `${digits.slice(0, exponent + 1)}.${digits.slice(exponent + 1)}`;
  return negative ? `-${text}` : text;
}
