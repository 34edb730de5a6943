/** Decides which span of time "today", "the last 7 days" or "the month before this one" is, for a viewer in a zone. */
import type { Grain, RelativeDate } from '../client/variables.ts';
import { wallOf } from './zone-time.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** Wall times of the zone: from, inclusive, to, exclusive. */
export interface WallSpan {
  from: number;
  to: number;
}

/**
 * `amount` 0: this unit. Above 0: the last so many, this one included; minutes and hours roll, longer units are those of the calendar. Below
 * 0: the so many whole ones before this one.
 */
export function relativeSpan({ unit, amount }: RelativeDate, now: number, zone: string): WallSpan {
  const wall = wallOf(now, zone);
  const current = startOf(unit, wall);
  const next = add(unit, current, 1);
  if (amount < 0) return { from: add(unit, current, amount), to: current };
  if (amount === 0) return { from: current, to: next };
  if (unit === 'minute' || unit === 'hour') {
    // In steps, so that those who ask in the same second ask the same.
    const step = unit === 'minute' ? 1000 : MINUTE;
    return { from: add(unit, Math.floor(wall / step) * step, -amount), to: next };
  }
  return { from: add(unit, current, 1 - amount), to: next };
}

/** Start of the unit that holds the wall time; weeks start on Monday. */
function startOf(unit: Grain, wall: number): number {
  const date = new Date(wall);
  const year = date.getUTCFullYear();
  const month = date.getUTCMonth();
  switch (unit) {
    case 'minute':
      return Math.floor(wall / MINUTE) * MINUTE;
    case 'hour':
      return Math.floor(wall / HOUR) * HOUR;
    case 'day':
      return Math.floor(wall / DAY) * DAY;
    case 'week':
      return Math.floor(wall / DAY) * DAY - ((date.getUTCDay() + 6) % 7) * DAY;
    case 'month':
      return Date.UTC(year, month);
    case 'quarter':
      return Date.UTC(year, month - (month % 3));
    case 'year':
      return Date.UTC(year, 0);
  }
}

function add(unit: Grain, wall: number, amount: number): number {
  const date = new Date(wall);
  switch (unit) {
    case 'minute':
      return wall + amount * MINUTE;
    case 'hour':
      return wall + amount * HOUR;
    case 'day':
      return wall + amount * DAY;
    case 'week':
      return wall + amount * 7 * DAY;
    case 'month':
      return date.setUTCMonth(date.getUTCMonth() + amount);
    case 'quarter':
      return date.setUTCMonth(date.getUTCMonth() + 3 * amount);
    case 'year':
      return date.setUTCFullYear(date.getUTCFullYear() + amount);
  }
}
