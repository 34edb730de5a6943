/** Decides how one number becomes a gauge: against its goal (a second measure or a setting), else against a round number above it; pure. */

import { LENGTHS, SPACE, TEXT } from '../../shell/tokens.ts';
import { baseOption, tooltip } from '../chart-parts.ts';
import { type ChartContext, labelOf, writeNumber } from '../chart-words.ts';
import type { WidgetData, WidgetDefinition } from '../contract.ts';
import { numberOf } from '../series.ts';
import { strong, tipHtml, writePart } from '../tip.ts';

/** The next of 1, 2, 5, 10, 20, … that is not below `value`. */
export function roundAbove(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? 10 * power;
}

export function gaugeRange(
  widget: WidgetDefinition,
  data: WidgetData,
): { value: number | null; low: number; high: number } {
  const value = numberOf(data.rows[0]?.[0]);
  const low = numberOf(widget.settings.minimum as never) ?? 0;
  const goal = numberOf(widget.settings.maximum as never) ?? numberOf(data.rows[0]?.[1]);
  const high = goal !== null && goal > low ? goal : roundAbove(value ?? 1);
  return { value, low, high };
}

export function toOption(widget: WidgetDefinition, data: WidgetData, context: ChartContext): Record<string, unknown> {
  const { value, low, high } = gaugeRange(widget, data);
  const column = data.columns[0];
  const { palette } = context;
  const { say } = context.words;
  const warnAt = numberOf(widget.settings.warnAt as never);
  const badAt = numberOf(widget.settings.badAt as never);
  const colour =
    value !== null && badAt !== null && value >= badAt
      ? palette.broken
      : value !== null && warnAt !== null && value >= warnAt
        ? palette.late
        : palette.accent;
  return {
    ...baseOption(context, widget.name),
    tooltip: tooltip(context, 'item', () => {
      const part = value === null || high === 0 ? undefined : writePart(value / high, column, context);
      const goal = writeNumber(high, column, context, 'exact');
      return tipHtml(
        {
          head: say('tip.alone', {
            measure: labelOf(column),
            value: strong(writeNumber(value, column, context, 'exact')),
          }),
          notes: part === undefined ? [] : [say('tip.goal', { part, goal })],
        },
        context,
      );
    }),
    series: [
      {
        id: 'gauge',
        type: 'gauge',
        min: low,
        max: high,
        startAngle: 200,
        endAngle: -20,
        center: ['50%', '62%'],
        radius: '96%',
        splitNumber: 4,
        progress: { show: true, width: SPACE[3], roundCap: true, itemStyle: { color: colour } },
        axisLine: { roundCap: true, lineStyle: { width: SPACE[3], color: [[1, palette.raised]] } },
        pointer: { show: false },
        axisTick: { show: false },
        splitLine: { show: false },
        axisLabel: { show: false },
        anchor: { show: false },
        title: { show: true, offsetCenter: [0, '42%'], color: palette['text-muted'], fontSize: TEXT[0] },
        detail: {
          offsetCenter: [0, '2%'],
          fontSize: TEXT[4],
          fontWeight: 600,
          color: palette.text,
          valueAnimation: true,
          formatter: (shown: number) => (value === null ? '–' : writeNumber(shown, column, context)),
        },
        data: [{ value: value ?? low, name: `${labelOf(column)} / ${writeNumber(high, column, context)}` }],
        itemStyle: { borderWidth: LENGTHS.line },
      },
    ],
  };
}
