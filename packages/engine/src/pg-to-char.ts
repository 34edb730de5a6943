/** Postgres' to_char for moments and for numbers, with the patterns that `@rtdp/sql/to-char-formats` knows. */
import { readMomentFormat } from '@rtdp/sql/to-char-formats';
import { formatNumeric, parseNumeric, roundNumeric } from './pg-numeric.ts';
import { fail } from './row-failure.ts';

const MONTHS = 'January February March April May June July August September October November December'.split(' ');
const DAYS = 'Sunday Monday Tuesday Wednesday Thursday Friday Saturday'.split(' ');
const DAY = 86_400_000_000n;
const UNIX_EPOCH_JULIAN = 2_440_588;

const formats = new Map<string, ReturnType<typeof readMomentFormat>>();

function formatOf(format: string): ReturnType<typeof readMomentFormat> {
  let parts = formats.get(format);
  if (parts === undefined) {
    parts = readMomentFormat(format);
    if (formats.size > 1_000) formats.clear();
    formats.set(format, parts);
  }
  return parts;
}

/** `moment`: microseconds since 1970. */
export function momentToChar(moment: bigint, format: string): string {
  const inDay = ((moment % DAY) + DAY) % DAY;
  const date = new Date(Number((moment - inDay) / 1000n));
  const year = date.getUTCFullYear();
  if (Number.isNaN(year) || year < 1) return fail('to_char of a moment before year 1 is not proven');
  const microseconds = Number(inDay);
  const second = Math.floor(microseconds / 1e6);
  const time = {
    hour: Math.floor(second / 3600),
    minute: Math.floor(second / 60) % 60,
    second: second % 60,
    fraction: microseconds % 1_000_000,
    inDay: second,
  };
  return formatOf(format)
    .map((part) => {
      if ('text' in part) return part.text;
      if ('unknown' in part) return fail(`to_char: the pattern ${part.unknown} is not proven`);
      return patternText(part.pattern, part.fill, date, time);
    })
    .join('');
}

interface Time {
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
  readonly fraction: number;
  readonly inDay: number;
}

function patternText(pattern: string, fill: boolean, date: Date, time: Time): string {
  const number = (value: number, width: number): string => (fill ? String(value).padStart(width, '0') : String(value));
  const named = (name: string, width: number): string => {
    const cased =
      pattern === pattern.toUpperCase()
        ? name.toUpperCase()
        : pattern === pattern.toLowerCase()
          ? name.toLowerCase()
          : name;
    return fill ? cased.padEnd(width) : cased;
  };
  const [year, month, weekday] = [date.getUTCFullYear(), date.getUTCMonth(), date.getUTCDay()];
  const dayOfYear =
    Math.round((Date.UTC(2000, month, date.getUTCDate()) - Date.UTC(2000, 0, 1)) / 86_400_000) +
    1 -
    (month > 1 && !isLeap(year) ? 1 : 0);
  switch (pattern) {
    case 'YYYY':
      return number(year, 4);
    case 'YYY':
      return number(year % 1000, 3);
    case 'YY':
      return number(year % 100, 2);
    case 'Y':
      return number(year % 10, 1);
    case 'IYYY':
      return number(isoWeek(date).year, 4);
    case 'IW':
      return number(isoWeek(date).week, 2);
    case 'ID':
      return number(weekday === 0 ? 7 : weekday, 1);
    case 'CC':
      return number(Math.floor((year + 99) / 100), 2);
    case 'Q':
      return String(Math.floor(month / 3) + 1);
    case 'MM':
      return number(month + 1, 2);
    case 'DD':
      return number(date.getUTCDate(), 2);
    case 'DDD':
      return number(dayOfYear, 3);
    case 'D':
      return String(weekday + 1);
    case 'W':
      return String(Math.floor((date.getUTCDate() - 1) / 7) + 1);
    case 'WW':
      return number(Math.floor((dayOfYear - 1) / 7) + 1, 2);
    case 'J':
      return String(Math.floor(date.getTime() / 86_400_000) + UNIX_EPOCH_JULIAN);
    case 'HH24':
      return number(time.hour, 2);
    case 'HH':
    case 'HH12':
      return number(time.hour % 12 === 0 ? 12 : time.hour % 12, 2);
    case 'MI':
      return number(time.minute, 2);
    case 'SS':
      return number(time.second, 2);
    case 'SSSSS':
      return String(time.inDay);
    case 'MS':
      return String(Math.floor(time.fraction / 1000)).padStart(3, '0');
    case 'US':
      return String(time.fraction).padStart(6, '0');
    case 'AM':
    case 'PM':
      return time.hour >= 12 ? 'PM' : 'AM';
    case 'am':
    case 'pm':
      return time.hour >= 12 ? 'pm' : 'am';
    case 'A.M.':
    case 'P.M.':
      return time.hour >= 12 ? 'P.M.' : 'A.M.';
    case 'Month':
    case 'MONTH':
    case 'month':
      return named(MONTHS[month]!, 9);
    case 'Mon':
    case 'MON':
    case 'mon':
      return named(MONTHS[month]!.slice(0, 3), 0);
    case 'Day':
    case 'DAY':
    case 'day':
      return named(DAYS[weekday]!, 9);
    default:
      return named(DAYS[weekday]!.slice(0, 3), 0);
  }
}

function isLeap(year: number): boolean {
  return (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
}

function isoWeek(date: Date): { year: number; week: number } {
  const thursday = new Date(date.getTime());
  thursday.setUTCDate(date.getUTCDate() + 4 - (date.getUTCDay() === 0 ? 7 : date.getUTCDay()));
  const start = new Date(Date.UTC(2000, 0, 1));
  start.setUTCFullYear(thursday.getUTCFullYear(), 0, 1);
  return {
    year: thursday.getUTCFullYear(),
    week: Math.floor((thursday.getTime() - start.getTime()) / 604_800_000) + 1,
  };
}

/** `value`: a numeric as text; the format holds 9, 0, commas, one point, and FM in front. */
export function numberToChar(value: string, format: string): string {
  const isFilled = !format.startsWith('FM');
  const [wholeFormat, fractionFormat = ''] = format.replace(/^FM/, '').split('.') as [string, string?];
  const places = fractionFormat.length;
  const parsed = parseNumeric(value);
  if (parsed.kind !== 'finite') return fail('to_char of a number that is not finite is not proven');
  const rounded = roundNumeric(formatNumeric(parsed), places);
  const isNegative = rounded.startsWith('-') && /[1-9]/.test(rounded);
  const [whole, fraction = ''] = rounded.replace('-', '').split('.') as [string, string?];
  const slots = [...wholeFormat].filter((character) => character !== ',').length;
  const digits = whole === '0' ? '' : whole;
  const hasPoint = format.includes('.');
  if (digits.length > slots) {
    const marks = `${wholeFormat.replace(/[90]/g, '#')}${hasPoint ? `.${'#'.repeat(places)}` : ''}`;
    return `${isNegative ? '-' : isFilled ? ' ' : ''}${marks}`;
  }
  // From the first 0 of the format on, and from the first digit on, every place is written.
  const firstZero = [...wholeFormat.replaceAll(',', '')].indexOf('0');
  const start = Math.min(slots - digits.length, firstZero < 0 ? slots : firstZero, hasPoint ? slots : slots - 1);
  let slot = 0;
  let body = '';
  let blanks = '';
  for (const character of wholeFormat) {
    if (character === ',') {
      if (slot > start) body += ',';
      else blanks += ' ';
      continue;
    }
    if (slot >= start) body += digits[slot - (slots - digits.length)] ?? '0';
    else blanks += ' ';
    slot += 1;
  }
  let tail = '';
  if (hasPoint) {
    const lastZero = fractionFormat.lastIndexOf('0');
    const kept = isFilled ? fraction : fraction.slice(0, Math.max(fraction.replace(/0+$/, '').length, lastZero + 1));
    tail = `.${kept}`;
  }
  const sign = isNegative ? '-' : isFilled ? ' ' : '';
  return isFilled ? `${blanks}${sign}${body}${tail}` : `${sign}${body}${tail}`;
}
