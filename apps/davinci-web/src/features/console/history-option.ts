/** Decides how past figures are drawn: one strip for each, all on one axis of time, with what happened as lines across them. Pure. */

import { formatMoment } from '../../shell/numbers.ts';
import { LENGTHS, SPACE, TEXT } from '../../shell/tokens.ts';
import { baseOption, timeAxis, tooltip, valueAxis } from '../../widgets/chart-parts.ts';
import { type ChartContext, escapeHtml } from '../../widgets/chart-words.ts';

export interface HistoryLine {
  key: string;
  name: string;
  /** With its unit, in the reader's language. */
  write: (value: number) => string;
  /** Milliseconds since 1970; null where nobody knew. */
  points: readonly (readonly [number, number | null])[];
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
const STRIP_TITLE = SPACE[4];
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
      nameGap: SPACE[1],
      nameTextStyle: { color: palette['text-muted'], fontSize: TEXT[0], align: 'left', padding: [0, 0, 0, -LEFT] },
    })),
    series: lines.map((line, at) => ({
      type: 'line',
      name: line.name,
      xAxisIndex: at,
      yAxisIndex: at,
      data: line.points,
      showSymbol: false,
      // What nobody knew is a gap.
      connectNulls: false,
      lineStyle: { width: LENGTHS.line + 1, color: palette.series[at % palette.series.length] },
      itemStyle: { color: palette.series[at % palette.series.length] },
      markLine: {
        silent: true,
        symbol: 'none',
        label: { show: false },
        data: marks.map((mark) => ({ xAxis: mark.at, lineStyle: { color: palette[mark.kind], type: 'dashed' } })),
      },
    })),
    tooltip: tooltip(context, 'axis', (parts: readonly { seriesIndex: number; value: [number, number | null] }[]) => {
      const moment = parts[0]?.value[0];
      if (moment === undefined) return '';
      const values = parts.flatMap(({ seriesIndex, value: [, value] }) => {
        const line = lines[seriesIndex];
        return line === undefined ? [] : [`${line.name}: ${value === null ? '–' : line.write(value)}`];
      });
      const happened = marks.filter(({ at }) => Math.abs(at - moment) <= near).map(({ word }) => word);
      return [formatMoment(moment, language), ...values, ...happened].map(escapeHtml).join('<br>');
    }),
  };
}
