/** Decides what a scorecard tells: its number, the change of the last whole moment against the one before, the trend, and whether that is good; pure. */
import type { Grain } from '@rtdp/davinci-api/client';
import { type ChartContext, labelOf, writeNumber } from '../chart-words.ts';
import type { Cell, Pick, WidgetData, WidgetDefinition } from '../contract.ts';
import { absentValue, endOfAnswer, fillMoments } from '../fill-moments.ts';
import { isPickedBy, pickOf } from '../picks.ts';
import { numberOf } from '../series.ts';
import { clockOf, openAtEnd, toMoment } from '../time-values.ts';
import { comparison, nameOfPlace, placeOf, strong, tipText, whereOf } from '../tip.ts';

export interface Scorecard {
  value: Cell;
  /** Of the last moment that is over, against the one before, as a part of it; undefined without a trend or where it was zero. */
  change: number | undefined;
  /** Moments ascending. */
  trend: { moment: number; at: Cell; value: number | null }[];
  /** How many of the newest of them are not over. */
  open: number;
  /**
   * What is compared with what, as words of the scorecard: `against` where the number itself is compared with the moment before, `changeOf` where
   * the number is of another moment than the change, or of more of them. Undefined without a change.
   */
  against: `changeOf.${Grain | 'moment'}` | `against.${Grain | 'moment'}` | undefined;
  tone: 'ok' | 'late' | 'broken' | undefined;
  /** What the change means. */
  verdict: 'good' | 'bad' | 'neither';
}

/** `now` in milliseconds since 1970. */
export function toScorecard(widget: WidgetDefinition, data: WidgetData, now: number = Date.now()): Scorecard {
  const timed = widget.query.dimensions.length > 0;
  const at = timed ? 1 : 0;
  const grain = widget.query.dimensions[0]?.grain;
  const told = timed
    ? data.rows
        .flatMap((row) => {
          const moment = toMoment(row[0] ?? null);
          const point = { at: row[0] ?? null, value: numberOf(row[1]), exact: row[1] ?? null };
          return moment === undefined ? [] : [{ moment, ...point }];
        })
        .sort((a, b) => a.moment - b.moment)
    : [];
  const trend = grain === undefined ? told : withMissing(told, grain, widget, data);
  const last = trend.at(-1);
  const total = widget.settings.value === 'total';
  const value: Cell = !timed ? (data.rows[0]?.[at] ?? null) : total ? sumOf(trend) : (last?.exact ?? null);
  const moments = trend.map((point) => point.at);
  const open = openAtEnd(moments, grain, clockOf(data, now));
  const whole = trend.at(-open - 1)?.value ?? null;
  const before = trend.at(-open - 2)?.value ?? null;
  const change = whole === null || before === null || before === 0 ? undefined : (whole - before) / Math.abs(before);
  const isOfAnother = total || open > 0;
  const unit = grain ?? 'moment';
  return {
    value,
    change,
    open,
    against: change === undefined ? undefined : `${isOfAnother ? 'changeOf' : 'against'}.${unit}`,
    trend: trend.map(({ moment, at: cell, value: amount }) => ({ moment, at: cell, value: amount })),
    tone: toneAt(numberOf(value), numberOf(widget.settings.warnAt as Cell), numberOf(widget.settings.badAt as Cell)),
    verdict: verdictOf(change, widget.settings.goodWhen),
  };
}

/** Its number in a sentence, with every digit: when it was, and compared to what. */
export function tellScorecard(
  widget: WidgetDefinition,
  data: WidgetData,
  card: Scorecard,
  context: ChartContext,
): string {
  const { say } = context.words;
  const column = data.columns[widget.query.dimensions.length];
  const measure = labelOf(column);
  const value = writeNumber(card.value as number | string | null, column, context, 'exact');
  const [last, before] = [card.trend.at(-1), card.trend.at(-2)];
  if (last === undefined || widget.settings.value === 'total')
    return tipText({ head: say('tip.alone', { measure, value }) });
  const where = whereOf([placeOf(widget, data, 0, last.at)], context);
  const compared =
    card.open > 0
      ? say('tip.unfinished')
      : before && comparison(last.value, before.value, placeOf(widget, data, 0, before.at), column, context);
  return tipText({ head: say('tip.one', { measure, where, value }), notes: compared === undefined ? [] : [compared] });
}

/** What still grows is neither the least nor the most; but where nothing else could be drawn, it counts. */
function whatIsOver<Point extends { value: number | null }>(trend: readonly Point[], open: number): readonly Point[] {
  const over = trend.slice(0, trend.length - open);
  return over.filter(({ value }) => value !== null).length < 2 ? trend : over;
}

/** What its trend lies between, written with every digit, for the sentence `scorecard.range`, and as a mark beside it; undefined without a trend. */
export function trendRange(
  widget: WidgetDefinition,
  data: WidgetData,
  { trend, open }: Scorecard,
  context: ChartContext,
): { told: Record<'from' | 'to' | 'least' | 'most', string>; least: number; most: number } | undefined {
  const shown = whatIsOver(trend, open);
  const values = shown.flatMap(({ value }) => value ?? []);
  const [first, last] = [shown[0], shown.at(-1)];
  if (values.length < 2 || first === undefined || last === undefined) return undefined;
  const least = values.reduce((lowest, value) => Math.min(lowest, value));
  const most = values.reduce((highest, value) => Math.max(highest, value));
  const column = data.columns[widget.query.dimensions.length];
  const exact = (value: number) => writeNumber(value, column, context, 'exact');
  const when = (at: Cell) => nameOfPlace(placeOf(widget, data, 0, at), context);
  return { told: { from: when(first.at), to: when(last.at), least: exact(least), most: exact(most) }, least, most };
}

/** Its change in sentences: of which moment, and compared to what. */
export function tellChange(widget: WidgetDefinition, data: WidgetData, card: Scorecard, context: ChartContext): string {
  const [last, before] = [card.trend.at(-card.open - 1), card.trend.at(-card.open - 2)];
  if (last === undefined || before === undefined) return '';
  const column = data.columns[widget.query.dimensions.length];
  const where = whereOf([placeOf(widget, data, 0, last.at)], context);
  const value = strong(writeNumber(last.value, column, context, 'exact'));
  const compared = comparison(last.value, before.value, placeOf(widget, data, 0, before.at), column, context);
  const head = context.words.say('tip.one', { measure: labelOf(column), where, value });
  return tipText({ head, notes: compared === undefined ? [] : [compared] });
}

interface Point {
  moment: number;
  at: Cell;
  value: number | null;
  exact: Cell;
}

/** A moment that has no row stands among the others, so that its neighbours are compared with it. */
function withMissing(told: readonly Point[], grain: Grain, widget: WidgetDefinition, data: WidgetData): Point[] {
  const [measure] = widget.query.measures;
  const absent = measure === undefined ? null : absentValue(measure, widget.query);
  const given = told.map(({ at }) => at);
  const moments = fillMoments(given, grain, endOfAnswer(widget, data, 0, given));
  return moments.map(({ value, place }) =>
    place === undefined ? { moment: toMoment(value) ?? 0, at: value, value: absent, exact: absent } : told[place]!,
  );
}

function sumOf(trend: readonly { value: number | null }[]): number | null {
  const values = trend.map((point) => point.value).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0);
}

/** `badAt` above `warnAt` (or alone) means that much is bad; below it, that little is bad. */
function toneAt(value: number | null, warnAt: number | null, badAt: number | null): Scorecard['tone'] {
  if (value === null || (warnAt === null && badAt === null)) return undefined;
  const falling = warnAt !== null && badAt !== null && badAt < warnAt;
  const beyond = (limit: number | null) => limit !== null && (falling ? value <= limit : value >= limit);
  if (beyond(badAt)) return 'broken';
  return beyond(warnAt) ? 'late' : 'ok';
}

function verdictOf(change: number | undefined, goodWhen: unknown): Scorecard['verdict'] {
  if (change === undefined || change === 0 || goodWhen === 'neither') return 'neither';
  const up = change > 0;
  return up === (goodWhen !== 'down') ? 'good' : 'bad';
}

/**
 * The trend as the points of a line in a box of 100 × 30, gaps left open. `part`: all of it, or what stands on both sides of the last moment
 * that is over; `open` moments come after that, and where they are beyond the others they end at the edge of the box.
 */
export function sparkline(
  trend: readonly { moment: number; value: number | null }[],
  part: 'all' | 'over' | 'open' = 'all',
  open = 0,
): string {
  const values = whatIsOver(trend, open).flatMap(({ value }) => value ?? []);
  if (trend.length < 2 || values.length < 2) return '';
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const first = trend[0]!.moment;
  const time = trend.at(-1)!.moment - first || 1;
  const lastOver = trend.length - 1 - open;
  let pen = 'M';
  return trend
    .slice(part === 'open' ? Math.max(0, lastOver) : 0, part === 'over' ? lastOver + 1 : undefined)
    .map(({ moment, value }) => {
      if (value === null) {
        pen = 'M';
        return '';
      }
      const height = Math.min(1, Math.max(0, (value - low) / span));
      const point = `${pen}${round(((moment - first) / time) * 100)} ${round(28 - height * 26)}`;
      pen = 'L';
      return point;
    })
    .join('');
}

/** Where the chosen moment stands in the trend, of 100. */
export function chosenPlace(
  widget: WidgetDefinition,
  trend: readonly { moment: number; at: Cell }[],
  chosen: readonly Pick[],
): number | undefined {
  const dimension = widget.query.dimensions[0];
  if (dimension === undefined || trend.length < 2) return undefined;
  const found = trend.find(({ at }) => isPickedBy([pickOf(dimension, at)], chosen));
  const first = trend[0]!.moment;
  return found && round(((found.moment - first) / (trend.at(-1)!.moment - first || 1)) * 100);
}

/** What is shown when `part` (0 to 1) of the time has gone: fast at first; between two whole numbers only whole ones. */
export function onTheWay(from: number, target: number, part: number): number {
  if (part >= 1) return target;
  const value = from + (target - from) * (1 - (1 - part) ** 3);
  return Number.isInteger(from) && Number.isInteger(target) ? Math.round(value) : value;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
