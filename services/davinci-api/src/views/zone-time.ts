/** Decides what a wall clock shows in a zone, and which instant a wall clock's time is. A wall time is held as if it were UTC, in milliseconds. */
import { type ZoneClock, zoneClock } from '@rtdp/sql/zone-clock';
import { RtdpError } from '@rtdp/ums/error';

/** @throws RtdpError DAVINCI_QUERY_INVALID for a zone that nobody knows */
function clockOf(zone: string): ZoneClock {
  try {
    return zoneClock(zone);
  } catch (cause) {
    throw new RtdpError({
      code: 'DAVINCI_QUERY_INVALID',
      message: `there is no time zone ${JSON.stringify(zone)}`,
      next: 'Use an IANA name such as Europe/Berlin, or UTC.',
      facts: { timeZone: zone },
      cause,
    });
  }
}

export function checkZone(zone: string): void {
  clockOf(zone);
}

/** Instant → what the wall clock shows. */
export function wallOf(instant: number, zone: string): number {
  return instant + offsetAt(instant, zone);
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

/** Kept with the clock. */
const CHANGES = new WeakMap<ZoneClock, readonly ZoneChange[]>();
const FIRST_SECOND = Date.UTC(1960, 0) / 1000;
const LAST_SECOND = Date.UTC(2038, 0) / 1000;

export function offsetAt(instant: number, zone: string): number {
  return clockOf(zone).aheadAt(Math.floor(instant / 1000)) * 1000;
}

/** From 1960 to 2037, in order; none where the clocks were never set. */
export function changesOf(zone: string): readonly ZoneChange[] {
  const clock = clockOf(zone);
  let changes = CHANGES.get(clock);
  if (changes === undefined) {
    const found = clock.changesBetween(FIRST_SECOND, LAST_SECOND);
    changes = found.map(({ at, before, after }) => ({ at: at * 1000, before: before * 1000, after: after * 1000 }));
    CHANGES.set(clock, changes);
  }
  return changes;
}
