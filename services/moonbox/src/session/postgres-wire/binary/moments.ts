/** Decides how dates, times and timestamps go between Postgres' text and its binary form (days and microseconds since 2000-01-01). */

const DAY_MICROSECONDS = 86_400_000_000n;
/** Days from 1970-01-01 to 2000-01-01. */
const EPOCH_DAYS = 10_957;
const INFINITE_DAY = 0x7fffffff;
const MINUS_INFINITE_DAY = -0x80000000;
const INFINITE_MOMENT = 0x7fffffffffffffffn;
const MINUS_INFINITE_MOMENT = -0x8000000000000000n;

const MOMENT =
  /^(\d{4,})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?)?(?:([+-])(\d\d)(?::?(\d\d))?(?::?(\d\d))?)?( BC)?$/;
const TIME = /^(\d\d):(\d\d):(\d\d)(?:\.(\d{1,6}))?(?:([+-])(\d\d)(?::(\d\d))?(?::(\d\d))?)?$/;

/** Days of a proleptic Gregorian date (year 0 is 1 BC), counted from 2000-01-01. */
function toDays(year: number, month: number, day: number): number {
  const shifted = month <= 2 ? year - 1 : year;
  const era = Math.floor(shifted / 400);
  const yearOfEra = shifted - era * 400;
  const dayOfYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + day - 1;
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146_097 + dayOfEra - 719_468 - EPOCH_DAYS;
}

/** The date of a day, as Postgres writes it. */
function fromDays(days: number): { date: string; isBefore: boolean } {
  const shifted = days + EPOCH_DAYS + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1_460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const monthIndex = Math.floor((5 * dayOfYear + 2) / 153);
  const day = dayOfYear - Math.floor((153 * monthIndex + 2) / 5) + 1;
  const month = monthIndex < 10 ? monthIndex + 3 : monthIndex - 9;
  const year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0);
  const shown = year > 0 ? year : 1 - year;
  return { date: `${String(shown).padStart(4, '0')}-${two(month)}-${two(day)}`, isBefore: year <= 0 };
}

function two(value: number): string {
  return value < 10 ? `0${value}` : String(value);
}

function fraction(digits: string | undefined): number {
  return digits === undefined ? 0 : Number(digits.padEnd(6, '0'));
}

/** @returns undefined for a text that is none */
export function dateToDays(text: string): number | undefined {
  if (text === 'infinity') return INFINITE_DAY;
  if (text === '-infinity') return MINUS_INFINITE_DAY;
  const match = MOMENT.exec(text);
  if (match === null) return undefined;
  return toDays(yearOf(match), Number(match[2]), Number(match[3]));
}

function yearOf(match: RegExpExecArray): number {
  return match[12] === undefined ? Number(match[1]) : 1 - Number(match[1]);
}

/** Microseconds since 2000-01-01, of UTC where the text has an offset. */
export function momentToMicroseconds(text: string): bigint | undefined {
  if (text === 'infinity') return INFINITE_MOMENT;
  if (text === '-infinity') return MINUS_INFINITE_MOMENT;
  const match = MOMENT.exec(text);
  if (match === null) return undefined;
  const days = toDays(yearOf(match), Number(match[2]), Number(match[3]));
  const clock = Number(match[4] ?? 0) * 3_600 + Number(match[5] ?? 0) * 60 + Number(match[6] ?? 0);
  const seconds = match[8] === undefined ? clock : clock - offsetSeconds(match[8], match[9], match[10]);
  return BigInt(days) * DAY_MICROSECONDS + BigInt(seconds * 1_000_000 + fraction(match[7]));
}

function offsetSeconds(sign: string, hours = '0', minutes = '0', seconds = '0'): number {
  const size = Number(hours) * 3_600 + Number(minutes) * 60 + Number(seconds);
  return sign === '-' ? -size : size;
}

export function daysToDate(days: number): string {
  if (days === INFINITE_DAY) return 'infinity';
  if (days === MINUS_INFINITE_DAY) return '-infinity';
  const { date, isBefore } = fromDays(days);
  return isBefore ? `${date} BC` : date;
}

/** With `+00` at its end when `isUtc`. */
export function microsecondsToMoment(microseconds: bigint, isUtc: boolean): string {
  if (microseconds === INFINITE_MOMENT) return 'infinity';
  if (microseconds === MINUS_INFINITE_MOMENT) return '-infinity';
  let days = microseconds / DAY_MICROSECONDS;
  let rest = microseconds % DAY_MICROSECONDS;
  if (rest < 0n) {
    days -= 1n;
    rest += DAY_MICROSECONDS;
  }
  const { date, isBefore } = fromDays(Number(days));
  return `${date} ${microsecondsToClock(Number(rest))}${isUtc ? '+00' : ''}${isBefore ? ' BC' : ''}`;
}

function microsecondsToClock(microseconds: number): string {
  const seconds = Math.floor(microseconds / 1_000_000);
  const rest = microseconds - seconds * 1_000_000;
  const clock = `${two(Math.floor(seconds / 3_600))}:${two(Math.floor(seconds / 60) % 60)}:${two(seconds % 60)}`;
  return rest === 0 ? clock : `${clock}.${String(rest).padStart(6, '0').replace(/0+$/, '')}`;
}

/** Microseconds of the day, and seconds west of UTC (as Postgres counts) where the text has an offset. */
export function timeToMicroseconds(text: string): { microseconds: bigint; west: number } | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const seconds = Number(match[1]) * 3_600 + Number(match[2]) * 60 + Number(match[3]);
  const east = match[5] === undefined ? 0 : offsetSeconds(match[5], match[6], match[7], match[8]);
  return { microseconds: BigInt(seconds * 1_000_000 + fraction(match[4])), west: -east };
}

export function microsecondsToTime(microseconds: bigint, west?: number): string {
  const clock = microsecondsToClock(Number(microseconds));
  if (west === undefined) return clock;
  const size = Math.abs(west);
  const minutes = Math.floor(size / 60) % 60;
  const seconds = size % 60;
  const offset = `${two(Math.floor(size / 3_600))}${minutes + seconds > 0 ? `:${two(minutes)}` : ''}${seconds > 0 ? `:${two(seconds)}` : ''}`;
  return `${clock}${west > 0 ? '-' : '+'}${offset}`;
}

export interface IntervalParts {
  readonly months: number;
  readonly days: number;
  readonly microseconds: bigint;
}

const INTERVAL_UNIT = /([+-]?\d+) (year|mon|day)s?/g;
const INTERVAL_CLOCK = /(?:^|\s)([+-])?(\d+):(\d\d):(\d\d)(?:\.(\d{1,6}))?$/;

/** Of Postgres' own style: `1 year 2 mons -3 days +04:05:06.7`. */
export function intervalToParts(text: string): IntervalParts | undefined {
  if (text === 'infinity') return { months: 0x7fffffff, days: INFINITE_DAY, microseconds: INFINITE_MOMENT };
  if (text === '-infinity') {
    return { months: -0x80000000, days: MINUS_INFINITE_DAY, microseconds: MINUS_INFINITE_MOMENT };
  }
  let months = 0;
  let days = 0;
  for (const [, count, unit] of text.matchAll(INTERVAL_UNIT)) {
    if (unit === 'day') days += Number(count);
    else months += Number(count) * (unit === 'year' ? 12 : 1);
  }
  const clock = INTERVAL_CLOCK.exec(text);
  if (clock === null) {
    return text.replace(INTERVAL_UNIT, '').trim() === '' ? { months, days, microseconds: 0n } : undefined;
  }
  const seconds = BigInt(clock[2]!) * 3_600n + BigInt(clock[3]!) * 60n + BigInt(clock[4]!);
  const size = seconds * 1_000_000n + BigInt(fraction(clock[5]));
  return { months, days, microseconds: clock[1] === '-' ? -size : size };
}

export function partsToInterval({ months, days, microseconds }: IntervalParts): string {
  if (months === 0x7fffffff && days === INFINITE_DAY) return 'infinity';
  if (months === -0x80000000 && days === MINUS_INFINITE_DAY) return '-infinity';
  const parts: string[] = [];
  const years = Math.trunc(months / 12);
  if (years !== 0) parts.push(`${years} years`);
  if (months % 12 !== 0) parts.push(`${months % 12} mons`);
  if (days !== 0) parts.push(`${days} days`);
  if (microseconds !== 0n || parts.length === 0) {
    const size = microseconds < 0n ? -microseconds : microseconds;
    const hours = size / 3_600_000_000n;
    const clock = microsecondsToClock(Number(size % 3_600_000_000n)).slice(2);
    parts.push(`${microseconds < 0n ? '-' : ''}${String(hours).padStart(2, '0')}${clock}`);
  }
  return parts.join(' ');
}
