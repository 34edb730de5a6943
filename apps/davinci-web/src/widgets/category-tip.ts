/** Decides what the tooltip of bars, lines and areas says: each figure of a category, in time against the one before, else as part of the whole; pure. */
import type { CategoryTable } from './category-table.ts';
import { type ChartContext, labelOf, writeNumber } from './chart-words.ts';
import type { WidgetData, WidgetDefinition } from './contract.ts';
import { clockOf, isUnfinished } from './time-values.ts';
import {
  addsUp,
  changeOf,
  comparison,
  nameOfPlace,
  placeOf,
  shareOf,
  strong,
  type Tip,
  type TipLine,
  whereOf,
  writePart,
} from './tip.ts';

export interface Told {
  found: CategoryTable;
  widget: WidgetDefinition;
  data: WidgetData;
  labels: readonly string[];
  colours: readonly string[];
  /** Drawn as shares of each category. */
  isPercent: boolean;
}

/** `at` is the place of the category, `now` in milliseconds since 1970. */
export function categoryTip(told: Told, at: number, context: ChartContext, now: number = Date.now()): Tip {
  const { found, widget, data, labels, colours, isPercent } = told;
  const { table, timed, category, seriesIndex } = found;
  const { series, categories } = table;
  const [only] = series;
  const { say } = context.words;
  const place = (index: number) => placeOf(widget, data, category, categories[index] ?? null);
  const where = whereOf([place(at)], context);
  const isOpen = timed && isUnfinished(categories[at] ?? null, place(at).grain, clockOf(data, now));
  const previous = timed && at > 0 && !isOpen ? place(at - 1) : undefined;
  const adds = addsUp(widget.query.measures[0]?.aggregation) && new Set(series.map((one) => one.measure)).size === 1;
  const column = data.columns[only?.measure ?? -1];
  const sums = (index: number): number | null =>
    series.every(({ values }) => (values[index] ?? null) === null)
      ? null
      : series.reduce<number>((sum, { values }) => sum + (values[index] ?? 0), 0);
  // Moments are compared with the one before, not with the sum of those that happen to be shown.
  const total =
    adds && !timed ? categories.reduce<number>((sum, _, index) => sum + Math.max(0, sums(index) ?? 0), 0) : 0;
  const whole = sums(at);
  const before = previous === undefined ? null : sums(at - 1);

  if (series.length === 1 && seriesIndex === undefined) {
    const compared = isOpen
      ? say('tip.unfinished')
      : previous === undefined
        ? shareOf(whole, total, column, context)
        : comparison(whole, before, previous, column, context);
    const value = strong(writeNumber(whole, column, context, 'exact'));
    return {
      head: say('tip.one', { measure: labelOf(column), where, value }),
      ...(compared === undefined ? {} : { notes: [compared] }),
    };
  }
  const lines = series.map((one, index): TipLine => {
    const value = one.values[at] ?? null;
    const ownColumn = data.columns[one.measure];
    const exact = writeNumber(value, ownColumn, context, 'exact');
    const part = value === null || !whole ? undefined : writePart(value / whole, ownColumn, context);
    const shape = { colour: colours[index] ?? '', label: labels[index] ?? '' };
    if (isPercent) return { ...shape, value: part ?? '–', note: exact };
    const note =
      previous === undefined
        ? adds && !timed
          ? part
          : undefined
        : changeOf(value, one.values[at - 1] ?? null, ownColumn, context);
    return { ...shape, value: exact, ...(note === undefined ? {} : { note }) };
  });
  if (adds && whole !== null) {
    // A sum of fractions has digits that nobody measured.
    const value = writeNumber(whole, column, context, 'cell');
    const note = previous === undefined || isPercent ? '' : changeOf(whole, before, column, context);
    lines.push({ colour: 'transparent', label: say('tip.together'), value, note });
  }
  const below = isPercent
    ? undefined
    : isOpen
      ? say('tip.unfinished')
      : previous === undefined
        ? shareOf(whole, total, column, context)
        : say('tip.against', { at: nameOfPlace(previous, context) });
  return {
    head:
      seriesIndex === undefined
        ? say('tip.figures', { where })
        : say('tip.by', { measure: labelOf(column), where, by: labelOf(data.columns[seriesIndex]) }),
    lines,
    ...(below === undefined ? {} : { notes: [below] }),
  };
}
