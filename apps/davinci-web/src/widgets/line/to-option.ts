/** Decides how an answer becomes a line chart: time on the x axis where there is one; pure. */
import { categoryChart } from '../category-chart.ts';
import { type CategoryTable, categoryTable, compareValues } from '../category-table.ts';
import { categoryAxis, reachOf, referenceLines, timeAxis, tooltip, valueAxis } from '../chart-parts.ts';
import type { ChartContext } from '../chart-words.ts';
import type { WidgetData, WidgetDefinition, WidgetSchema } from '../contract.ts';
import { clockOf, openAtEnd, toMoment } from '../time-values.ts';
import { schema } from './schema.ts';

/** Points of one line that are still drawn one by one; above it they are sampled by their shape. */
const SAMPLE_ABOVE = 2_000;

export interface LineShape {
  area: boolean;
  stack: 'none' | 'stacked' | 'percent';
}

export function lineTable(widget: WidgetDefinition, data: WidgetData, shelves: WidgetSchema): CategoryTable {
  const order = () => (widget.query.sort.length === 0 ? compareValues : undefined);
  return categoryTable(shelves, widget, data, order, true);
}

export function toOption(
  widget: WidgetDefinition,
  data: WidgetData,
  context: ChartContext,
  shape: LineShape = { area: false, stack: 'none' },
  shelves: WidgetSchema = schema,
  now: number = Date.now(),
): Record<string, unknown> {
  const found = lineTable(widget, data, shelves);
  const isPercent = shape.stack === 'percent';
  const chart = categoryChart(found, widget, data, context, isPercent);
  const { shown, titles, labels, lines } = chart;
  const fromZero = shape.area || shape.stack !== 'none' || widget.settings.zero === true;
  const x = found.timed
    ? shown.categories.map((value) => toMoment(value) ?? null)
    : shown.categories.map((_, index) => index);
  const last = shown.categories.length - 1;
  const grain = widget.query.dimensions[found.category]?.grain;
  // Of what is not over the figures still grow: the way there is broken by strokes of the ground.
  const open = openAtEnd(shown.categories, grain, clockOf(data, now));
  const isOpen = shape.stack === 'none' && widget.settings.smooth !== true && last > 0 && open > 0;
  const gaps = shown.series.map((one, index) => ({
    id: `${String(chart.series[index]?.id)} not over`,
    name: labels[index],
    type: 'line',
    // As long as the line itself: a place on the axis stays the same place.
    data: one.values.map((value, at) => [x[at] ?? null, at < last - open ? null : value]),
    color: context.palette.surface,
    lineStyle: { width: 3, type: [3, 4] },
    blur: { lineStyle: { opacity: 1 } },
    showSymbol: false,
    silent: true,
  }));
  return {
    ...chart.frame(),
    tooltip: tooltip(context, 'axis', chart.tell),
    xAxis: found.timed
      ? timeAxis(
          context,
          x.filter((each) => each !== null),
          grain,
        )
      : { ...categoryAxis(context, titles), boundaryGap: false },
    yAxis: valueAxis(context, chart.writeAxis, {
      scale: !fromZero,
      ...(isPercent ? { max: 1 } : reachOf(lines, { fromZero })),
    }),
    series: [
      ...shown.series.map((one, index) => ({
        ...chart.series[index],
        type: 'line',
        data: one.values.map((value, at) => [x[at] ?? null, value]),
        smooth: widget.settings.smooth === true ? 0.3 : false,
        showSymbol: widget.settings.points === true || one.values.length === 1,
        symbolSize: 6,
        // Said, since they come back when nothing is chosen any more.
        showAllSymbol: 'auto',
        lineStyle: { width: 2, opacity: 1 },
        emphasis: { focus: labels.length > 1 ? 'series' : 'none' },
        connectNulls: false,
        ...(one.values.length > SAMPLE_ABOVE ? { sampling: 'lttb' } : {}),
        ...(shape.area ? { areaStyle: { opacity: shape.stack === 'none' ? 0.16 : 0.7 } } : {}),
        ...(shape.stack === 'none' ? {} : { stack: 'all' }),
        ...(index === 0 ? referenceLines(context, lines, 'yAxis', chart.write) : {}),
      })),
      ...(isOpen ? gaps : []),
    ],
  };
}
