/** Decides which values a clicked mark stands for; pure. */
import type { Cell, Pick, WidgetData, WidgetDefinition } from './contract.ts';
import type { SeriesTable } from './series.ts';
import { toMoment } from './time-values.ts';

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

/** The cell or head of a pivot: `query` holds what it stands for, `c<index of the dimension>` → text, empty for nothing. A total stands for less. */
export function pivotPicks(
  widget: WidgetDefinition,
  data: WidgetData,
  query: Readonly<Record<string, unknown>>,
): Pick[] {
  return widget.query.dimensions.flatMap((dimension, index) => {
    const text = query[`c${index}`];
    if (typeof text !== 'string') return [];
    const row = data.rows.find((each) => (each[index] === null ? '' : String(each[index])) === text);
    return row === undefined ? [] : [pickOf(dimension, row[index] ?? null)];
  });
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
