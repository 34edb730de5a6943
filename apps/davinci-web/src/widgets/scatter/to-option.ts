/** Decides how an answer becomes points: the first measure across, the second up, the third as size; pure. */

import { SPACE, TEXT } from '../../shell/tokens.ts';
import { baseOption, coloursOf, grid, legend, tooltip, valueAxis } from '../chart-parts.ts';
import { type ChartContext, categoryLabel, labelOf, writeNumber } from '../chart-words.ts';
import type { Cell, WidgetData, WidgetDefinition } from '../contract.ts';
import { MOST_SERIES, numberOf } from '../series.ts';
import { splitDimensions } from '../shelves.ts';
import { nameOfPlace, placeOf, tipHtml } from '../tip.ts';
import { schema } from './schema.ts';

const SMALLEST = 8;
const LARGEST = 40;

export interface PointGroup {
  value: Cell;
  others?: true;
  /** Indexes into the rows of the answer. */
  rows: number[];
}

/** The points of each series; the smallest series stand together. */
export function toGroups(widget: WidgetDefinition, data: WidgetData): PointGroup[] {
  const series = splitDimensions(schema, widget.query).series[0];
  const groups = new Map<Cell, PointGroup>();
  data.rows.forEach((row, index) => {
    const value = series === undefined ? null : (row[series] ?? null);
    const group = groups.get(value) ?? { value, rows: [] };
    group.rows.push(index);
    groups.set(value, group);
  });
  const all = [...groups.values()].sort((a, b) => b.rows.length - a.rows.length);
  if (all.length <= MOST_SERIES) return all;
  const rest = all.slice(MOST_SERIES - 1).flatMap((group) => group.rows);
  return [...all.slice(0, MOST_SERIES - 1), { value: null, others: true, rows: rest }];
}

export function toOption(widget: WidgetDefinition, data: WidgetData, context: ChartContext): Record<string, unknown> {
  const split = splitDimensions(schema, widget.query);
  const count = widget.query.dimensions.length;
  const series = split.series[0];
  const seriesColumn = series === undefined ? undefined : widget.query.dimensions[series]?.column;
  const [x, y, size] = [data.columns[count], data.columns[count + 1], data.columns[count + 2]];
  const sizes = size === undefined ? [] : data.rows.map((row) => Math.abs(numberOf(row[count + 2]) ?? 0));
  const most = Math.max(1e-9, ...sizes);
  const groups = toGroups(widget, data);
  const labels = groups.map((group) =>
    group.others
      ? context.words.others
      : series === undefined
        ? labelOf(y)
        : categoryLabel(group.value, data.columns[series], undefined, context),
  );
  const colours = coloursOf(groups, seriesColumn, context);
  const scale = widget.settings.zero !== true;
  const { say } = context.words;
  const middles = new Map<number, number | null>();
  /** Of a column of the answer; found when it is first told. */
  const middleOf = (index: number): number | null => {
    const known = middles.get(index);
    if (known !== undefined) return known;
    const values = data.rows.map((row) => numberOf(row[index])).filter((value) => value !== null);
    const middle = values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? null;
    middles.set(index, middle);
    return middle;
  };
  const title = { nameLocation: 'middle', nameTextStyle: { color: context.palette['text-muted'], fontSize: TEXT[0] } };
  return {
    ...baseOption(context, widget.name),
    grid: { ...grid(labels.length > 1), bottom: SPACE[4], left: SPACE[4] },
    ...legend(context, series === undefined ? [] : labels),
    tooltip: tooltip(context, 'item', ({ seriesIndex, dataIndex }: { seriesIndex: number; dataIndex: number }) => {
      const row = data.rows[groups[seriesIndex]?.rows[dataIndex] ?? -1] ?? [];
      const names = widget.query.dimensions.map((_, index) =>
        nameOfPlace(placeOf(widget, data, index, row[index] ?? null), context),
      );
      const lines = [x, y, size].flatMap((column, index) =>
        column === undefined
          ? []
          : [
              {
                colour: colours[seriesIndex] ?? '',
                label: labelOf(column),
                value: writeNumber(numberOf(row[count + index]), column, context, 'exact'),
                note: say('tip.middle', { value: writeNumber(middleOf(count + index), column, context) }),
              },
            ],
      );
      return tipHtml({ head: names.join(say('tip.and')), lines, notes: [say('tip.middleWhy')] }, context);
    }),
    xAxis: valueAxis(context, (value) => writeNumber(value, x, context, 'axis'), {
      scale,
      name: labelOf(x),
      nameGap: SPACE[4],
      ...title,
    }),
    yAxis: valueAxis(context, (value) => writeNumber(value, y, context, 'axis'), {
      scale,
      name: labelOf(y),
      nameGap: SPACE[6],
      ...title,
    }),
    series: groups.map((group, index) => ({
      id: group.others ? 'others' : `group:${String(group.value)}`,
      name: labels[index],
      type: 'scatter',
      color: colours[index],
      itemStyle: { opacity: 0.75 },
      ...(group.rows.length > 5_000 ? { large: true } : {}),
      symbolSize:
        size === undefined
          ? SMALLEST
          : (_: unknown, { dataIndex }: { dataIndex: number }) =>
              SMALLEST + (LARGEST - SMALLEST) * Math.sqrt((sizes[group.rows[dataIndex] ?? 0] ?? 0) / most),
      data: group.rows.map((row) => [numberOf(data.rows[row]?.[count]), numberOf(data.rows[row]?.[count + 1])]),
    })),
  };
}
