/** Decides how an answer becomes a pie: at most ten slices, the smallest added up to "others"; pure. */

import { SPACE, TEXT } from '../../shell/tokens.ts';
import { baseOption, coloursOf, legend, tooltip } from '../chart-parts.ts';
import { type ChartContext, categoryLabel, labelOf, writeNumber } from '../chart-words.ts';
import type { Cell, WidgetData, WidgetDefinition } from '../contract.ts';
import { MOST_SERIES, numberOf } from '../series.ts';
import { addsUp, placeOf, shareOf, strong, tipHtml, whereOf } from '../tip.ts';

export interface Slice {
  value: Cell;
  amount: number;
  others?: true;
}

/** Slices by size; values below zero have no slice. */
export function toSlices(data: WidgetData, aggregation: string | undefined): Slice[] {
  const slices = data.rows
    .map((row): Slice => ({ value: row[0] ?? null, amount: numberOf(row[1]) ?? 0 }))
    .filter((slice) => slice.amount > 0)
    .sort((a, b) => b.amount - a.amount);
  if (slices.length <= MOST_SERIES) return slices;
  const kept = slices.slice(0, MOST_SERIES - 1);
  if (!addsUp(aggregation)) return slices.slice(0, MOST_SERIES);
  const rest = slices.slice(MOST_SERIES - 1).reduce((sum, slice) => sum + slice.amount, 0);
  return [...kept, { value: null, amount: rest, others: true }];
}

export function toOption(widget: WidgetDefinition, data: WidgetData, context: ChartContext): Record<string, unknown> {
  const slices = toSlices(data, widget.query.measures[0]?.aggregation);
  const total = slices.reduce((sum, slice) => sum + slice.amount, 0);
  const dimension = widget.query.dimensions[0];
  const labels = slices.map((slice) =>
    slice.others ? context.words.others : categoryLabel(slice.value, data.columns[0], dimension?.grain, context),
  );
  const { say } = context.words;
  const colours = coloursOf(slices, dimension?.column ?? '', context);
  const share = (amount: number) =>
    writeNumber(total === 0 ? 0 : amount / total, { ...data.columns[1]!, format: 'percent' }, context);
  return {
    ...baseOption(context, widget.name),
    ...legend(context, widget.settings.labels === false ? labels : [], { orient: 'horizontal' }),
    tooltip: tooltip(context, 'item', ({ dataIndex }: { dataIndex: number }) => {
      const slice = slices[dataIndex];
      const amount = slice?.amount ?? null;
      const where = slice?.others
        ? say('tip.where', { name: context.words.others })
        : whereOf([placeOf(widget, data, 0, slice?.value ?? null)], context);
      const value = strong(writeNumber(amount, data.columns[1], context, 'exact'));
      const compared = shareOf(amount, total, data.columns[1], context);
      return tipHtml(
        {
          head: say('tip.one', { measure: labelOf(data.columns[1]), where, value }),
          notes: compared === undefined ? [] : [compared],
        },
        context,
      );
    }),
    series: [
      {
        id: 'pie',
        type: 'pie',
        radius: widget.settings.ring === false ? ['0%', '54%'] : ['36%', '54%'],
        center: ['50%', widget.settings.labels === false ? '56%' : '50%'],
        itemStyle: { borderColor: context.palette.surface, borderWidth: 2 },
        label: {
          show: widget.settings.labels !== false,
          color: context.palette['text-muted'],
          fontSize: TEXT[0],
          formatter: ({ dataIndex }: { dataIndex: number }) =>
            `${labels[dataIndex]}\n${share(slices[dataIndex]?.amount ?? 0)}`,
          overflow: 'truncate',
          edgeDistance: 0,
          bleedMargin: 0,
        },
        labelLine: { length: SPACE[0], length2: SPACE[0] },
        data: slices.map((slice, index) => ({
          name: labels[index],
          value: slice.amount,
          itemStyle: { color: colours[index] },
        })),
      },
    ],
  };
}
