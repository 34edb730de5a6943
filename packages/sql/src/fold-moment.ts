/** Computes a constant moment plus or minus an interval as Postgres does, so that a source or the engine is given a constant. */
import type { IntervalValue } from './expression.ts';

/** The wall clock `yyyy-MM-dd HH:mm:ss[.ffffff]` that is so far away from another (a date is midnight); null outside the years 1 to 9999. */
export function foldMoment(text: string, interval: IntervalValue, sign: 1 | -1): string | null {
  const match = /^(\d{4})-(\d{2})-(\d{2})(?: (\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,6}))?)?$/.exec(text.trim());
  if (match === null) return null;
  const [year, month, day, hour, minute, second] = match.slice(1, 7).map((part) => Number(part ?? 0)) as number[];
  const months = year! * 12 + month! - 1 + sign * Number(interval.months);
  const [targetYear, targetMonth] = [Math.floor(months / 12), months - Math.floor(months / 12) * 12];
  // The day is cut to the length of the month before days and time are added.
  const lastDay = new Date(Date.UTC(2000, 0, 1));
  lastDay.setUTCFullYear(targetYear, targetMonth + 1, 0);
  const start = new Date(Date.UTC(2000, 0, 1, hour, minute, second));
  start.setUTCFullYear(targetYear, targetMonth, Math.min(day!, lastDay.getUTCDate()));
  const fraction = BigInt((match[7] ?? '').padEnd(6, '0'));
  const moved = BigInt(sign) * (interval.days * 86_400_000_000n + interval.microseconds);
  const total = BigInt(start.getTime()) * 1000n + fraction + moved;
  const microseconds = ((total % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const date = new Date(Number((total - microseconds) / 1000n));
  if (Number.isNaN(date.getTime()) || date.getUTCFullYear() < 1 || date.getUTCFullYear() > 9999) return null;
  const clock = date.toISOString().slice(0, 19).replace('T', ' ');
  return microseconds === 0n ? clock : `${clock}.${microseconds.toString().padStart(6, '0').replace(/0+$/, '')}`;
}
