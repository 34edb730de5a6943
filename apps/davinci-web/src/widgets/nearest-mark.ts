/** Decides which mark is meant where the pointer is beside all of them, in a chart whose tooltip tells of a whole place on its axis; pure. */
import type { Mark } from './picks.ts';

interface AxisOption {
  type?: string;
}

interface AxisChart {
  tooltip?: { trigger?: string };
  xAxis?: AxisOption;
  yAxis?: AxisOption;
  series?: readonly { data: readonly unknown[] }[];
}

/** `at` is the place in units of the axes: of an axis of names, the index of the name. Undefined where marks are told one by one. */
export function nearestMark(option: Record<string, unknown>, at: readonly [number, number]): Mark | undefined {
  const { tooltip, xAxis, yAxis, series } = option as AxisChart;
  const data = series?.[0]?.data;
  if (tooltip?.trigger !== 'axis' || data === undefined || data.length === 0) return undefined;
  const isAlong = yAxis?.type === 'category';
  if (isAlong || xAxis?.type === 'category') {
    const dataIndex = Math.round(isAlong ? at[1] : at[0]);
    return dataIndex >= 0 && dataIndex < data.length ? { seriesIndex: 0, dataIndex } : undefined;
  }
  const distance = (index: number) =>
    Math.abs(((data[index] as [number | null])[0] ?? Number.POSITIVE_INFINITY) - at[0]);
  const dataIndex = data.reduce<number>((best, _, index) => (distance(index) < distance(best) ? index : best), 0);
  return { seriesIndex: 0, dataIndex };
}
