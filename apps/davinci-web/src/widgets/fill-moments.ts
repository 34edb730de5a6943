/** Decides which moments of a grain are missing between those that an answer has and behind them, and what their figures are: where nothing happened no row is told. Pure. */
import type { Grain } from '@rtdp/davinci-api/client';
import type { Cell, Filter, Measure, WidgetData, WidgetDefinition, WidgetQuery } from './contract.ts';
import { clockOf, nextMoment, toMoment } from './time-values.ts';

export interface FilledMoment {
  value: Cell;
  /** Among those that were given; undefined where it was missing. */
  place: number | undefined;
}

/** More are not told one by one: each gap has its first and its last, so that a line goes down and comes up where it should. */
const MOST_FILLED = 5_000;

/** `moments` ascend; what is no moment stays where it stands. `until` as `endOfAnswer` says: what is over by then stands there as well. */
export function fillMoments(moments: readonly Cell[], grain: Grain, until?: number): FilledMoment[] {
  const given = moments.map((value, place) => ({ value, place, at: toMoment(value) }));
  const last = given.at(-1)?.at;
  const end = last === undefined || until === undefined ? undefined : openMoment(last, until, grain);
  const gaps = given.map(({ at }, index) =>
    gapBetween(at, index < given.length - 1 ? given[index + 1]?.at : end, grain),
  );
  const isWhole = gaps.reduce((sum, { count }) => sum + count, moments.length) <= MOST_FILLED;
  return given.flatMap(({ value, place }, index): FilledMoment[] => {
    const { moments: between } = gaps[index]!;
    const told = isWhole || between.length < 3 ? between : [between[0]!, between.at(-1)!];
    return [{ value, place }, ...told.map((at) => ({ value: writeLike(at, String(value)), place: undefined }))];
  });
}

/** The operators of a filter on time behind which no end is named. */
const WITHOUT_END: readonly Filter['operator'][] = ['>', '>=', '!=', 'not in', 'is not null'];

/**
 * Up to which moment the answer says what happened, in milliseconds since 1970, where it was asked for what happened until now; undefined where
 * it ends with its last row, as that may be long ago, or nobody knows whether there is more. `moments` are those of its rows, ascending.
 */
export function endOfAnswer(
  widget: WidgetDefinition,
  data: Omit<WidgetData, 'columns' | 'rows'>,
  dimension: number,
  moments: readonly Cell[],
): number | undefined {
  const { askedAt, freshness = [], request, truncated } = data;
  const { query } = widget;
  const asked = query.dimensions[dimension];
  if (askedAt === undefined || asked?.grain === undefined) return undefined;
  // What is loaded has not been told in full.
  if (freshness.some(({ loading, watermark }) => loading || watermark === null)) return undefined;
  // Only the newest first are cut off at the other end.
  if (truncated && query.sort.length > 0) return undefined;
  const own = (request?.filters ?? query.filters).filter(({ column }) => column === asked.column);
  const spans = own.filter(({ operator }) => operator === 'relative');
  if (!own.every(({ operator }) => operator === 'relative' || WITHOUT_END.includes(operator))) return undefined;
  if (!spans.every(({ values }) => values?.every(reachesNow))) return undefined;
  const { over } = clockOf(data, askedAt);
  if (spans.length > 0) return over;
  // Without a span: what is live and was so lately, as seen from what is shown, and not what ended years ago.
  if (freshness.length === 0) return undefined;
  // A value may be an end that the view's own SQL sets.
  if (Object.keys(request?.values ?? {}).length > 0) return undefined;
  const first = toMoment(moments.find((each) => toMoment(each) !== undefined) ?? null) ?? over;
  const last = toMoment(moments.at(-1) ?? null) ?? first;
  return over - last <= last - first ? over : undefined;
}

/** Of no units or so many the present one is the last; with a minus it is the whole ones before. */
function reachesNow(value: unknown): boolean {
  return typeof value === 'object' && value !== null && (value as { amount?: number }).amount! >= 0;
}

/** Where the moment begins that is not over at `until`, counted from the one at `last`. */
function openMoment(last: number, until: number, grain: Grain): number {
  const step = nextMoment(last, grain) - last;
  const count = Math.floor((until - last) / step);
  if (count > MOST_FILLED) return last + count * step;
  let at = nextMoment(last, grain);
  while (nextMoment(at, grain) <= until) at = nextMoment(at, grain);
  return at;
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
