/** Decides which values a clicked mark stands for; pure. */
import type { Cell, Pick, WidgetDefinition } from './contract.ts';
import type { SeriesTable } from './series.ts';

/** What a chart tells of a clicked mark: its place on the category axis, and its series. */
export interface Mark {
  dataIndex: number;
  seriesIndex: number;
}

/** The category of the mark, and its series' value where a dimension makes the series; "others" stands for none. */
export function picksAt(
  widget: WidgetDefinition,
  shown: { table: SeriesTable; category: number | undefined; seriesIndex: number | undefined },
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

export function pickOf(dimension: WidgetDefinition['query']['dimensions'][number], value: Cell): Pick {
  return { column: dimension.column, value, ...(dimension.grain === undefined ? {} : { grain: dimension.grain }) };
}
