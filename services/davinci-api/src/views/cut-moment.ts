/**
 * Decides the SQL that cuts a column of dates or times to the start of its minute, day, …: of an instant by the calendar of the viewer. Postgres
 * knows zones by name; where the query is computed elsewhere the zone is written out, as the moments at which its clocks are set. Days and weeks
 * of a zone whose clocks are not set any more are all as long, so Postgres can count them instead of going through the calendar.
 */
import { RtdpError } from '@rtdp/ums/error';
import type { Grain } from '../client/variables.ts';
import type { ModelColumn } from '../client/views.ts';
import { changesOf, offsetAt, type ZoneChange } from './zone-time.ts';

export interface Zone {
  name: string;
  /** Written out rather than by name. */
  listed: boolean;
  /** Days and weeks are counted where they can be: a longer text, and only for Postgres. */
  counts?: boolean;
}

export class Cuts {
  readonly #zone: Zone;
  readonly #inner = new Map<string, string>();
  #namesZone = false;

  constructor(zone: Zone) {
    this.#zone = zone;
  }

  /** Whether the SQL names a zone, which not everybody computes with. */
  get namesZone(): boolean {
    return this.#namesZone;
  }

  /** `expression` is the column in the query. @throws RtdpError DAVINCI_QUERY_INVALID */
  cut(column: ModelColumn, expression: string, grain: Grain | undefined): string {
    if (grain === undefined) return expression;
    switch (column.type) {
      case 'date':
        if (grain === 'minute' || grain === 'hour') {
          throw refuse(`${column.column} is a date and has no ${grain}s`, 'Choose day or longer.');
        }
        return `date_trunc('${grain}', ${expression}::timestamp)::date`;
      case 'datetime':
        return `date_trunc('${grain}', ${expression})`;
      case 'instant':
        return this.#cutInstant(expression, grain);
      default:
        throw refuse(`${column.column} is no date, so it has no ${grain}`, 'Leave the grain out.');
    }
  }

  /** The subquery that `from` names becomes one that also has what the cuts need. */
  around(from: string, alias: string): string {
    if (this.#inner.size === 0) return from;
    const columns = [...this.#inner].map(([expression, name]) => `${expression} as "${name}"`);
    return `from (\nselect ${alias}.*, ${columns.join(', ')}\n${from}\n) as ${alias}`;
  }

  #cutInstant(expression: string, grain: Grain): string {
    const { name, counts } = this.#zone;
    const changes = changesOf(name);
    const first = changes[0]?.before ?? offsetAt(0, name);
    const offsets = [first, ...changes.map(({ after }) => after)];
    const byCalendar = this.#byCalendar(expression, grain, changes, offsets);
    if (counts !== true) return byCalendar;
    return counting(expression, grain, changes, offsets.at(-1)!, byCalendar) ?? byCalendar;
  }

  /** `offsets[0]` counts before `changes[0]`, `offsets[i]` after `changes[i - 1]`. */
  #byCalendar(expression: string, grain: Grain, changes: readonly ZoneChange[], offsets: readonly number[]): string {
    const { name, listed } = this.#zone;
    // A minute is the same everywhere, and an hour where all offsets are whole hours.
    const step = grain === 'minute' ? MINUTE : grain === 'hour' ? HOUR : Number.POSITIVE_INFINITY;
    if (offsets.every((offset) => offset % step === 0)) return `date_trunc('${grain}', ${expression})`;
    const shifted = (offset: number): string =>
      `date_trunc('${grain}', ${expression} + ${interval(offset)}) - ${interval(offset)}`;
    if (changes.length === 0) return shifted(offsets[0]!);
    if (!listed) {
      this.#namesZone = true;
      return `date_trunc('${grain}', ${expression}, '${name.replaceAll("'", "''")}')`;
    }
    // An hour begins by the clock that it is read from, also when that clock is set within it.
    if (grain === 'hour')
      return byOffset(
        expression,
        changes.map(({ at }) => at),
        offsets,
        shifted,
      );
    const wall = byOffset(
      expression,
      changes.map(({ at }) => at),
      offsets,
      (offset) => `${expression} + ${interval(offset)}`,
    );
    const inner = `date_trunc('${grain}', ${wall})`;
    const column = this.#inner.get(inner) ?? `cut ${this.#inner.size + 1}`;
    this.#inner.set(inner, column);
    const cut = `"view"."${column}"`;
    return byOffset(
      cut,
      changes.map(({ at, after }) => at + after),
      offsets,
      (offset) => `${cut} - ${interval(offset)}`,
    );
  }
}

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const WEEK = 7 * DAY;

const FIRST_MONDAY = Date.UTC(1970, 0, 5);
/** The end of what is known of zones. */
const COUNTED_BEFORE = Date.UTC(2038, 0);
/** A zone whose clocks are set from year to year is set in the last years that are known as well. */
const SET_NO_MORE = Date.UTC(2030, 0);

/** Counts days or weeks where all are as long, and is `otherwise` outside of that time; undefined where that cannot be said of a time up to its end. */
function counting(
  expression: string,
  grain: Grain,
  changes: readonly ZoneChange[],
  offset: number,
  otherwise: string,
): string | undefined {
  const stride = grain === 'day' ? DAY : grain === 'week' ? WEEK : undefined;
  const last = changes.at(-1)?.at ?? Number.NEGATIVE_INFINITY;
  if (stride === undefined || last >= SET_NO_MORE) return undefined;
  const origin = FIRST_MONDAY - offset;
  // The whole week in which the clocks were set goes by the calendar; and nothing is counted backwards.
  const from = Math.max(origin, last + WEEK);
  const bin = `date_bin(${interval(stride)}, ${expression}, ${instant(origin)})`;
  return `case when ${expression} >= ${instant(from)} and ${expression} < ${instant(COUNTED_BEFORE)} then ${bin} else ${otherwise} end`;
}

/**
 * `offsets[0]` counts before `limits[0]`, `offsets[i]` from `limits[i - 1]` on. A zone has few different offsets, so each is computed with once,
 * however often the clocks were set.
 */
function byOffset(
  expression: string,
  limits: readonly number[],
  offsets: readonly number[],
  compute: (offset: number) => string,
): string {
  const periods = new Map<number, string[]>();
  for (const [index, offset] of offsets.entries()) {
    const from = index === 0 ? [] : [`${expression} >= ${instant(limits[index - 1]!)}`];
    const to = index === limits.length ? [] : [`${expression} < ${instant(limits[index]!)}`];
    periods.set(offset, [...(periods.get(offset) ?? []), [...from, ...to].join(' and ')]);
  }
  const [usual, ...others] = [...periods].sort(([, a], [, b]) => b.length - a.length);
  const branches = others.map(([offset, within]) => `when ${within.join(' or ')} then ${compute(offset)}`);
  return `case ${branches.join(' ')} else ${compute(usual![0])} end`;
}

function interval(milliseconds: number): string {
  return `interval '${milliseconds / 1000} seconds'`;
}

function instant(at: number): string {
  return `timestamptz '${new Date(at).toISOString().slice(0, 19).replace('T', ' ')}+00'`;
}

function refuse(message: string, next: string): RtdpError {
  return new RtdpError({ code: 'DAVINCI_QUERY_INVALID', message, next });
}
