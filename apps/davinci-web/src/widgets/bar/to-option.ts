/** Decides how an answer becomes a bar chart: bars from zero, in the order of the answer or of time; pure. */

import { LENGTHS, TEXT } from '../../shell/tokens.ts';
import { categoryChart } from '../category-chart.ts';
import { type CategoryTable, categoryTable } from '../category-table.ts';
import { categoryAxis, reachOf, referenceLines, tooltip, valueAxis } from '../chart-parts.ts';
import type { ChartContext } from '../chart-words.ts';
import type { WidgetData, WidgetDefinition } from '../contract.ts';
import { schema } from './schema.ts';

/** Bars more than these are no picture any more; the chart then scrolls by its zoom. */
const MOST_BARS = 60;

/** Up to so many, each bar has its own label, at a slant where they would not fit beside each other. */
const MOST_SLANTED = 16;

export function barTable(widget: WidgetDefinition, data: WidgetData): CategoryTable {
  const isSorted = widget.query.sort.length > 0;
  return categoryTable(schema, widget, data, ({ categories, series }, hasSeries) => {
    if (isSorted || !hasSeries) return undefined;
    const total = (at: number) => series.reduce((sum, one) => sum + (one.values[at] ?? 0), 0);
    const totals = new Map(categories.map((value, at) => [value, total(at)]));
    return (a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0);
  });
}

export function toOption(widget: WidgetDefinition, data: WidgetData, context: ChartContext): Record<string, unknown> {
  const found = barTable(widget, data);
  const { stack } = widget.settings;
  const isPercent = stack === 'percent';
  const isStacked = stack === 'stacked' || isPercent;
  const horizontal = widget.settings.horizontal === true;
  const chart = categoryChart(found, widget, data, context, isPercent);
  const { shown, titles, labels, lines, write } = chart;
  const isCrowded = titles.length > MOST_BARS;
  const names = categoryAxis(context, titles, {
    slanted: !horizontal && titles.length > 6 && titles.length <= MOST_SLANTED,
  });
  const values = valueAxis(context, chart.writeAxis, isPercent ? { max: 1 } : reachOf(lines, { fromZero: true }));
  const radius = LENGTHS['radius-small'] / 2;
  return {
    // Lines that stand upright have their words above the bars.
    ...chart.frame(horizontal && lines.length > 0),
    tooltip: {
      ...tooltip(context, 'axis', chart.tell),
      axisPointer: { type: 'shadow', shadowStyle: { color: context.palette.raised, opacity: 0.7 } },
    },
    ...(horizontal ? { xAxis: values, yAxis: { ...names, inverse: true } } : { xAxis: names, yAxis: values }),
    ...(isCrowded
      ? {
          dataZoom: [
            {
              type: 'inside',
              [horizontal ? 'yAxisIndex' : 'xAxisIndex']: 0,
              startValue: found.timed ? titles.length - MOST_BARS : 0,
              endValue: found.timed ? titles.length - 1 : MOST_BARS - 1,
              zoomOnMouseWheel: 'ctrl',
              moveOnMouseWheel: true,
            },
          ],
        }
      : {}),
    series: shown.series.map((one, index) => ({
      ...chart.series[index],
      type: 'bar',
      data: one.values,
      barMaxWidth: LENGTHS['rail-narrow'],
      barCategoryGap: '28%',
      emphasis: { focus: labels.length > 1 ? 'series' : 'none', itemStyle: { color: 'inherit', opacity: 0.8 } },
      ...(isStacked
        ? { stack: 'all' }
        : { itemStyle: { borderRadius: horizontal ? [0, radius, radius, 0] : [radius, radius, 0, 0] } }),
      ...(index === 0 ? referenceLines(context, lines, horizontal ? 'xAxis' : 'yAxis', write) : {}),
      ...(widget.settings.labels === true
        ? {
            label: {
              show: true,
              position: isStacked ? 'inside' : horizontal ? 'right' : 'top',
              color: isStacked ? context.palette.surface : context.palette['text-muted'],
              fontSize: TEXT[0],
              formatter: ({ value }: { value: number | null }) => (value === null ? '' : write(value)),
            },
            labelLayout: { hideOverlap: true },
          }
        : {}),
    })),
  };
}
