/** Decides how an answer becomes categories and series for bars, lines and areas, and in which order they stand; pure. */
import { isTimeColumn } from './chart-words.ts';
import type { Cell, WidgetData, WidgetDefinition, WidgetSchema } from './contract.ts';
import { reorder, type SeriesTable, toSeries } from './series.ts';
import { splitDimensions } from './shelves.ts';
import { toMoment } from './time-values.ts';

export interface CategoryTable {
  table: SeriesTable;
  /** Indexes of the dimensions; without one, each measure is a series. */
  category: number;
  seriesIndex: number | undefined;
  /** Its categories are moments, the oldest first. */
  timed: boolean;
}

/** `order` says how categories stand that are no moments; undefined leaves them as they came. */
export function categoryTable(
  schema: WidgetSchema,
  widget: WidgetDefinition,
  data: WidgetData,
  order: (table: SeriesTable, hasSeries: boolean) => ((a: Cell, b: Cell) => number) | undefined,
): CategoryTable {
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
  const compare = timed ? byMoment : order(found, seriesIndex !== undefined);
  return { table: compare === undefined ? found : reorder(found, compare), category, seriesIndex, timed };
}

function byMoment(a: Cell, b: Cell): number {
  return (toMoment(a) ?? 0) - (toMoment(b) ?? 0);
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
