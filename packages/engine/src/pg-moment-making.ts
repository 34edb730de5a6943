/** Makes moments (microseconds since 1970) and intervals from their fields, from seconds and from texts, as Postgres does. */
import { printIntervalText } from '@rtdp/sql/interval-text';
import { type MomentInputFormat, readMomentInputFormat } from '@rtdp/sql/moment-input-formats';
import { makeDate, nearest } from './pg-interval.ts';
import { fail } from './row-failure.ts';

const MINUTE = 60_000_000;
const DAY = 86_400_000_000;
const INT4_LIMIT = 2 ** 31;
const EPOCH_2000_SECONDS = 946_684_800;

/** Microseconds since midnight; 24:00:00 is one. */
export function makeTime(hour: number, minute: number, second: number): bigint {
  const fraction = nearest(second * 1e6);
  const time = (hour * 60 + minute) * MINUTE + fraction;
  const isInRange =
    hour >= 0 && hour <= 24 && minute >= 0 && minute < 60 && fraction >= 0 && fraction <= MINUTE && time <= DAY;
  return isInRange ? BigInt(time) : fail(`time field value out of range: ${hour}:${minute}:${second}`);
}

function int4(value: number): number {
  return value >= -INT4_LIMIT && value < INT4_LIMIT ? value : fail('interval out of range');
}

export function intervalPart(large: number, factor: number, small: number): number {
  return int4(int4(large * factor) + small);
}

export function intervalTime(hours: number, minutes: number, seconds: number): bigint {
  const fraction = nearest(seconds * 1e6);
  if (!Number.isFinite(fraction) || Math.abs(fraction) >= 2 ** 63) return fail('interval out of range');
  const time = BigInt(hours) * 3_600_000_000n + BigInt(minutes) * 60_000_000n + BigInt(fraction);
  return time >= -(2n ** 63n) && time < 2n ** 63n ? time : fail('interval out of range');
}

export function makeInterval(months: number, days: number, microseconds: bigint): string {
  return printIntervalText({ months: BigInt(months), days: BigInt(days), microseconds });
}

/** Postgres counts from 2000, and so rounds there. */
export function momentOfSeconds(seconds: number): bigint {
  if (!Number.isFinite(seconds))
    return fail(`timestamp cannot be ${Number.isNaN(seconds) ? 'NaN' : 'made of infinite seconds here'}`);
  const moment = BigInt(nearest((seconds - EPOCH_2000_SECONDS) * 1e6)) + BigInt(EPOCH_2000_SECONDS) * 1_000_000n;
  const year = new Date(Number(moment / 1000n)).getUTCFullYear();
  return year >= 1 ? moment : fail(`a timestamp of ${seconds} seconds is not computed with`);
}

const formats = new Map<string, MomentInputFormat>();

function formatOf(written: string): MomentInputFormat {
  let format = formats.get(written);
  if (format === undefined) {
    format = readMomentInputFormat(written) ?? fail(`the format '${written}' is not proven`);
    if (formats.size > 1_000) formats.clear();
    formats.set(written, format);
  }
  return format;
}

const MONTHS = 'jan feb mar apr may jun jul aug sep oct nov dec'.split(' ');

export function readMoment(text: string, written: string): bigint {
  const { shape, fields } = formatOf(written);
  const match = shape.exec(text);
  if (match === null) return fail(`"${text}" is not of the form ${written} to the letter`);
  const found = new Map(fields.map((field, index) => [field, match[index + 1]!]));
  const number = (field: 'YYYY' | 'MM' | 'DD' | 'HH24' | 'MI' | 'SS'): number => Number(found.get(field) ?? 0);
  const named = found.get('Mon');
  const month = named === undefined ? number('MM') : MONTHS.indexOf(named.toLowerCase()) + 1;
  if (named !== undefined && month === 0) return fail(`invalid value "${named}" for "Mon"`);
  // A month or day of zero counts as none written, which is the first.
  const date = makeDate(number('YYYY'), month || 1, number('DD') || 1);
  const [hour, minute, second] = [number('HH24'), number('MI'), number('SS')];
  if (hour > 23 || minute > 59 || second > 59) return fail(`date/time field value out of range: "${text}"`);
  const fraction =
    Number((found.get('MS') ?? '').padEnd(3, '0')) * 1000 + Number((found.get('US') ?? '').padEnd(6, '0'));
  return (
    BigInt(Date.parse(`${date}T00:00:00Z`)) * 1000n +
    BigInt(((hour * 60 + minute) * 60 + second) * 1_000_000 + fraction)
  );
}
