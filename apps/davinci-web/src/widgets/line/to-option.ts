/** Decides how an answer becomes a line chart: time on the x axis where there is one; pure. */
import {
  baseOption,
  categoryAxis,
  colourOf,
  grid,
  legend,
  reachOf,
  referenceLines,
  timeAxis,
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
import type { WidgetData, WidgetDefinition, WidgetSchema } from '../contract.ts';
import { chosenColour, linesOf } from '../dress.ts';
import { reorder, type SeriesTable, toSeries } from '../series.ts';
import { splitDimensions } from '../shelves.ts';
import { toMoment } from '../time-values.ts';
import { schema } from './schema.ts';

/** Points of one line that are still drawn one by one; above it they are sampled by their shape. */
const SAMPLE_ABOVE = 2_000;

export interface LineShape {
  area: boolean;
  stack: 'none' | 'stacked' | 'percent';
}

export function toOption(
  widget: WidgetDefinition,
  data: WidgetData,
  context: ChartContext,
  shape: LineShape = { area: false, stack: 'none' },
  shelves: WidgetSchema = schema,
): Record<string, unknown> {
  const { table, category, seriesColumn, seriesIndex } = lineTable(widget, data, shelves);
  const column = data.columns[category];
  const grain = widget.query.dimensions[category]?.grain;
  const timed = isTimeColumn(column);
  const measureColumn = data.columns[table.series[0]?.measure ?? -1];
  const shown = shape.stack === 'percent' ? toShares(table) : table;
  const percent = (value: number) => writeNumber(value, { ...measureColumn!, format: 'percent' }, context);
  const write = (value: number) =>
    shape.stack === 'percent' ? percent(value) : writeNumber(value, measureColumn, context);
  const writeAxis = (value: number) =>
    shape.stack === 'percent' ? percent(value) : writeNumber(value, measureColumn, context, 'axis');
  // A share of the whole has another scale than the lines.
  const lines = shape.stack === 'percent' ? [] : linesOf(widget.settings);
  const fromZero = shape.area || shape.stack !== 'none' || widget.settings.zero === true;
  const labels = seriesLabels(shown, data, dimensionOf(widget, seriesIndex), context);
  const colours = shown.series.map((one, index) =>
    colourOf(one, seriesColumn, index, context, chosenColour(widget.settings, data.columns[one.measure]?.name)),
  );
  const titles = shown.categories.map((value) => categoryLabel(value, column, grain, context));
  const x = timed
    ? shown.categories.map((value) => toMoment(value) ?? null)
    : shown.categories.map((_, index) => index);
  return {
    ...baseOption(context, widget.name),
    grid: grid(labels.length > 1),
    legend: legend(context, labels),
    tooltip: tooltip(context, 'axis', (points: { dataIndex: number }[]) => {
      const at = points[0]?.dataIndex ?? 0;
      return tooltipHtml(
        titles[at] ?? '',
        shown.series.map((one, index) => ({
          colour: colours[index] ?? '',
          label: labels[index] ?? '',
          value:
            shape.stack === 'percent'
              ? `${one.values[at] === null ? '–' : percent(one.values[at] ?? 0)} (${writeNumber(table.series[index]?.values[at], data.columns[one.measure], context)})`
              : writeNumber(one.values[at], data.columns[one.measure], context, 'exact'),
        })),
      );
    }),
    xAxis: timed
      ? timeAxis(
          context,
          x.filter((each) => each !== null),
        )
      : { ...categoryAxis(context, titles), boundaryGap: false },
    yAxis: valueAxis(context, writeAxis, {
      scale: !fromZero,
      ...(shape.stack === 'percent' ? { max: 1 } : reachOf(lines, { fromZero })),
    }),
    series: shown.series.map((one, index) => ({
      id: one.others ? 'others' : `${one.measure}:${String(one.value)}`,
      name: labels[index],
      type: 'line',
      data: one.values.map((value, at) => [x[at] ?? null, value]),
      color: colours[index],
      smooth: widget.settings.smooth === true ? 0.3 : false,
      showSymbol: widget.settings.points === true || one.values.length === 1,
      symbolSize: 6,
      lineStyle: { width: 2 },
      emphasis: { focus: labels.length > 1 ? 'series' : 'none' },
      connectNulls: false,
      ...(one.values.length > SAMPLE_ABOVE ? { sampling: 'lttb' } : {}),
      ...(shape.area ? { areaStyle: { opacity: shape.stack === 'none' ? 0.16 : 0.7 } } : {}),
      ...(shape.stack === 'none' ? {} : { stack: 'all' }),
      ...(index === 0 ? referenceLines(context, lines, 'yAxis', write) : {}),
    })),
  };
}

export function lineTable(widget: WidgetDefinition, data: WidgetData, shelves: WidgetSchema) {
  const split = splitDimensions(shelves, widget.query);
  const count = widget.query.dimensions.length;
  const category = split.category[0] ?? 0;
  const series = split.series[0];
  const found = toSeries(data, {
    category,
    series,
    measures: widget.query.measures.map((_, index) => count + index),
    aggregations: widget.query.measures.map((measure) => measure.aggregation),
  });
  const column = data.columns[category];
  const table =
    isTimeColumn(column) || widget.query.sort.length === 0
      ? reorder(found, (a, b) => (isTimeColumn(column) ? (toMoment(a) ?? 0) - (toMoment(b) ?? 0) : compareValues(a, b)))
      : found;
  const seriesColumn = series === undefined ? undefined : widget.query.dimensions[series]?.column;
  return { table, category, seriesColumn, seriesIndex: series };
}

function compareValues(a: unknown, b: unknown): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

/** Each value as its share of all series at its place. */
export function toShares(table: SeriesTable): SeriesTable {
  const sums = table.categories.map((_, at) =>
    table.series.reduce((sum, one) => sum + Math.abs(one.values[at] ?? 0), 0),
  );
  return {
    ...table,
    series: table.series.map((one) => ({
      ...one,
      values: one.values.map((value, at) => (value === null || !sums[at] ? null : value / sums[at])),
    })),
  };
}
