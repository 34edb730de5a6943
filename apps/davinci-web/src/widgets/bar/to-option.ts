/** Decides how an answer becomes a bar chart: bars from zero, in the order of the answer or of time; pure. */

import { LENGTHS, TEXT } from '../../shell/tokens.ts';
import {
  baseOption,
  categoryAxis,
  colourOf,
  grid,
  legend,
  reachOf,
  referenceLines,
  tooltip,
  valueAxis,
} from '../chart-parts.ts';
import {
  type ChartContext,
  categoryLabel,
  dimensionOf,
  isTimeColumn,
  seriesLabels,
  tooltipHtml,
  writeNumber,
} from '../chart-words.ts';
import type { WidgetData, WidgetDefinition } from '../contract.ts';
import { chosenColour, linesOf } from '../dress.ts';
import { toShares } from '../line/to-option.ts';
import { reorder, toSeries } from '../series.ts';
import { splitDimensions } from '../shelves.ts';
import { toMoment } from '../time-values.ts';
import { schema } from './schema.ts';

/** Bars more than these are no picture any more; the chart then scrolls by its zoom. */
const MOST_BARS = 60;

/** Up to so many, each bar has its own label, at a slant where they would not fit beside each other. */
const MOST_SLANTED = 16;

export function barTable(widget: WidgetDefinition, data: WidgetData) {
  const split = splitDimensions(schema, widget.query);
  const count = widget.query.dimensions.length;
  const category = split.category[0] ?? 0;
  const seriesIndex = split.series[0];
  const found = toSeries(data, {
    category,
    series: seriesIndex,
    measures: widget.query.measures.map((_, index) => count + index),
    aggregations: widget.query.measures.map((measure) => measure.aggregation),
  });
  const timed = isTimeColumn(data.columns[category]);
  const totals = new Map(
    found.categories.map((value, at) => [value, found.series.reduce((sum, one) => sum + (one.values[at] ?? 0), 0)]),
  );
  const unsorted = widget.query.sort.length === 0;
  const table = timed
    ? reorder(found, (a, b) => (toMoment(a) ?? 0) - (toMoment(b) ?? 0))
    : unsorted && seriesIndex !== undefined
      ? reorder(found, (a, b) => (totals.get(b) ?? 0) - (totals.get(a) ?? 0))
      : found;
  return { table, category, seriesIndex };
}

export function toOption(widget: WidgetDefinition, data: WidgetData, context: ChartContext): Record<string, unknown> {
  const { table, category, seriesIndex } = barTable(widget, data);
  const seriesColumn = seriesIndex === undefined ? undefined : widget.query.dimensions[seriesIndex]?.column;
  const stack = widget.settings.stack;
  const percent = stack === 'percent';
  const horizontal = widget.settings.horizontal === true;
  const column = data.columns[category];
  const shown = percent ? toShares(table) : table;
  const measureColumn = data.columns[table.series[0]?.measure ?? -1];
  const share = (value: number) => writeNumber(value, { ...measureColumn!, format: 'percent' }, context);
  const write = (value: number) => (percent ? share(value) : writeNumber(value, measureColumn, context));
  const writeAxis = (value: number) => (percent ? share(value) : writeNumber(value, measureColumn, context, 'axis'));
  const grain = widget.query.dimensions[category]?.grain;
  const titles = shown.categories.map((value) => categoryLabel(value, column, grain, context));
  const labels = seriesLabels(shown, data, dimensionOf(widget, seriesIndex), context);
  const colours = shown.series.map((one, index) =>
    colourOf(one, seriesColumn, index, context, chosenColour(widget.settings, data.columns[one.measure]?.name)),
  );
  const stacked = stack === 'stacked' || percent;
  const crowded = titles.length > MOST_BARS;
  const names = categoryAxis(context, titles, {
    slanted: !horizontal && titles.length > 6 && titles.length <= MOST_SLANTED,
  });
  // A share of the whole has another scale than the lines.
  const lines = percent ? [] : linesOf(widget.settings);
  const values = valueAxis(context, writeAxis, percent ? { max: 1 } : reachOf(lines, { fromZero: true }));
  const radius = LENGTHS['radius-small'] / 2;
  return {
    ...baseOption(context, widget.name),
    grid: grid(labels.length > 1),
    legend: legend(context, labels),
    tooltip: {
      ...tooltip(context, 'axis', (points: { dataIndex: number }[]) => {
        const at = points[0]?.dataIndex ?? 0;
        return tooltipHtml(
          titles[at] ?? '',
          shown.series.map((one, index) => ({
            colour: colours[index] ?? '',
            label: labels[index] ?? '',
            value: percent
              ? `${one.values[at] === null ? '–' : share(one.values[at] ?? 0)} (${writeNumber(table.series[index]?.values[at], data.columns[one.measure], context)})`
              : writeNumber(one.values[at], data.columns[one.measure], context, 'exact'),
          })),
        );
      }),
      axisPointer: { type: 'shadow', shadowStyle: { color: context.palette.raised, opacity: 0.7 } },
    },
    ...(horizontal ? { xAxis: values, yAxis: { ...names, inverse: true } } : { xAxis: names, yAxis: values }),
    ...(crowded
      ? {
          dataZoom: [
            {
              type: 'inside',
              [horizontal ? 'yAxisIndex' : 'xAxisIndex']: 0,
              startValue: isTimeColumn(column) ? titles.length - MOST_BARS : 0,
              endValue: isTimeColumn(column) ? titles.length - 1 : MOST_BARS - 1,
              zoomOnMouseWheel: 'ctrl',
              moveOnMouseWheel: true,
            },
          ],
        }
      : {}),
    series: shown.series.map((one, index) => ({
      id: one.others ? 'others' : `${one.measure}:${String(one.value)}`,
      name: labels[index],
      type: 'bar',
      data: one.values,
      color: colours[index],
      barMaxWidth: LENGTHS['rail-narrow'],
      barCategoryGap: '28%',
      emphasis: { focus: labels.length > 1 ? 'series' : 'none', itemStyle: { color: 'inherit', opacity: 0.8 } },
      ...(stacked
        ? { stack: 'all' }
        : { itemStyle: { borderRadius: horizontal ? [0, radius, radius, 0] : [radius, radius, 0, 0] } }),
      ...(index === 0 ? referenceLines(context, lines, horizontal ? 'xAxis' : 'yAxis', write) : {}),
      ...(widget.settings.labels === true
        ? {
            label: {
              show: true,
              position: stacked ? 'inside' : horizontal ? 'right' : 'top',
              color: stacked ? context.palette.surface : context.palette['text-muted'],
              fontSize: TEXT[0],
              formatter: ({ value }: { value: number | null }) => (value === null ? '' : write(value)),
            },
            labelLayout: { hideOverlap: true },
          }
        : {}),
    })),
  };
}
