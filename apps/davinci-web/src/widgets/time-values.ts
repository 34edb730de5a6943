/** Decides how a moment in an answer is read and written; pure. */
import type { Grain } from '@rtdp/davinci-api/client';
import { localeOf } from '../shell/numbers.ts';
import type { Cell, WidgetData } from './contract.ts';

/** Milliseconds of a date, a timestamp or an instant as Postgres writes them; a timestamp without zone is the viewer's. */
export function toMoment(value: Cell): number | undefined {
  if (typeof value !== 'string') return undefined;
  const parts = /^(\d{4,})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d)(?::(\d\d)(\.\d+)?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(
    value,
  );
  if (parts === null) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = '', zone] = parts;
  const milliseconds = fraction === '' ? 0 : Math.floor(Number(`0${fraction}`) * 1000);
  if (zone === undefined) {
    return new Date(
      Number(year),
      Number(month) - 1,
      Number(day),
      Number(hour),
      Number(minute),
      Number(second),
      milliseconds,
    ).getTime();
  }
  const utc = Date.UTC(
    Number(year),
    Number(month) - 1,
    Number(day),
    Number(hour),
    Number(minute),
    Number(second),
    milliseconds,
  );
  if (zone === 'Z') return utc;
  const sign = zone.startsWith('-') ? -1 : 1;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.replace(':', '').slice(3, 5) || 0);
  return utc - sign * minutes * 60_000;
}

/** The beginning of the moment after the one at `at`, by the clock of this computer. */
export function nextMoment(at: number, grain: Grain): number {
  const moved = new Date(at);
  if (grain === 'year') moved.setFullYear(moved.getFullYear() + 1);
  else if (grain === 'quarter') moved.setMonth(moved.getMonth() + 3);
  else if (grain === 'month') moved.setMonth(moved.getMonth() + 1);
  else if (grain === 'week') moved.setDate(moved.getDate() + 7);
  else if (grain === 'day') moved.setDate(moved.getDate() + 1);
  else moved.setTime(moved.getTime() + (grain === 'hour' ? 3_600_000 : 60_000));
  return moved.getTime();
}

/** What has happened when an answer was given, in milliseconds since 1970. */
export interface Clock {
  /** What begins until then has begun. */
  begun: number;
  /** What ends until then is over. */
  over: number;
}

/**
 * The clock of an answer. Where it is told up to which moment its tables are complete, that counts, as the clock of this computer may be fast or
 * slow; `now` is the latter.
 */
export function clockOf({ freshness = [] }: Pick<WidgetData, 'freshness'>, now: number): Clock {
  const complete = freshness.flatMap(({ watermark }) => (watermark === null ? [] : Date.parse(watermark)));
  return { begun: Math.max(now, ...complete), over: Math.min(now, ...complete) };
}

/** Whether a moment at a grain has begun and is not over: its figures still grow, so it cannot be compared. */
export function isUnfinished(value: Cell, grain: Grain | undefined, { begun, over }: Clock): boolean {
  const moment = grain === undefined ? undefined : toMoment(value);
  return moment !== undefined && moment <= begun && over < nextMoment(moment, grain!);
}

/** How many of these moments, ascending, are not over, counted from the last. */
export function openAtEnd(moments: readonly Cell[], grain: Grain | undefined, clock: Clock): number {
  const lastOver = moments.findLastIndex((value) => !isUnfinished(value, grain, clock));
  return moments.length - 1 - lastOver;
}

/** Making one takes longer than writing a hundred moments with it. */
const formats = new Map<string, Intl.DateTimeFormat>();

/** One for all who write alike: making one takes long. */
export function dateFormatter(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = `${locale}${JSON.stringify(options)}`;
  const known = formats.get(key) ?? new Intl.DateTimeFormat(locale, options);
  formats.set(key, known);
  return known;
}

/** A moment as one writes it at this grain: `2026`, `Mar 2026`, `14 Mar`, `14 Mar, 09:30`. */
export function formatAtGrain(value: Cell, grain: Grain | undefined, language: string): string {
  const moment = toMoment(value);
  if (moment === undefined) return String(value);
  const locale = localeOf(language);
  const at = new Date(moment);
  const write = (options: Intl.DateTimeFormatOptions) => dateFormatter(locale, options).format(at);
  switch (grain) {
    case 'year':
      return write({ year: 'numeric' });
    case 'quarter':
      return `${write({ year: 'numeric' })} Q${Math.floor(at.getMonth() / 3) + 1}`;
    case 'month':
      return write({ year: 'numeric', month: 'short' });
    case 'week':
    case 'day':
      return write({ day: 'numeric', month: 'short' });
    case 'hour':
    case 'minute':
      return write({ day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' });
    default:
      return /[ T]\d\d:/.test(String(value))
        ? write({ dateStyle: 'medium', timeStyle: 'medium' })
        : write({ dateStyle: 'medium' });
  }
}
