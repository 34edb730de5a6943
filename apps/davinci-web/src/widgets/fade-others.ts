/** Decides how the chosen marks of a chart stand out: all its other marks fade, for as long as they are chosen; pure. */
import type { Pick } from './contract.ts';
import { isPickedBy, type Marks } from './picks.ts';

type Part = Record<string, unknown>;

export const FADED = 0.25;

/** In pixels, where points are small or not drawn. */
const CHOSEN_POINT = 10;

/** Where no mark of the answer is a chosen one, nothing fades. */
export function fadeOthers(option: Part, marks: Marks | undefined, chosen: readonly Pick[]): Part {
  if (marks === undefined || chosen.length === 0) return option;
  const series = option.series as (Part & { data: readonly unknown[] })[];
  const isChosen = series.map(({ data }, seriesIndex) =>
    data.map((_, dataIndex) => isPickedBy(marks.picks({ seriesIndex, dataIndex }), chosen)),
  );
  if (!isChosen.flat().includes(true)) return option;
  return {
    ...option,
    series: series.map((one, at) => {
      // What is no mark stays as it is.
      if (one.silent === true) return one;
      return one.type === 'line' ? fadeLine(one, isChosen[at]!) : fadeItems(one, isChosen[at]!);
    }),
  };
}

function fadeItems(one: Part & { data: readonly unknown[] }, isChosen: readonly boolean[]): Part {
  return {
    ...one,
    // The library dresses each mark alone only where it draws each alone.
    ...(one.large === true ? { large: false } : {}),
    // What they say can be read all the same.
    label: { ...(one.label as Part | undefined), opacity: 1 },
    data: one.data.map((item, at) => dressed(item, isChosen[at] ? {} : { opacity: FADED })),
  };
}

/** The points of a line are there for the pointer all the same. */
function fadeLine(one: Part & { data: readonly unknown[] }, isChosen: readonly boolean[]): Part {
  const others = one.showSymbol === true ? FADED : 0;
  const { opacity = 1 } = (one.areaStyle ?? {}) as { opacity?: number };
  return {
    ...one,
    lineStyle: { ...(one.lineStyle as Part | undefined), opacity: FADED },
    ...(one.areaStyle === undefined ? {} : { areaStyle: { opacity: opacity * FADED } }),
    showSymbol: true,
    showAllSymbol: true,
    // A chosen point is not left out of the shape of many.
    sampling: undefined,
    emphasis: { ...(one.emphasis as Part | undefined), itemStyle: { opacity: 1 } },
    data: one.data.map((item, at) =>
      isChosen[at]
        ? { ...dressed(item, { opacity: 1 }), symbol: 'circle', symbolSize: CHOSEN_POINT }
        : dressed(item, { opacity: others }),
    ),
  };
}

function dressed(item: unknown, itemStyle: Part): Part {
  const whole = typeof item === 'object' && item !== null && !Array.isArray(item) ? (item as Part) : { value: item };
  return { ...whole, itemStyle: { ...(whole.itemStyle as Part | undefined), ...itemStyle } };
}
