/** Decides how past figures are drawn: one strip for each, all on one axis of time, with what happened as lines across them. Pure. */

import { formatMoment } from '../../shell/numbers.ts';
import { LENGTHS, SPACE, TEXT } from '../../shell/tokens.ts';
import { baseOption, timeAxis, tooltip, valueAxis } from '../../widgets/chart-parts.ts';
import type { ChartContext } from '../../widgets/chart-words.ts';
import { tipHtml } from '../../widgets/tip.ts';

/** When, in milliseconds since 1970, and what; null where nobody knew. */
export type Point = readonly [number, number | null];

export interface HistoryLine {
  key: string;
  name: string;
  /** With its unit, in the reader's language. */
  write: (value: number) => string;
  points: readonly Point[];
}

export interface HistoryMark {
  at: number;
  word: string;
  kind: 'ok' | 'late' | 'broken' | 'paused';
}

export interface History {
  from: number;
  to: number;
  lines: readonly HistoryLine[];
  marks: readonly HistoryMark[];
}

/** Pixels of one strip with its title. */
export const STRIP_HEIGHT = SPACE[6] * 2 + SPACE[4];
const STRIP_TITLE = SPACE[5];
const AXIS_HEIGHT = SPACE[4];
/** Room for the writing of the values. */
const LEFT = SPACE[6] + SPACE[4];

export function historyHeight(lines: number): number {
  return lines * STRIP_HEIGHT + AXIS_HEIGHT;
}

export function historyOption(history: History, context: ChartContext, name: string): Record<string, unknown> {
  const { palette, language } = context;
  const { from, to, lines } = history;
  const marks = history.marks.filter(({ at }) => at >= from && at <= to);
  const near = (to - from) / 120;
  return {
    ...baseOption(context, name),
    animation: false,
    axisPointer: { link: [{ xAxisIndex: 'all' }] },
    grid: lines.map((_line, at) => ({
      left: LEFT,
      right: SPACE[2],
      top: at * STRIP_HEIGHT + STRIP_TITLE,
      height: STRIP_HEIGHT - STRIP_TITLE - SPACE[1],
      // The writing below the last one makes it no narrower than the others.
      outerBoundsMode: 'none',
    })),
    xAxis: lines.map((_line, at) => {
      const axis = timeAxis(context, [from, to]);
      const isLast = at === lines.length - 1;
      return {
        ...axis,
        gridIndex: at,
        min: from,
        max: to,
        axisLabel: { ...(axis.axisLabel as object), show: isLast },
      };
    }),
    yAxis: lines.map(({ name: title, write }, at) => ({
      ...valueAxis(context, write, { min: 0, splitNumber: 2 }),
      gridIndex: at,
      name: title,
      nameLocation: 'end',
      nameGap: SPACE[2],
      nameTextStyle: { color: palette['text-muted'], fontSize: TEXT[0], align: 'left', padding: [0, 0, 0, -LEFT] },
    })),
    series: lines.map((line, at) => ({
      type: 'line',
      name: line.name,
      xAxisIndex: at,
      yAxisIndex: at,
      data: withGaps(line.points, from, to),
      showSymbol: false,
      // What nobody knew is a gap.
      connectNulls: false,
      lineStyle: { width: LENGTHS.line + 1, color: colourAt(at) },
      itemStyle: { color: colourAt(at) },
      markLine: {
        silent: true,
        symbol: 'none',
        label: { show: false },
        data: marks.map((mark) => ({ xAxis: mark.at, lineStyle: { color: palette[mark.kind], type: 'dashed' } })),
      },
    })),
    tooltip: tooltip(context, 'axis', (parts: readonly { seriesIndex: number; value: Point }[]) => {
      const moment = parts[0]?.value[0];
      if (moment === undefined) return '';
      const values = parts.flatMap(({ seriesIndex, value: [, value] }) => {
        const line = lines[seriesIndex];
        return line === undefined
          ? []
          : [{ colour: colourAt(seriesIndex), label: line.name, value: value === null ? '–' : line.write(value) }];
      });
      const happened = marks
        .filter(({ at }) => Math.abs(at - moment) <= near)
        .map((mark) => ({ colour: palette[mark.kind], label: mark.word, value: formatMoment(mark.at, language) }));
      return tipHtml({ head: formatMoment(moment, language), lines: [...values, ...happened] }, context);
    }),
  };

  function colourAt(at: number): string {
    return palette.series[at % palette.series.length] ?? palette.accent;
  }
}

/**
 * Where nobody measured stand points without a value, as close as the others: the line does not bridge what nobody knew, and the pointer finds
 * what happened there.
 */
export function withGaps(points: readonly Point[], from: number, to: number): Point[] {
  const distances = points.slice(1).map(([at], index) => at - points[index]![0]);
  const usual = Math.max(
    distances.toSorted((a, b) => a - b)[Math.floor(distances.length / 2)] ?? 0,
    (to - from) / MOST_POINTS,
  );
  const filled: Point[] = [];
  let last = from;
  for (const point of [...points, [to, null] as const]) {
    if (point[0] - last > usual * MISSED)
      for (let at = last + usual; at < point[0]; at += usual) filled.push([at, null]);
    if (point[0] < to || point[1] !== null) filled.push(point);
    last = point[0];
  }
  return filled;
}

/** So many times the usual distance without a point is a gap. */
const MISSED = 3;

/** No gap is filled with more points than these. */
const MOST_POINTS = 500;
