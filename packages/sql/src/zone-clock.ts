/** Decides how far the wall clock of a named zone is ahead of UTC, and when it was set, by the language's own zone data. All in seconds since 1970. */

const DAY = 86_400;
/** Two changes of a zone are further apart. */
const STEP = 5 * DAY;

/** A second from which on the clock shows something else. */
export interface ClockChange {
  readonly at: number;
  /** Seconds ahead of UTC. */
  readonly before: number;
  readonly after: number;
}

/** Names come from whoever asks, in any case, and every offset is a zone too. */
const MOST_KEPT = 100;
const clocks = new Map<string, ZoneClock>();

/** The same one each time as long as it is kept: the one that was made first goes first. @throws RangeError for a zone that nobody knows */
export function zoneClock(zone: string): ZoneClock {
  let clock = clocks.get(zone);
  if (clock === undefined) {
    clock = new ZoneClock(zone);
    if (clocks.size >= MOST_KEPT) clocks.delete(clocks.keys().next().value!);
    clocks.set(zone, clock);
  }
  return clock;
}

export class ZoneClock {
  readonly #format: Intl.DateTimeFormat;

  constructor(zone: string) {
    this.#format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone: zone,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
  }

  /** Takes some µs. Read from the text, `12/31/1969, 19:00:00`: its parts one by one take twice the time. */
  aheadAt(second: number): number {
    const [month, day, year, hours, minutes, seconds] = this.#format
      .format(second * 1000)
      .match(/\d+/g)!
      .map(Number);
    return Date.UTC(year!, month! - 1, day, hours! % 24, minutes, seconds) / 1000 - second;
  }

  /** In order; up to some days after `to`. */
  changesBetween(from: number, to: number): ClockChange[] {
    const changes: ClockChange[] = [];
    let before = this.aheadAt(from);
    for (let second = from; second < to; second += STEP) {
      const after = this.aheadAt(second + STEP);
      if (after === before) continue;
      let [low, high] = [second, second + STEP];
      while (high - low > 1) {
        const middle = Math.floor((low + high) / 2);
        if (this.aheadAt(middle) === before) low = middle;
        else high = middle;
      }
      changes.push({ at: high, before, after });
      before = after;
    }
    return changes;
  }
}
