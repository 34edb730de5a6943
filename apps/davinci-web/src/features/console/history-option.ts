/** Decides how past figures are drawn: one strip for each, all on one axis of time, with what happened as lines across them. Pure. */

import { formatMoment } from '../../shell/numbers.ts';
import { LENGTHS, SPACE, TEXT } from '../../shell/tokens.ts';
import { baseOption, timeAxis, tooltip, valueAxis } from '../../widgets/chart-parts.ts';
import type { ChartContext } from '../../widgets/chart-words.ts';
import { tipHtml } from '../../widgets/tip.ts';
import { ceilingOf } from './history-ceiling.ts';
import { STRIP_HEIGHT } from './history-size.ts';

/** When, in milliseconds since 1970, and what; null where nobody knew. */
export type Point = readonly [number, number | null];

export interface HistoryLine {
  key: string;
  name: string;
  /** With its unit, in the reader's language. */
  write: (value: number) => string;
  /** It counts things: half a one is no place on its axis. */
  whole?: true;
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
  /** What is said of a stretch in which nobody measured. */
  unmeasured: string;
}

const STRIP_TITLE = SPACE[5];
/** Room for the writing of the values. */
const LEFT = SPACE[6] + SPACE[4];

export function historyOption(history: History, context: ChartContext, name: string): Record<string, unknown> {
  const { palette, language } = context;
  const { from, to, lines } = history;
  const marks = history.marks.filter(({ at }) => at >= from && at <= to);
  const near = (to - from) / 120;
  const filled = lines.map(({ points }) => withGaps(points, from, to));
  const ceilings = lines.map(({ points }) => ceilingOf(points.filter(([at]) => at >= from && at <= to)));
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
    yAxis: lines.map(({ name: title, write, whole }, at) => ({
      ...valueAxis(context, write, {
        min: 0,
        splitNumber: 2,
        ...(whole ? { minInterval: 1 } : {}),
        ...(ceilings[at]?.top === undefined ? {} : { max: ceilings[at].top, interval: ceilings[at].top / 2 }),
      }),
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
      data: filled[at],
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
      // A peak that leaves the strip says how high it is, towards the middle.
      markPoint: {
        silent: true,
        symbol: 'triangle',
        symbolSize: SPACE[1],
        itemStyle: { color: colourAt(at) },
        data: (ceilings[at]?.peaks ?? []).map((peak) => ({
          coord: [peak.at, ceilings[at]?.top],
          label: {
            show: true,
            position: peak.at - from < (to - from) / 2 ? 'right' : 'left',
            formatter: line.write(peak.value),
            color: palette.text,
            fontSize: TEXT[0],
          },
        })),
      },
      // A gap is shaded from top to bottom, since a line on the ground would read as zero; the first strip says what it means, where there is room for the word.
      markArea: {
        silent: true,
        itemStyle: { color: palette.raised },
        data: gapsOf(filled[at] ?? []).map(([begin, end]) => [
          {
            xAxis: begin,
            label: {
              show: at === 0 && (end - begin) / (to - from) > WORD_ROOM,
              position: 'inside',
              formatter: history.unmeasured,
              color: palette['text-muted'],
              fontSize: TEXT[0],
            },
          },
          { xAxis: end },
        ]),
      },
    })),
    tooltip: tooltip(context, 'axis', (parts: readonly { seriesIndex: number; value: Point }[]) => {
      const moment = parts[0]?.value[0];
      if (moment === undefined) return '';
      const values = parts.flatMap(({ seriesIndex, value: [, value] }) => {
        const line = lines[seriesIndex];
        return line === undefined
          ? []
          : [
              {
                colour: colourAt(seriesIndex),
                label: line.name,
                value: value === null ? history.unmeasured : line.write(value),
              },
            ];
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

/** From the last point that was measured to the next one, in milliseconds since 1970. */
export function gapsOf(points: readonly Point[]): [number, number][] {
  const gaps: [number, number][] = [];
  let begin: number | undefined;
  for (const [index, [at, value]] of points.entries()) {
    if (value === null) begin ??= points[index - 1]?.[0] ?? at;
    else if (begin !== undefined) {
      gaps.push([begin, at]);
      begin = undefined;
    }
  }
  const last = points.at(-1);
  if (begin !== undefined && last !== undefined) gaps.push([begin, last[0]]);
  return gaps;
}

/** Part of the whole time that a gap takes at least to have room for a word. */
const WORD_ROOM = 0.12;

/** So many times the usual distance without a point is a gap. */
const MISSED = 3;

/** No gap is filled with more points than these. */
const MOST_POINTS = 500;
