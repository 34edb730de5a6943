/** Decides what a wall clock shows in a zone, and which instant a wall clock's time is. A wall time is held as if it were UTC, in milliseconds. */
import { RtdpError } from '@rtdp/ums/error';

const FORMATS = new Map<string, Intl.DateTimeFormat>();

/** @throws RtdpError DAVINCI_QUERY_INVALID for a zone that nobody knows */
function formatOf(zone: string): Intl.DateTimeFormat {
  let format = FORMATS.get(zone);
  if (format === undefined) {
    try {
      format = new Intl.DateTimeFormat('en-US', {
        timeZone: zone,
        hourCycle: 'h23',
        year: 'numeric',
        month: 'numeric',
        day: 'numeric',
        hour: 'numeric',
        minute: 'numeric',
        second: 'numeric',
      });
    } catch (cause) {
      throw new RtdpError({
        code: 'DAVINCI_QUERY_INVALID',
        message: `there is no time zone ${JSON.stringify(zone)}`,
        next: 'Use an IANA name such as Europe/Berlin, or UTC.',
        facts: { timeZone: zone },
        cause,
      });
    }
    FORMATS.set(zone, format);
  }
  return format;
}

export function checkZone(zone: string): void {
  formatOf(zone);
}

/** Instant → what the wall clock shows. */
export function wallOf(instant: number, zone: string): number {
  const parts = Object.fromEntries(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  ) as Record<'year' | 'month' | 'day' | 'hour' | 'minute' | 'second', number>;
  const milliseconds = ((instant % 1000) + 1000) % 1000;
  return Date.UTC(parts.year, parts.month - 1, parts.day, parts.hour, parts.minute, parts.second) + milliseconds;
}

/** Wall time → instant. A time that the clock skips is taken as if it had not; of one that comes twice, one is taken. */
export function instantOf(wall: number, zone: string): number {
  const first = wall - (wallOf(wall, zone) - wall);
  return wall - (wallOf(first, zone) - first);
}

/** A moment at which the clocks of a zone were, or will be, set. Offsets are milliseconds that the wall clock is ahead of UTC. */
export interface ZoneChange {
  at: number;
  before: number;
  after: number;
}

const CHANGES = new Map<string, readonly ZoneChange[]>();
const FIRST_INSTANT = Date.UTC(1960, 0);
const LAST_INSTANT = Date.UTC(2038, 0);
/** No zone has set its clocks to and fro within so short a time. */
const STEP_MS = 14 * 86_400_000;

export function offsetAt(instant: number, zone: string): number {
  return wallOf(instant, zone) - instant;
}

/** From 1960 to 2037, in order; none where the clocks were never set. */
export function changesOf(zone: string): readonly ZoneChange[] {
  let changes = CHANGES.get(zone);
  if (changes === undefined) {
    changes = findChanges(zone);
    CHANGES.set(zone, changes);
  }
  return changes;
}

function findChanges(zone: string): ZoneChange[] {
  const changes: ZoneChange[] = [];
  let before = offsetAt(FIRST_INSTANT, zone);
  for (let from = FIRST_INSTANT; from < LAST_INSTANT; from += STEP_MS) {
    const after = offsetAt(from + STEP_MS, zone);
    if (after === before) continue;
    let early = from;
    let late = from + STEP_MS;
    while (late - early > 1_000) {
      const middle = Math.floor((early + late) / 2_000) * 1_000;
      if (offsetAt(middle, zone) === before) early = middle;
      else late = middle;
    }
    changes.push({ at: late, before, after });
    before = after;
  }
  return changes;
}
