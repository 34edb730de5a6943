/** Decides which values a clicked mark stands for; pure. */

import type { CategoryTable } from './category-table.ts';
import type { Cell, Pick, WidgetData, WidgetDefinition } from './contract.ts';
import { pivotText } from './pivot/to-option.ts';
import { toMoment } from './time-values.ts';

/** What a chart tells of a clicked mark: its place on the category axis, and its series. */
export interface Mark {
  dataIndex: number;
  seriesIndex: number;
}

/** The marks of a picture, by what they stand for. */
export interface Marks {
  /** What the mark filters the others by. */
  picks: (mark: Mark) => Pick[];
  /** Stays the same where the data moves its mark to another place; undefined for a mark that is none. */
  nameOf: (mark: Mark) => string | undefined;
}

/** Where the mark of this name is now, among series of these lengths. */
export function findMark(marks: Marks, lengths: readonly number[], name: string): Mark | undefined {
  for (const [seriesIndex, length] of lengths.entries()) {
    for (let dataIndex = 0; dataIndex < length; dataIndex++) {
      if (marks.nameOf({ seriesIndex, dataIndex }) === name) return { seriesIndex, dataIndex };
    }
  }
  return undefined;
}

/** Of bars, lines and areas: a category of a series. */
export function categoryMarks(widget: WidgetDefinition, found: CategoryTable): Marks {
  const { series, categories } = found.table;
  return {
    picks: (mark) => picksAt(widget, found, mark),
    nameOf: ({ seriesIndex, dataIndex }) => {
      const one = series[seriesIndex];
      if (one === undefined || !(dataIndex in categories)) return undefined;
      return JSON.stringify([categories[dataIndex], one.measure, one.others ?? false, one.value]);
    },
  };
}

/** The category of the mark, and its series' value where a dimension makes the series; "others" stands for none. */
export function picksAt(
  widget: WidgetDefinition,
  shown: Omit<CategoryTable, 'timed' | 'category'> & { category: number | undefined },
  mark: Mark,
): Pick[] {
  const { table, category, seriesIndex } = shown;
  const picks: Pick[] = [];
  const one = table.series[mark.seriesIndex];
  if (one?.others) return [];
  const dimension = category === undefined ? undefined : widget.query.dimensions[category];
  if (dimension !== undefined && mark.dataIndex in table.categories) {
    picks.push(pickOf(dimension, table.categories[mark.dataIndex] ?? null));
  }
  const series = seriesIndex === undefined ? undefined : widget.query.dimensions[seriesIndex];
  if (series !== undefined && one !== undefined) picks.push(pickOf(series, one.value));
  return picks;
}

/** The cell or head of a pivot: `query` holds what it stands for, `c<index of the dimension>` → text of `pivotText`. A total stands for less. */
export function pivotPicks(
  widget: WidgetDefinition,
  data: WidgetData,
  query: Readonly<Record<string, unknown>>,
): Pick[] {
  return widget.query.dimensions.flatMap((dimension, index) => {
    const text = query[`c${index}`];
    if (typeof text !== 'string') return [];
    const row = data.rows.find((each) => pivotText(each[index] ?? null) === text);
    return row === undefined ? [] : [pickOf(dimension, row[index] ?? null)];
  });
}

/** Whether a cell of a pivot is chosen: `record` holds what it stands for, as `pivotPicks` takes it. */
export function isPivotPicked(
  widget: WidgetDefinition,
  record: Readonly<Record<string, unknown>>,
  chosen: readonly Pick[],
): boolean {
  const { dimensions } = widget.query;
  return (
    chosen.length > 0 &&
    chosen.every(({ value, ...pick }) =>
      dimensions.some(
        ({ column, grain }, index) =>
          column === pick.column && grain === pick.grain && record[`c${index}`] === pivotText(value),
      ),
    )
  );
}

/** Whether the marks are those of this row: a mark for each of its dimensions, at its grain, and none beside. */
export function isPicked(widget: WidgetDefinition, row: readonly Cell[], chosen: readonly Pick[]): boolean {
  const { dimensions } = widget.query;
  return (
    chosen.length === dimensions.length &&
    dimensions.every((dimension, index) => {
      const own = pickOf(dimension, row[index] ?? null);
      return chosen.some((each) => isSamePick(own, each));
    })
  );
}

/** Whether a mark that stands for `picks` is a chosen one: all that is chosen of its widget is true of it. "Others" stand for none. */
export function isPickedBy(picks: readonly Pick[], chosen: readonly Pick[]): boolean {
  return chosen.length > 0 && chosen.every((each) => picks.some((own) => isSamePick(own, each)));
}

function isSamePick(one: Pick, other: Pick): boolean {
  return one.column === other.column && one.grain === other.grain && one.value === other.value;
}

/** The moment of a trend that is nearest to `part` (0 to 1) of its span. */
export function trendPicks(widget: WidgetDefinition, data: WidgetData, part: number): Pick[] {
  const dimension = widget.query.dimensions[0];
  const points = data.rows.flatMap((row) => {
    const moment = toMoment(row[0] ?? null);
    return moment === undefined ? [] : [{ moment, cell: row[0] ?? null }];
  });
  if (dimension === undefined || points.length === 0) return [];
  const moments = points.map(({ moment }) => moment);
  const first = Math.min(...moments);
  const wanted = first + (Math.max(...moments) - first) * part;
  const distance = (moment: number) => Math.abs(moment - wanted);
  const nearest = points.reduce((best, each) => (distance(each.moment) < distance(best.moment) ? each : best));
  return [pickOf(dimension, nearest.cell)];
}

export function pickOf(dimension: WidgetDefinition['query']['dimensions'][number], value: Cell): Pick {
  return { column: dimension.column, value, ...(dimension.grain === undefined ? {} : { grain: dimension.grain }) };
}
