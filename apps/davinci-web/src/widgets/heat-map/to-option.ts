/** Decides how an answer becomes a heat map: one dimension across, one down, the measure as lightness; pure. */

import { SPACE, TEXT } from '../../shell/tokens.ts';
import { compareValues } from '../category-table.ts';
import { baseOption, categoryAxis, tooltip } from '../chart-parts.ts';
import { type ChartContext, categoryLabel, isTimeColumn, labelOf, writeNumber } from '../chart-words.ts';
import type { Cell, WidgetData, WidgetDefinition } from '../contract.ts';
import { numberOf } from '../series.ts';
import { splitDimensions } from '../shelves.ts';
import { toMoment } from '../time-values.ts';
import { addsUp, placeOf, shareOf, strong, tipHtml, whereOf } from '../tip.ts';
import { schema } from './schema.ts';

export interface HeatTable {
  across: Cell[];
  down: Cell[];
  /** Place across, place down, amount. */
  cells: [number, number, number][];
  acrossIndex: number;
  downIndex: number;
}

export function toHeat(widget: WidgetDefinition, data: WidgetData): HeatTable {
  const split = splitDimensions(schema, widget.query);
  const acrossIndex = split.category[0] ?? 0;
  const downIndex = split.series[0] ?? 1;
  const measure = widget.query.dimensions.length;
  const values = (index: number) => {
    const all = [...new Set(data.rows.map((row) => row[index] ?? null))];
    const timed = isTimeColumn(data.columns[index]);
    return all.sort((a, b) => (timed ? (toMoment(a) ?? 0) - (toMoment(b) ?? 0) : compareValues(a, b)));
  };
  const across = values(acrossIndex);
  const down = values(downIndex);
  const acrossPlace = new Map(across.map((value, index) => [value, index]));
  const downPlace = new Map(down.map((value, index) => [value, index]));
  const cells = data.rows.flatMap((row): [number, number, number][] => {
    const amount = numberOf(row[measure]);
    if (amount === null) return [];
    return [[acrossPlace.get(row[acrossIndex] ?? null) ?? 0, downPlace.get(row[downIndex] ?? null) ?? 0, amount]];
  });
  return { across, down, cells, acrossIndex, downIndex };
}

export function toOption(widget: WidgetDefinition, data: WidgetData, context: ChartContext): Record<string, unknown> {
  const heat = toHeat(widget, data);
  const { dimensions } = widget.query;
  const column = data.columns[dimensions.length];
  const label = (value: Cell, index: number) =>
    categoryLabel(value, data.columns[index], dimensions[index]?.grain, context);
  const across = heat.across.map((value) => label(value, heat.acrossIndex));
  const down = heat.down.map((value) => label(value, heat.downIndex));
  const amounts = heat.cells.map(([, , amount]) => amount);
  const { say } = context.words;
  const total = addsUp(widget.query.measures[0]?.aggregation)
    ? amounts.reduce((sum, amount) => sum + Math.max(0, amount), 0)
    : 0;
  const low = Math.min(0, ...amounts);
  const high = Math.max(low + 1e-9, ...amounts);
  return {
    ...baseOption(context, widget.name),
    grid: {
      left: 0,
      right: SPACE[2],
      top: SPACE[1],
      bottom: SPACE[5],
      outerBoundsMode: 'same',
      outerBoundsContain: 'axisLabel',
    },
    tooltip: tooltip(context, 'item', ({ value: [x, y, amount] }: { value: [number, number, number] }) => {
      const places = [
        placeOf(widget, data, heat.acrossIndex, heat.across[x] ?? null),
        placeOf(widget, data, heat.downIndex, heat.down[y] ?? null),
      ];
      const value = strong(writeNumber(amount, column, context, 'exact'));
      const compared = shareOf(amount, total, column, context);
      return tipHtml(
        {
          head: say('tip.one', { measure: labelOf(column), where: whereOf(places, context), value }),
          notes: compared === undefined ? [] : [compared],
        },
        context,
      );
    }),
    xAxis: categoryAxis(context, across),
    yAxis: { ...categoryAxis(context, down), inverse: true },
    visualMap: {
      min: low,
      max: high,
      orient: 'horizontal',
      left: 'center',
      bottom: 0,
      itemHeight: SPACE[6] * 2,
      itemWidth: SPACE[1],
      calculable: false,
      inRange: { color: context.palette.scale },
      text: [writeNumber(high, column, context), writeNumber(low, column, context)],
      textStyle: { color: context.palette['text-muted'], fontSize: TEXT[0] },
    },
    series: [
      {
        id: 'heat',
        type: 'heatmap',
        data: heat.cells,
        itemStyle: { borderColor: context.palette.surface, borderWidth: 1, borderRadius: 2 },
        label: {
          show: widget.settings.labels === true,
          fontSize: TEXT[0],
          formatter: ({ value: cell }: { value: [number, number, number] }) => writeNumber(cell[2], column, context),
        },
      },
    ],
  };
}
