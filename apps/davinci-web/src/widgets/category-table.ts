/** Decides how an answer becomes categories and series for bars, lines and areas, and in which order they stand; pure. */
import type { Grain } from '@rtdp/davinci-api/client';
import { isTimeColumn } from './chart-words.ts';
import { type Cell, nameOf, type WidgetData, type WidgetDefinition, type WidgetSchema } from './contract.ts';
import { absentValue, endOfAnswer, fillMoments } from './fill-moments.ts';
import { reorder, type Series, type SeriesTable, toSeries } from './series.ts';
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

/**
 * `order` says how categories stand that are no moments; undefined leaves them as they came. `filled`: moments of a grain that have no row stand
 * among the others, for what is drawn from one to the next.
 */
export function categoryTable(
  schema: WidgetSchema,
  widget: WidgetDefinition,
  data: WidgetData,
  order: (table: SeriesTable, hasSeries: boolean) => ((a: Cell, b: Cell) => number) | undefined,
  filled = false,
): CategoryTable {
  const split = splitDimensions(schema, widget.query);
  const count = widget.query.dimensions.length;
  const category = split.category[0] ?? 0;
  const seriesIndex = split.series[0];
  const timed = isTimeColumn(data.columns[category]);
  const grain = filled && timed ? widget.query.dimensions[category]?.grain : undefined;
  const absent = widget.query.measures.map((measure) => absentValue(measure, widget.query));
  const found = toSeries(data, {
    category,
    series: seriesIndex,
    measures: widget.query.measures.map((_, index) => count + index),
    aggregations: widget.query.measures.map((measure) => measure.aggregation),
    ...(grain === undefined ? {} : { absent }),
  });
  const compare = timed ? byMoment : order(found, seriesIndex !== undefined);
  const sorted = compare === undefined ? found : reorder(found, compare);
  const ordered = seriesIndex === undefined ? sorted : { ...sorted, series: standing(sorted, widget, seriesIndex) };
  const table =
    grain === undefined
      ? ordered
      : withMissing(
          ordered,
          grain,
          endOfAnswer(widget, data, category, ordered.categories),
          (measure) => absent[measure - count] ?? null,
        );
  return { table, category, seriesIndex, timed };
}

/** Series of values stand by these, so that none changes its place with the order of rows; those that the answer was sorted by stand as it says. */
function standing({ series }: SeriesTable, { query }: WidgetDefinition, seriesIndex: number): Series[] {
  const name = nameOf(query.dimensions[seriesIndex]!);
  if (query.sort.some(({ by }) => by === name)) return series;
  return [...series].sort((a, b) =>
    a.others || b.others ? Number(a.others ?? 0) - Number(b.others ?? 0) : compareValues(a.value, b.value),
  );
}

/** Numbers by size, texts as one reads them, what has no value last. */
export function compareValues(a: Cell, b: Cell): number {
  if (a === null || b === null) return Number(a === null) - Number(b === null);
  if (typeof a === 'number' && typeof b === 'number') return a - b;
  return String(a).localeCompare(String(b), undefined, { numeric: true });
}

function withMissing(
  table: SeriesTable,
  grain: Grain,
  until: number | undefined,
  absentOf: (measure: number) => 0 | null,
): SeriesTable {
  const moments = fillMoments(table.categories, grain, until);
  return {
    ...table,
    categories: moments.map(({ value }) => value),
    series: table.series.map((one) => ({
      ...one,
      values: moments.map(({ place }) => (place === undefined ? absentOf(one.measure) : (one.values[place] ?? null))),
    })),
  };
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
