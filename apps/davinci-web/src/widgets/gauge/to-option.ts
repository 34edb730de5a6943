/** Decides how one number becomes a gauge: against its goal (a second measure or a setting), else against a round number above it; pure. */

import { LENGTHS, SPACE, TEXT } from '../../shell/tokens.ts';
import { baseOption, tooltip } from '../chart-parts.ts';
import { type ChartContext, labelOf, writeNumber } from '../chart-words.ts';
import type { Cell, WidgetData, WidgetDefinition } from '../contract.ts';
import type { Option, Room } from '../fit-legend.ts';
import { numberOf } from '../series.ts';
import { strong, tipHtml, writePart } from '../tip.ts';

/** The next of 1, 2, 5, 10, 20, … that is not below `value`. */
export function roundAbove(value: number): number {
  if (!(value > 0)) return 1;
  const power = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map((step) => step * power).find((step) => step >= value) ?? 10 * power;
}

export function gaugeRange(
  widget: WidgetDefinition,
  data: WidgetData,
): { value: number | null; low: number; high: number } {
  const value = numberOf(data.rows[0]?.[0]);
  const low = numberOf(widget.settings.minimum as never) ?? 0;
  const goal = numberOf(widget.settings.maximum as never) ?? numberOf(data.rows[0]?.[1]);
  const high = goal !== null && goal > low ? goal : roundAbove(value ?? 1);
  return { value, low, high };
}

interface Limit {
  value: number;
  colour: string;
  words: 'tip.warnFrom' | 'tip.badFrom';
}

/** From which values on it is late or bad, ascending. */
function limitsOf({ settings }: WidgetDefinition, { palette }: ChartContext): Limit[] {
  const warnAt = numberOf(settings.warnAt as Cell);
  const badAt = numberOf(settings.badAt as Cell);
  const limits: Limit[] = [];
  // What is bad already is not late any more.
  if (warnAt !== null && (badAt === null || warnAt < badAt))
    limits.push({ value: warnAt, colour: palette.late, words: 'tip.warnFrom' });
  if (badAt !== null) limits.push({ value: badAt, colour: palette.broken, words: 'tip.badFrom' });
  return limits;
}

const START = 200;
const END = -20;
const SHAPE = { type: 'gauge', startAngle: START, endAngle: END, anchor: { show: false }, pointer: { show: false } };
const NO_SCALE = { axisTick: { show: false }, splitLine: { show: false }, axisLabel: { show: false } };

export function toOption(widget: WidgetDefinition, data: WidgetData, context: ChartContext): Record<string, unknown> {
  const { value, low, high } = gaugeRange(widget, data);
  const column = data.columns[0];
  const { palette } = context;
  const { say } = context.words;
  const limits = limitsOf(widget, context);
  const reached = limits.filter((limit) => value !== null && value >= limit.value).at(-1);
  const inside = limits.filter((limit) => limit.value > low && limit.value < high);
  /** A limit at the beginning, or before it, has been reached there. */
  const colourAtLow = limits.findLast((limit) => limit.value <= low)?.colour ?? palette['line-strong'];
  const partOf = (at: number) => (at - low) / (high - low);
  /** A place on the circle, as parts of the radius. */
  const placeAt = (at: number, distance: number): [number, number] => {
    const angle = ((START + (END - START) * partOf(at)) * Math.PI) / 180;
    return [Math.cos(angle) * distance, -Math.sin(angle) * distance];
  };
  const marks = [
    ...inside.map((limit) => ({ at: limit.value, isLimit: true, place: placeAt(limit.value, 1) })),
    { at: low, isLimit: false, place: placeAt(low, 1) },
    { at: high, isLimit: false, place: placeAt(high, 1) },
  ];
  return {
    ...baseOption(context, widget.name),
    tooltip: tooltip(context, 'item', () => {
      const part = value === null || high === 0 ? undefined : writePart(value / high, column, context);
      const goal = writeNumber(high, column, context, 'exact');
      const notes = limits.map((limit) =>
        say(limit.words, { value: writeNumber(limit.value, column, context, 'exact') }),
      );
      return tipHtml(
        {
          head: say('tip.alone', {
            measure: labelOf(column),
            value: strong(writeNumber(value, column, context, 'exact')),
          }),
          notes: [...(part === undefined ? [] : [say('tip.goal', { part, goal })]), ...notes],
        },
        context,
      );
    }),
    series: [
      {
        ...SHAPE,
        ...NO_SCALE,
        id: 'gauge',
        min: low,
        max: high,
        progress: {
          show: true,
          width: SPACE[3],
          roundCap: true,
          itemStyle: { color: reached?.colour ?? palette.accent },
        },
        axisLine: { roundCap: true, lineStyle: { width: SPACE[3], color: [[1, palette.raised]] } },
        title: { show: true, color: palette['text-muted'], fontSize: TEXT[0] },
        detail: {
          offsetCenter: [0, '2%'],
          fontSize: TEXT[4],
          fontWeight: 600,
          color: palette.text,
          valueAnimation: true,
          formatter: (shown: number) => (value === null ? '–' : writeNumber(shown, column, context)),
        },
        data: [{ value: value ?? low, name: labelOf(column) }],
        itemStyle: { borderWidth: LENGTHS.line },
      },
      {
        // Around it, which part is late and which is bad, and what the ends and the limits are.
        ...SHAPE,
        ...NO_SCALE,
        id: 'limits',
        silent: true,
        min: low,
        max: high,
        progress: { show: false },
        axisLine: {
          lineStyle: {
            width: SPACE[0],
            color: inside
              .map((limit, index): [number, string] => [partOf(limit.value), inside[index - 1]?.colour ?? colourAtLow])
              .concat([[1, inside.at(-1)?.colour ?? colourAtLow]]),
          },
        },
        detail: { show: false },
        title: { show: true, color: palette['text-muted'], fontSize: TEXT[0] },
        data: marks.map(({ at, isLimit, place }) => ({
          value: at,
          name: writeNumber(at, column, context, 'axis'),
          isLimit,
          place,
        })),
      },
    ],
  };
}

interface Gauge extends Option {
  title: Option;
  detail: Option;
  data: readonly (Option & { name: string; isLimit: boolean; place: [number, number] })[];
}

/** The smallest radius around which limits are written, in pixels. */
const LEAST_WRITTEN = SPACE[6];
/** Between the ring of the number and that of the limits. */
const BETWEEN = SPACE[0];

/** As large as there is room, with its limits written around it where there is room for that as well. */
export function fitGauge(option: Option, { width, height, measure }: Room): Option {
  const [gauge, limits] = option.series as [Gauge, Gauge];
  const outside = (name: string) => measure(name) / 2 + SPACE[1];
  const marked = limits.data.filter(({ isLimit }) => isLimit);
  const top = marked.length > 0 ? TEXT[0] + SPACE[0] : 0;
  const bottom = TEXT[0] + SPACE[1];
  const down = 1 + Math.sin((-END * Math.PI) / 180);
  const written = Math.min(
    width / 2,
    (height - top - bottom) / down,
    // What is written beside the ring ends at the edge.
    ...marked.map(({ name, place: [x] }) => (width - measure(name)) / 2 / Math.abs(x) - outside(name)),
  );
  const isWritten = written >= LEAST_WRITTEN;
  const radius = Math.max(SPACE[3], isWritten ? written : Math.min(width / 2, (height - SPACE[1]) / down));
  const [over, below] = isWritten ? [top, bottom] : [0, 0];
  const center = [width / 2, Math.max(0, height - over - below - radius * down) / 2 + over + radius];
  const inner = radius - SPACE[0] - BETWEEN;
  const size = Math.min(TEXT.toReversed().find((each) => each <= inner / 3) ?? TEXT[0], TEXT[4]);
  // As near as two lines of one text, nearer where the gauge is too small for that.
  const nameBelow = Math.min(size / 2 + TEXT[0] / 2 + SPACE[1], inner * 0.32);
  return {
    ...option,
    series: [
      {
        ...gauge,
        center,
        radius: inner,
        title: { ...gauge.title, show: inner >= LEAST_WRITTEN, offsetCenter: [0, nameBelow] },
        detail: { ...gauge.detail, fontSize: size },
      },
      {
        ...limits,
        center,
        radius,
        data: limits.data.map(({ place: [x, y], isLimit, ...each }) => ({
          ...each,
          title: {
            show: isWritten,
            // A limit stands outside of the ring, an end below it.
            offsetCenter: isLimit
              ? [x * (radius + outside(each.name)), y * (radius + TEXT[0] / 2 + SPACE[0] / 2)]
              : [x * (radius - SPACE[2]), y * radius + TEXT[0] / 2 + SPACE[1]],
          },
        })),
      },
    ],
  };
}
