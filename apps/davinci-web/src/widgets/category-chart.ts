/** Decides what bars, lines and areas have in common: words, colours, scale, legend and tooltip; pure. */

import type { CategoryTable } from './category-table.ts';
import { toShares } from './category-table.ts';
import { categoryTip } from './category-tip.ts';
import { baseOption, coloursOf, grid, legend } from './chart-parts.ts';
import { type ChartContext, categoryLabel, dimensionOf, seriesLabels, writeNumber } from './chart-words.ts';
import type { QueryColumn, WidgetData, WidgetDefinition } from './contract.ts';
import { chosenColour, linesOf, type ReferenceLine } from './dress.ts';
import type { SeriesTable } from './series.ts';
import { tipHtml } from './tip.ts';

type Part = Record<string, unknown>;

export interface CategoryChart {
  /** What is drawn: amounts, or shares. */
  shown: SeriesTable;
  column: QueryColumn | undefined;
  titles: string[];
  labels: string[];
  write: (value: number) => string;
  writeAxis: (value: number) => string;
  lines: ReferenceLine[];
  /** Of the option: ground, legend, room. `hasWordsAbove` as for `grid`. */
  frame: (hasWordsAbove?: boolean) => Part;
  /** Of the option's tooltip. */
  tell: (points: { dataIndex: number }[]) => string;
  /** Of each series, in their order. */
  series: Part[];
}

export function categoryChart(
  found: CategoryTable,
  widget: WidgetDefinition,
  data: WidgetData,
  context: ChartContext,
  isPercent: boolean,
): CategoryChart {
  const { table, category, seriesIndex } = found;
  const shown = isPercent ? toShares(table) : table;
  const column = data.columns[category];
  const measure = data.columns[table.series[0]?.measure ?? -1];
  const seriesColumn = seriesIndex === undefined ? undefined : widget.query.dimensions[seriesIndex]?.column;
  const share = (value: number) => writeNumber(value, { ...measure!, format: 'percent' }, context);
  const grain = widget.query.dimensions[category]?.grain;
  const labels = seriesLabels(shown, data, dimensionOf(widget, seriesIndex), context);
  const colours = coloursOf(shown.series, seriesColumn, context, (index) =>
    chosenColour(widget.settings, data.columns[shown.series[index]?.measure ?? -1]?.name),
  );
  return {
    shown,
    column,
    titles: shown.categories.map((value) => categoryLabel(value, column, grain, context)),
    labels,
    write: (value) => (isPercent ? share(value) : writeNumber(value, measure, context)),
    writeAxis: (value) => (isPercent ? share(value) : writeNumber(value, measure, context, 'axis')),
    // A share of the whole has another scale than the lines.
    lines: isPercent ? [] : linesOf(widget.settings),
    frame: (hasWordsAbove) => ({
      ...baseOption(context, widget.name),
      grid: grid(labels.length > 1, hasWordsAbove),
      ...legend(context, labels),
    }),
    tell: (points) =>
      tipHtml(
        categoryTip({ found, widget, data, labels, colours, isPercent }, points[0]?.dataIndex ?? 0, context),
        context,
      ),
    series: shown.series.map((one, index) => ({
      id: one.others ? 'others' : `${one.measure}:${String(one.value)}`,
      name: labels[index],
      color: colours[index],
    })),
  };
}
