/** Decides how charts write numbers and labels, in the reader's language; pure. */
import type { Grain } from '@rtdp/davinci-api/client';
import { formatNumber, type NumberFormat, type NumberStyle, parseFormat } from '../shell/numbers.ts';
import type { Palette } from '../shell/tokens.ts';
import type { PictureColours } from './colours.ts';
import type { Cell, QueryColumn, WidgetData, WidgetDefinition } from './contract.ts';
import type { Series } from './series.ts';
import { formatAtGrain } from './time-values.ts';

/** What an option builder needs beside the data. */
export interface ChartContext {
  palette: Palette;
  language: string;
  colours: PictureColours;
  /** Words of the widgets. */
  words: ChartWords;
}

export interface ChartWords {
  others: string;
  none: string;
  /** For a text of no letters. */
  emptyText: string;
  /** Another sentence of the widgets, with what fills its holes. */
  say: (key: string, values?: Readonly<Record<string, string>>) => string;
}

export function labelOf(column: QueryColumn | undefined): string {
  return column === undefined ? '' : column.label || column.name;
}

export function formatOf(column: QueryColumn | undefined): NumberFormat {
  return parseFormat(column?.format);
}

/** Text that may be HTML's or not: nothing of it is markup. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (letter) => `&#${letter.charCodeAt(0)};`);
}

/** A value of a dimension as a label. */
export function categoryLabel(
  value: Cell,
  column: QueryColumn | undefined,
  grain: Grain | undefined,
  context: ChartContext,
): string {
  if (value === null) return context.words.none;
  if (value === '') return context.words.emptyText;
  if (grain !== undefined || isTimeColumn(column)) return formatAtGrain(value, grain, context.language);
  if (column?.modelType === 'number')
    return formatNumber(value as number | string, context.language, formatOf(column), 'exact');
  return String(value);
}

/** The labels of series: a dimension's value as it is read, a measure's name, or both where several measures meet a dimension. */
export function seriesLabels(
  table: { series: readonly Series[] },
  data: WidgetData,
  dimension: { index: number; grain: Grain | undefined } | undefined,
  context: ChartContext,
): string[] {
  const measures = new Set(table.series.map((one) => one.measure)).size;
  return table.series.map((one) => {
    const measure = labelOf(data.columns[one.measure]);
    if (one.others) return context.words.others;
    if (dimension === undefined) return measure;
    const value = categoryLabel(one.value, data.columns[dimension.index], dimension.grain, context);
    return measures > 1 ? `${value} · ${measure}` : value;
  });
}

/** What `seriesLabels` needs to know of the dimension that makes the series. */
export function dimensionOf(
  widget: WidgetDefinition,
  index: number | undefined,
): { index: number; grain: Grain | undefined } | undefined {
  return index === undefined ? undefined : { index, grain: widget.query.dimensions[index]?.grain };
}

export function isTimeColumn(column: QueryColumn | undefined): boolean {
  return column?.modelType === 'date' || column?.modelType === 'datetime' || column?.modelType === 'instant';
}

export function writeNumber(
  value: number | string | null | undefined,
  column: QueryColumn | undefined,
  context: ChartContext,
  style: NumberStyle = 'short',
): string {
  return value === null || value === undefined ? '–' : formatNumber(value, context.language, formatOf(column), style);
}
