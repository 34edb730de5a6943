/** Decides which moments of a grain are missing between those that an answer has, and what their figures are: where nothing happened no row is told. Pure. */
import type { Grain } from '@rtdp/davinci-api/client';
import type { Cell, Measure, WidgetQuery } from './contract.ts';
import { nextMoment, toMoment } from './time-values.ts';

export interface FilledMoment {
  value: Cell;
  /** Among those that were given; undefined where it was missing. */
  place: number | undefined;
}

/** More are not told one by one: each gap has its first and its last, so that a line goes down and comes up where it should. */
const MOST_FILLED = 5_000;

/** `moments` ascend; what is no moment stays where it stands. */
export function fillMoments(moments: readonly Cell[], grain: Grain): FilledMoment[] {
  const given = moments.map((value, place) => ({ value, place, at: toMoment(value) }));
  const gaps = given.map(({ at }, index) => gapBetween(at, given[index + 1]?.at, grain));
  const isWhole = gaps.reduce((sum, { count }) => sum + count, moments.length) <= MOST_FILLED;
  return given.flatMap(({ value, place }, index): FilledMoment[] => {
    const { moments: between } = gaps[index]!;
    const told = isWhole || between.length < 3 ? between : [between[0]!, between.at(-1)!];
    return [{ value, place }, ...told.map((at) => ({ value: writeLike(at, String(value)), place: undefined }))];
  });
}

/** What a measure is where there is no row. What a condition on it left out is not known. */
export function absentValue({ aggregation }: Measure, { having }: Pick<WidgetQuery, 'having'>): 0 | null {
  const isNothing = aggregation === 'sum' || aggregation === 'count' || aggregation === 'count_distinct';
  return isNothing && having.length === 0 ? 0 : null;
}

interface Gap {
  count: number;
  /** All of them, or the first and the last. */
  moments: readonly number[];
}

const NO_GAP: Gap = { count: 0, moments: [] };

function gapBetween(from: number | undefined, to: number | undefined, grain: Grain): Gap {
  if (from === undefined || to === undefined) return NO_GAP;
  const first = nextMoment(from, grain);
  const step = first - from;
  const count = Math.round((to - from) / step) - 1;
  if (count > MOST_FILLED) return { count, moments: [first, to - step] };
  const moments: number[] = [];
  // A day of another zone may be an hour longer or shorter than here.
  for (let at = first; to - at >= (nextMoment(at, grain) - at) / 2; at = nextMoment(at, grain)) moments.push(at);
  return { count: moments.length, moments };
}

/** A moment as the answer writes its own: a date, a time, or a time with a zone. */
function writeLike(at: number, example: string): string {
  const [, time, zone] =
    /^\d{4,}-\d\d-\d\d([ T]\d\d:\d\d(?::\d\d(?:\.\d+)?)?)?\s*(Z|[+-]\d\d(?::?\d\d)?)?$/.exec(example) ?? [];
  if (zone !== undefined) {
    const iso = new Date(at).toISOString();
    return `${iso.slice(0, 10)} ${iso.slice(11, 19)}+00`;
  }
  const moment = new Date(at);
  const two = (number: number) => String(number).padStart(2, '0');
  const date = `${String(moment.getFullYear()).padStart(4, '0')}-${two(moment.getMonth() + 1)}-${two(moment.getDate())}`;
  if (time === undefined) return date;
  return `${date} ${two(moment.getHours())}:${two(moment.getMinutes())}:${two(moment.getSeconds())}`;
}
