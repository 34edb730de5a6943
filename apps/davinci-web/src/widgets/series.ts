/** Decides how the rows of an answer become categories and series: summed up, the largest ten and "others"; pure. */
import type { Aggregation } from '@rtdp/davinci-api/client';
import type { Cell, WidgetData } from './contract.ts';

export const MOST_SERIES = 10;

export interface Series {
  /** Of the series' dimension; null without one. */
  value: Cell;
  measure: number;
  /** One per category, in their order; null where there is none. */
  values: (number | null)[];
  others?: true;
}

export interface SeriesTable {
  categories: Cell[];
  series: Series[];
  /** How many series stand behind "others", or were left out because they cannot be added up. */
  rest: number;
}

export interface SeriesQuestion {
  /** Indexes into the columns of the answer. */
  category: number | undefined;
  series: number | undefined;
  measures: readonly number[];
  /** How each measure was aggregated: only sums and counts may be added up to "others". */
  aggregations: readonly (Aggregation | undefined)[];
  /** What each measure is at a category where its series has no row; nothing where it is left out. */
  absent?: readonly (0 | null)[];
  most?: number;
}

export function numberOf(value: Cell | undefined): number | null {
  if (value === null || value === undefined || value === '') return null;
  const number = Number(value);
  return Number.isNaN(number) ? null : number;
}

export function toSeries(data: WidgetData, question: SeriesQuestion): SeriesTable {
  const { category, series, measures, most = MOST_SERIES } = question;
  const categories: Cell[] = [];
  const places = new Map<Cell, number>();
  const found = new Map<string, Series>();
  for (const row of data.rows) {
    const at = category === undefined ? null : (row[category] ?? null);
    let place = places.get(at);
    if (place === undefined) {
      place = categories.length;
      places.set(at, place);
      categories.push(at);
    }
    for (const measure of measures) {
      const value = series === undefined ? null : (row[series] ?? null);
      const key = series === undefined ? `${measure}` : `${measure} ${typeof value} ${String(value)}`;
      let one = found.get(key);
      if (one === undefined) {
        one = { value, measure, values: [] };
        found.set(key, one);
      }
      one.values[place] = numberOf(row[measure]);
    }
  }
  const all = [...found.values()];
  for (const one of all) {
    const absent = question.absent?.[measures.indexOf(one.measure)] ?? null;
    for (let place = 0; place < categories.length; place++) if (!(place in one.values)) one.values[place] = absent;
  }
  if (series === undefined || all.length <= most) return { categories, series: all, rest: 0 };
  return { categories, ...largest(all, question, most, categories.length) };
}

/** The largest series by their sum; what remains is added up where that means something. */
function largest(
  all: Series[],
  question: SeriesQuestion,
  most: number,
  length: number,
): { series: Series[]; rest: number } {
  const total = (one: Series) => one.values.reduce<number>((sum, value) => sum + Math.abs(value ?? 0), 0);
  const ranked = [...all].sort((a, b) => total(b) - total(a));
  const adds = question.aggregations.every((each) => each === 'sum' || each === 'count');
  const keep = adds && question.measures.length === 1 ? most - 1 : most;
  const kept = all.filter((one) => ranked.indexOf(one) < keep);
  const dropped = ranked.slice(keep);
  if (!adds || question.measures.length !== 1) return { series: kept, rest: dropped.length };
  const values = Array.from({ length }, (_, place) => {
    const parts = dropped.map((one) => one.values[place] ?? null).filter((value) => value !== null);
    return parts.length === 0 ? null : parts.reduce((sum, value) => sum + value, 0);
  });
  const measure = question.measures[0] ?? 0;
  return { series: [...kept, { value: null, measure, values, others: true }], rest: dropped.length };
}

/** The order that puts a time or the sorted answer the right way round: categories ascending by `compare`. */
export function reorder(table: SeriesTable, compare: (a: Cell, b: Cell) => number): SeriesTable {
  const order = table.categories.map((_, index) => index);
  order.sort((a, b) => compare(table.categories[a] ?? null, table.categories[b] ?? null) || a - b);
  return {
    ...table,
    categories: order.map((index) => table.categories[index] ?? null),
    series: table.series.map((one) => ({ ...one, values: order.map((index) => one.values[index] ?? null) })),
  };
}
