/** Moments (microseconds since 1970) in the wall clock of a named zone and back, by the rules of the language's own zone data. */
import { fail } from './row-failure.ts';

const SECOND = 1_000_000n;
const DAY = 86_400;
/** Before, the data of two machines need not say the same. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2099;
/** Seconds; two changes of a zone are further apart. */
const STEP = 5 * DAY;

interface Change {
  /** Seconds since 1970, UTC. */
  readonly at: number;
  /** Seconds east of Greenwich from then on. */
  readonly offset: number;
}

/** What is known of a zone: asking the language takes some µs, so each year is looked up once, when a moment of it comes. */
interface Zone {
  readonly format: Intl.DateTimeFormat;
  readonly years: Map<number, readonly Change[]>;
}

const zones = new Map<string, Zone>();

function zoneOf(name: string): Zone {
  let zone = zones.get(name);
  if (zone === undefined) {
    const format = new Intl.DateTimeFormat('en-u-ca-gregory-nu-latn', {
      timeZone: name,
      hourCycle: 'h23',
      year: 'numeric',
      month: 'numeric',
      day: 'numeric',
      hour: 'numeric',
      minute: 'numeric',
      second: 'numeric',
    });
    zone = { format, years: new Map() };
    zones.set(name, zone);
  }
  return zone;
}

/** Read from the text, `12/31/1969, 19:00:00`: its parts one by one take twice the time. */
function offsetAt(format: Intl.DateTimeFormat, second: number): number {
  const [month, day, year, hours, minutes, seconds] = format
    .format(second * 1000)
    .match(/\d+/g)!
    .map(Number);
  return Date.UTC(year!, month! - 1, day, hours! % 24, minutes, seconds) / 1000 - second;
}

/** The changes of a year and of some days around it; the first is what holds at the beginning. */
function changesOf(name: string, year: number): readonly Change[] {
  const { format, years } = zoneOf(name);
  const known = years.get(year);
  if (known !== undefined) return known;
  const start = Date.UTC(year, 0, 1) / 1000 - STEP;
  const end = Date.UTC(year + 1, 0, 1) / 1000 + STEP;
  const changes: Change[] = [{ at: start, offset: offsetAt(format, start) }];
  for (let second = start; second < end; second += STEP) {
    const before = changes.at(-1)!.offset;
    if (offsetAt(format, second + STEP) === before) continue;
    let [low, high] = [second, second + STEP];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (offsetAt(format, middle) === before) low = middle;
      else high = middle;
    }
    changes.push({ at: high, offset: offsetAt(format, high) });
  }
  years.set(year, changes);
  return changes;
}

/** Index of the change that holds at the second. */
function indexAt(changes: readonly Change[], second: number): number {
  let [low, high] = [0, changes.length];
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (changes[middle]!.at <= second) low = middle;
    else high = middle;
  }
  return low;
}

/** The second, and the year in which it lies by the clock of UTC. */
function placeOf(moment: bigint): { second: number; year: number } {
  const second = Number((moment - (((moment % SECOND) + SECOND) % SECOND)) / SECOND);
  const year = new Date(second * 1000).getUTCFullYear();
  if (!(year >= FIRST_YEAR && year <= LAST_YEAR))
    return fail('a moment before 1970 or after 2099 is not computed in a named zone');
  return { second, year };
}

export function toLocal(zone: string, moment: bigint): bigint {
  const { second, year } = placeOf(moment);
  const changes = changesOf(zone, year);
  return moment + BigInt(changes[indexAt(changes, second)]!.offset) * SECOND;
}

/** Of a wall clock that is there twice, the later one; of one that is skipped, as if the clock had not been moved yet. */
export function toUtc(zone: string, local: bigint): bigint {
  const { second, year } = placeOf(local);
  const changes = changesOf(zone, year);
  const last = indexAt(changes, second + DAY);
  for (let index = indexAt(changes, second - DAY); index < last; index += 1) {
    const [before, after] = [changes[index]!.offset, changes[index + 1]!.offset];
    const boundary = changes[index + 1]!.at;
    const [asBefore, asAfter] = [second - before, second - after];
    if (asBefore < boundary && asAfter < boundary) return local - BigInt(before) * SECOND;
    if (asBefore >= boundary && asAfter >= boundary) continue;
    return local - BigInt(Math.min(before, after)) * SECOND;
  }
  return local - BigInt(changes[last]!.offset) * SECOND;
}
