/** Moments (microseconds since 1970) in the wall clock of a named zone and back, by the rules of the language's own zone data. */
import { type ZoneClock, zoneClock } from '@rtdp/sql/zone-clock';
import { fail } from './row-failure.ts';

const SECOND = 1_000_000n;
const DAY = 86_400;
/** Before, the data of two machines need not say the same. */
const FIRST_YEAR = 1970;
const LAST_YEAR = 2099;
/** Seconds beside a year in which its changes are looked for as well: a moment near its end may be local time of the next. */
const MARGIN = 5 * DAY;

interface Change {
  /** Seconds since 1970, UTC. */
  readonly at: number;
  /** Seconds east of Greenwich from then on. */
  readonly offset: number;
}

/** Zone → year → its changes: asking the language takes some µs, so each year is looked up once, when a moment of it comes. Kept with the clock. */
const zones = new WeakMap<ZoneClock, Map<number, readonly Change[]>>();

/** The changes of a year and of some days around it; the first is what holds at the beginning. */
function changesOf(name: string, year: number): readonly Change[] {
  const clock = zoneClock(name);
  let years = zones.get(clock);
  if (years === undefined) {
    years = new Map();
    zones.set(clock, years);
  }
  let changes = years.get(year);
  if (changes === undefined) {
    const start = Date.UTC(year, 0, 1) / 1000 - MARGIN;
    const end = Date.UTC(year + 1, 0, 1) / 1000 + MARGIN;
    const found = clock.changesBetween(start, end);
    changes = [{ at: start, offset: clock.aheadAt(start) }, ...found.map(({ at, after }) => ({ at, offset: after }))];
    years.set(year, changes);
  }
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
