/** Decides how an answer becomes a pie: at most ten slices, the smallest added up to "others"; pure. */

import { LENGTHS, SPACE, TEXT } from '../../shell/tokens.ts';
import { baseOption, coloursOf, legend, tooltip } from '../chart-parts.ts';
import { type ChartContext, categoryLabel, labelOf, writeNumber } from '../chart-words.ts';
import type { Cell, WidgetData, WidgetDefinition } from '../contract.ts';
import { fitLegend, heightOfRows, type LegendPart, legendIn, type Option, type Room } from '../fit-legend.ts';
import { MOST_SERIES, numberOf } from '../series.ts';
import { addsUp, placeOf, shareOf, strong, tipHtml, whereOf } from '../tip.ts';

export interface Slice {
  value: Cell;
  amount: number;
  others?: true;
}

/** Any outer radius; the room decides. */
const WHOLE = 100;
/** The inner radius of a ring, as a part of the outer one. */
const HOLE = 0.66;
/** The smallest radius that is worth its labels. */
const LEAST_RADIUS = SPACE[6] - SPACE[1];
/** From the ring outwards, so long that a label below it does not lie on it. */
const LINE = SPACE[3];
const TO_LABEL = LINE + 2 * SPACE[0];
/** The tails of g, p and y stand clear of the line below. */
const LINE_HEIGHT = TEXT[3];
/** Two lines of a label with the room between it and the next. */
const LABEL_HEIGHT = 2 * LINE_HEIGHT + SPACE[0];
const LONGEST_LABEL = LENGTHS['rail-narrow'] * 2;

/** Beside the ring stand its labels where there is room for them; else the legend over it tells the same. */
export function fitPie(option: Option, room: Room): Option {
  const [pie] = option.series as [Pie];
  const { width, height } = room;
  const texts = pie.data.flatMap((_, dataIndex) => pie.label.formatter({ dataIndex }).split('\n'));
  const longest = Math.min(LONGEST_LABEL, Math.max(0, ...texts.map(room.measure)));
  const beside = Math.min(height / 2 - LABEL_HEIGHT / 2, width / 2 - TO_LABEL - longest);
  const isHigh = Math.ceil(pie.data.length / 2) * LABEL_HEIGHT <= height;
  const hasLabels = pie.label.show && isHigh && beside >= LEAST_RADIUS;
  const names = option.legend as LegendPart | undefined;
  const isBare = hasLabels || names === undefined || height < 2 * LEAST_RADIUS + heightOfRows(1);
  // Where there is little room, names alone: how much it is, the tooltip says.
  const short = width < LENGTHS['rail-width'] && names !== undefined ? { ...names, formatter: null } : names;
  const over = isBare ? 0 : heightOfRows(legendIn(short!, room).rows);
  const radius = hasLabels ? Math.min(beside, LARGEST * (height / 2)) : Math.min(width, height - over) / 2 - SPACE[1];
  const outer = Math.max(SPACE[2], radius);
  return {
    ...(isBare ? { ...option, legend: undefined } : fitLegend({ ...option, legend: short }, room)),
    series: [
      {
        ...pie,
        radius: [pie.radius[0] === 0 ? 0 : outer * HOLE, outer],
        center: [width / 2, over + (height - over) / 2],
        label: { ...pie.label, show: hasLabels },
        labelLine: { ...pie.labelLine, show: hasLabels },
      },
    ],
  };
}

/** A ring with labels, as a part of the height. */
const LARGEST = 0.8;

interface Pie extends Option {
  data: readonly unknown[];
  radius: readonly [number, number];
  label: Option & { show: boolean; formatter: (at: { dataIndex: number }) => string };
  labelLine: Option;
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
    ...legend(context, labels, {
      formatter: (name: string) => `${name} ${share(slices[labels.indexOf(name)]?.amount ?? 0)}`,
    }),
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
        radius: widget.settings.ring === false ? [0, WHOLE] : [HOLE * WHOLE, WHOLE],
        itemStyle: { borderColor: context.palette.surface, borderWidth: 2 },
        label: {
          show: widget.settings.labels !== false,
          color: context.palette['text-muted'],
          fontSize: TEXT[0],
          lineHeight: LINE_HEIGHT,
          formatter: ({ dataIndex }: { dataIndex: number }) =>
            `${labels[dataIndex]}\n${share(slices[dataIndex]?.amount ?? 0)}`,
          overflow: 'truncate',
          edgeDistance: 0,
          bleedMargin: 0,
          distanceToLabelLine: SPACE[0],
        },
        labelLine: { length: LINE, length2: SPACE[0] },
        data: slices.map((slice, index) => ({
          name: labels[index],
          value: slice.amount,
          itemStyle: { color: colours[index] },
        })),
      },
    ],
  };
}
