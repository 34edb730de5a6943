/** Postgres' intervals on their texts, and moments (microseconds since 1970) that they move. */
import type { IntervalValue } from '@rtdp/sql/expression';
import { printIntervalText } from '@rtdp/sql/interval-text';
import { readIntervalText } from '@rtdp/sql/literals';
import { fail } from './row-failure.ts';

const DAY = 86_400_000_000n;
const DAYS_PER_MONTH = 30;
const SECONDS_PER_DAY = 86_400;
const MILLION = 1_000_000n;

function read(text: string): IntervalValue {
  return readIntervalText(text) ?? fail(`the interval "${text}" is not computed with`);
}

export function intervalBetween(later: bigint, earlier: bigint): string {
  const distance = later - earlier;
  return printIntervalText({ months: 0n, days: distance / DAY, microseconds: distance % DAY });
}

const combine =
  (sign: bigint) =>
  (a: string, b: string): string => {
    const [x, y] = [read(a), read(b)];
    return printIntervalText({
      months: x.months + sign * y.months,
      days: x.days + sign * y.days,
      microseconds: x.microseconds + sign * y.microseconds,
    });
  };

export const addIntervals = combine(1n);
export const subtractIntervals = combine(-1n);

export function sumIntervals(list: string): string {
  let total: IntervalValue = { months: 0n, days: 0n, microseconds: 0n };
  for (const text of list.split('|')) {
    const value = read(text);
    total = {
      months: total.months + value.months,
      days: total.days + value.days,
      microseconds: total.microseconds + value.microseconds,
    };
  }
  return printIntervalText(total);
}

/** To the nearest whole number, halves to the even one. */
export function nearest(value: number): number {
  const floor = Math.floor(value);
  const rest = value - floor;
  if (rest === 0.5) return floor % 2 === 0 ? floor : floor + 1;
  return rest < 0.5 ? floor : floor + 1;
}

const toMicroseconds = (seconds: number): number => nearest(seconds * 1e6) / 1e6;

/** What is left of months becomes days, what is left of days becomes time, as Postgres has it. */
function scale(text: string, by: (value: number) => number): string {
  const value = read(text);
  const [months, days, time] = [Number(value.months), Number(value.days), Number(value.microseconds)];
  const wholeMonths = Math.trunc(by(months));
  let wholeDays = Math.trunc(by(days));
  const restDays = toMicroseconds((by(months) - wholeMonths) * DAYS_PER_MONTH);
  let seconds = toMicroseconds((by(days) - wholeDays + restDays - Math.trunc(restDays)) * SECONDS_PER_DAY);
  if (Math.abs(seconds) >= SECONDS_PER_DAY) {
    wholeDays += Math.trunc(seconds / SECONDS_PER_DAY);
    seconds -= Math.trunc(seconds / SECONDS_PER_DAY) * SECONDS_PER_DAY;
  }
  wholeDays += Math.trunc(restDays);
  const microseconds = nearest(by(time) + seconds * 1e6);
  if (![wholeMonths, wholeDays, microseconds].every(Number.isSafeInteger)) return fail('interval out of range');
  return printIntervalText({
    months: BigInt(wholeMonths),
    days: BigInt(wholeDays),
    microseconds: BigInt(microseconds),
  });
}

export const multiplyInterval = (text: string, factor: number): string => scale(text, (value) => value * factor);

export function divideInterval(text: string, factor: number): string {
  if (factor === 0) return fail('division by zero');
  return scale(text, (value) => value / factor);
}

export function intervalKey(text: string): bigint {
  const { months, days, microseconds } = read(text);
  const key = (months * 30n + days) * DAY + microseconds;
  return key >= -(2n ** 63n) && key < 2n ** 63n ? key : fail('an interval of more than 290,000 years is not compared');
}

function decimal(microseconds: bigint, places: number): string {
  const sign = microseconds < 0n ? '-' : '';
  const digits = (microseconds < 0n ? -microseconds : microseconds).toString().padStart(places + 1, '0');
  return `${sign}${digits.slice(0, -places)}.${digits.slice(-places)}`;
}

export function intervalField(field: string, text: string): string {
  const { months, days, microseconds } = read(text);
  const years = months / 12n;
  const inMinute = microseconds % (60n * MILLION);
  switch (field) {
    case 'microseconds':
      return String(inMinute);
    case 'milliseconds':
      return decimal(inMinute, 3);
    case 'second':
      return decimal(inMinute, 6);
    case 'minute':
      return String((microseconds / (60n * MILLION)) % 60n);
    case 'hour':
      return String(microseconds / (3600n * MILLION));
    case 'day':
      return String(days);
    case 'month':
      return String(months % 12n);
    case 'quarter': {
      const month = months % 12n;
      return String(month >= 0n ? month / 3n + 1n : -(-month / 3n + 1n));
    }
    case 'year':
      return String(years);
    case 'decade':
      return String(years / 10n);
    case 'century':
      return String(years / 100n);
    case 'millennium':
      return String(years / 1000n);
    default: {
      // A year counts 365.25 days, a month of what is left 30.
      const seconds = years * 31_557_600n + (months % 12n) * 2_592_000n + days * 86_400n;
      return decimal(seconds * MILLION + microseconds, 6);
    }
  }
}

interface Civil {
  readonly year: number;
  readonly month: number;
  readonly day: number;
  readonly inDay: bigint;
}

function civilOf(moment: bigint): Civil {
  const inDay = ((moment % DAY) + DAY) % DAY;
  const date = new Date(Number((moment - inDay) / 1000n));
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1)
    return fail('a moment before year 1 is not computed with');
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate(), inDay };
}

function daysIn(year: number, month: number): number {
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month, 0);
  return date.getUTCDate();
}

function dayNumber(year: number, month: number, day: number): bigint {
  const date = new Date(Date.UTC(2000, 0, 1));
  date.setUTCFullYear(year, month - 1, day);
  return BigInt(date.getTime()) * 1000n;
}

/** Months first, their last day kept, then days, then time. */
export function moveMoment(moment: bigint, text: string): bigint {
  const { months, days, microseconds } = read(text);
  let moved = moment;
  if (months !== 0n) {
    const { year, month, day, inDay } = civilOf(moment);
    const total = year * 12 + month - 1 + Number(months);
    const [toYear, toMonth] = [Math.floor(total / 12), (((total % 12) + 12) % 12) + 1];
    moved = dayNumber(toYear, toMonth, Math.min(day, daysIn(toYear, toMonth))) + inDay;
  }
  moved += days * DAY + microseconds;
  civilOf(moved);
  return moved;
}

/** Years, months and days between two moments, counted on the calendar. */
export function age(a: bigint, b: bigint): string {
  const isNegative = a < b;
  const [first, second] = [civilOf(a), civilOf(b)];
  const [later, earlier] = isNegative ? [second, first] : [first, second];
  let time = later.inDay - earlier.inDay;
  let [years, months, days] = [later.year - earlier.year, later.month - earlier.month, later.day - earlier.day];
  if (time < 0n) {
    time += DAY;
    days -= 1;
  }
  while (days < 0) {
    days += daysIn(earlier.year, earlier.month);
    months -= 1;
  }
  while (months < 0) {
    months += 12;
    years -= 1;
  }
  const sign = isNegative ? -1n : 1n;
  return printIntervalText({
    months: sign * BigInt(years * 12 + months),
    days: sign * BigInt(days),
    microseconds: sign * time,
  });
}

export function makeDate(year: number, month: number, day: number): string {
  if (year < 1 || month < 1 || month > 12 || day < 1 || day > daysIn(year, month))
    return fail(`date field value out of range: ${year}-${month}-${day}`);
  return [String(year).padStart(4, '0'), String(month).padStart(2, '0'), String(day).padStart(2, '0')].join('-');
}
