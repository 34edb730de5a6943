/** Decides what all charts share: ground, axes, legend, tooltip and motion, from the tokens; pure. */
import type { Grain } from '@rtdp/davinci-api/client';
import { localeOf } from '../shell/numbers.ts';
import { FONT, LENGTHS, SPACE, TEXT, TIMES } from '../shell/tokens.ts';
import type { ChartContext } from './chart-words.ts';
import { dayTicks } from './day-ticks.ts';
import type { ReferenceLine } from './dress.ts';
import { monthTicks } from './month-ticks.ts';
import type { Series } from './series.ts';
import { dateFormatter, nextMoment } from './time-values.ts';

type Part = Record<string, unknown>;

export function baseOption({ palette }: ChartContext, description: string): Part {
  return {
    backgroundColor: 'transparent',
    animationDuration: TIMES.move,
    animationDurationUpdate: TIMES.move,
    animationEasingUpdate: 'cubicInOut',
    textStyle: { fontFamily: FONT.sans, color: palette['text-muted'], fontSize: TEXT[0] },
    color: palette.series,
    aria: { enabled: true, label: { description } },
  };
}

export function tooltip({ palette }: ChartContext, trigger: 'axis' | 'item', formatter: unknown): Part {
  return {
    trigger,
    className: 'chart-tip',
    confine: true,
    transitionDuration: 0,
    backgroundColor: palette.surface,
    borderColor: palette['line-strong'],
    borderWidth: LENGTHS.line,
    padding: [SPACE[1], SPACE[2]],
    textStyle: { color: palette.text, fontSize: TEXT[0], fontFamily: FONT.sans },
    axisPointer: {
      type: 'line',
      lineStyle: { color: palette['line-strong'], type: 'solid' },
      shadowStyle: { color: palette.raised, opacity: 0.6 },
    },
    formatter,
  };
}

/** Of an option: the legend, only where there are two series. */
export function legend({ palette }: ChartContext, labels: readonly string[], more: Part = {}): Part {
  if (labels.length < 2) return {};
  const shown = {
    // The same one when newer data comes: its page and what was switched off stay.
    id: 'legend',
    type: 'scroll',
    top: 0,
    left: 0,
    icon: 'roundRect',
    itemWidth: SPACE[1],
    itemHeight: SPACE[1],
    itemGap: SPACE[3],
    textStyle: { color: palette['text-muted'], fontSize: TEXT[0] },
    pageTextStyle: { color: palette['text-muted'] },
    pageIconColor: palette['text-muted'],
    pageIconInactiveColor: palette.line,
    inactiveColor: palette['text-faint'],
    data: [...labels],
    ...more,
  };
  return { legend: shown };
}

/** `hasWordsAbove`: something is written above the picture, below the legend. */
export function grid(hasLegend: boolean, hasWordsAbove = false): Part {
  return {
    left: 0,
    right: SPACE[2],
    top: (hasLegend ? SPACE[5] : SPACE[2]) + (hasWordsAbove ? SPACE[2] : 0),
    // The library measures a line of letters without the tails of g, p and y.
    bottom: SPACE[0],
    outerBoundsMode: 'same',
    outerBoundsContain: 'axisLabel',
  };
}

/** `slanted`: every label stands there, at an angle where they are long. */
export function categoryAxis(
  { palette }: ChartContext,
  labels: readonly string[],
  { slanted = false }: { slanted?: boolean } = {},
): Part {
  const long = labels.reduce((sum, label) => sum + label.length, 0) > LONG_LABELS;
  return {
    type: 'category',
    data: [...labels],
    axisLine: { lineStyle: { color: palette['line-strong'] } },
    axisTick: { show: false },
    axisLabel: {
      color: palette['text-muted'],
      fontSize: TEXT[0],
      hideOverlap: true,
      ...(slanted && long ? { interval: 0, rotate: 30, hideOverlap: false } : {}),
      width: LENGTHS['rail-narrow'] * 2,
      overflow: 'truncate',
    },
  };
}

/** Letters of all labels together from which on they collide in a widget of the usual width. */
const LONG_LABELS = 60;

const DAY = 86_400_000;
/** The shortest. */
const MONTH = 28 * DAY;
const HOUR = 3_600_000;
const MINUTE = 60_000;

/** Moments at each side of one that stands alone. */
const BESIDE_ONE = 3;

/**
 * Labels as coarse as the whole span allows and no finer than `grain`, that of the moments: years, months, days, minutes (with their day where there
 * are two) or seconds, in the reader's language. Around a moment that stands alone the axis has a few more of the grain.
 */
export function timeAxis({ palette, language }: ChartContext, moments: readonly number[], grain?: Grain): Part {
  const first = Math.min(...moments);
  const last = Math.max(...moments);
  const one = grain === undefined ? MINUTE : nextMoment(first, grain) - first;
  const room = last > first || moments.length === 0 ? 0 : BESIDE_ONE * one;
  const span = last - first + 2 * room;
  // Where every point is a minute, no tick stands between two; and two ticks never have the same label.
  const whole = moments.every((moment) => moment % MINUTE === 0);
  const { form, apart }: { form: Intl.DateTimeFormatOptions; apart: number } =
    span > 3 * 365 * DAY || one >= 365 * DAY
      ? { form: { year: 'numeric' }, apart: 365 * DAY }
      : span > 90 * DAY || one >= MONTH
        ? { form: { month: 'short', year: 'numeric' }, apart: MONTH }
        : // The shortest day has 23 hours.
          span > 2 * DAY || one >= 23 * HOUR
          ? { form: { day: 'numeric', month: 'short' }, apart: DAY }
          : span >= HOUR || whole
            ? {
                form: { ...(span < DAY ? {} : { weekday: 'short' }), hour: '2-digit', minute: '2-digit' },
                apart: MINUTE,
              }
            : { form: { hour: '2-digit', minute: '2-digit', second: '2-digit' }, apart: 1000 };
  const format = dateFormatter(localeOf(language), form);
  return {
    type: 'time',
    ...(room === 0 ? {} : { min: first - room, max: first + room }),
    minInterval: apart,
    axisLine: { lineStyle: { color: palette['line-strong'] } },
    axisTick: { show: false },
    splitLine: { show: false },
    axisLabel: {
      color: palette['text-muted'],
      fontSize: TEXT[0],
      hideOverlap: true,
      formatter: (moment: number) => format.format(moment),
      // The library's own days begin anew with each month; and where its days or months collide, single ones are left out.
      ...(apart === DAY ? { customValues: dayTicks(first - room, last + room) } : {}),
      ...(apart === MONTH ? { customValues: monthTicks(first - room, last + room) } : {}),
    },
  };
}

export function valueAxis({ palette }: ChartContext, write: (value: number) => string, more: Part = {}): Part {
  return {
    type: 'value',
    axisLine: { show: false },
    axisTick: { show: false },
    splitNumber: 4,
    splitLine: { lineStyle: { color: palette.line } },
    axisLabel: { color: palette['text-muted'], fontSize: TEXT[0], hideOverlap: true, formatter: write },
    ...more,
  };
}

/** Part of a value axis: as far as the data goes, and the lines. `fromZero`: it has zero in any case, also where all data is beyond the lines. */
export function reachOf(lines: readonly ReferenceLine[], { fromZero }: { fromZero: boolean }): Part {
  if (lines.length === 0) return {};
  const least = Math.min(...lines.map(({ value }) => value));
  const most = Math.max(...lines.map(({ value }) => value));
  const end = (edge: number, beyond: (a: number, b: number) => number) => (fromZero ? beyond(edge, 0) : edge);
  return {
    min: ({ min }: { min: number }) => (least < end(min, Math.min) ? least : null),
    max: ({ max }: { max: number }) => (most > end(max, Math.max) ? most : null),
  };
}

/** Part of one series: lines across the picture, each with its words and its value. */
export function referenceLines(
  { palette }: ChartContext,
  lines: readonly ReferenceLine[],
  axis: 'xAxis' | 'yAxis',
  write: (value: number) => string,
): Part {
  if (lines.length === 0) return {};
  return {
    markLine: {
      silent: true,
      symbol: 'none',
      animation: false,
      lineStyle: { color: palette.text, type: 'dashed', width: LENGTHS.line },
      // The words stand on a ground of their own, over whatever they cross, and stay when a series is singled out.
      label: {
        // Upright ones begin at the top, since the first bar stands there.
        position: axis === 'yAxis' ? 'insideEndTop' : 'start',
        color: palette['text-muted'],
        fontSize: TEXT[0],
        backgroundColor: palette.surface,
        borderRadius: LENGTHS['radius-small'] / 2,
        padding: [0, SPACE[0]],
      },
      emphasis: { disabled: true },
      blur: { lineStyle: { opacity: 1 }, label: { opacity: 1 } },
      data: lines.map(({ value, label }) => ({
        [axis]: value,
        label: { formatter: () => (label === '' ? write(value) : `${label}: ${write(value)}`) },
      })),
    },
  };
}

/** The colours of series: by their values where a dimension (`column`) makes them, else those that were chosen, else by their places. */
export function coloursOf(
  series: readonly Pick<Series, 'value' | 'others'>[],
  column: string | undefined,
  { palette, colours }: ChartContext,
  chosenOf: (index: number) => number | undefined = () => undefined,
): string[] {
  const values = series.filter(({ others }) => !others).map(({ value }) => value);
  const places = column === undefined ? undefined : colours.placesOf(column, values);
  let next = 0;
  return series.map(({ others }, index) => {
    if (others) return palette.rest;
    const place = places?.[next++] ?? chosenOf(index) ?? index;
    return palette.series[place % palette.series.length] ?? palette.accent;
  });
}
