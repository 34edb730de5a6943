/** Decides how an answer becomes a pivot: its rows, columns and values, how each is written, and which totals mean something; pure. */
import { type ChartContext, categoryLabel, labelOf, writeNumber } from '../chart-words.ts';
import type { Cell, WidgetData, WidgetDefinition } from '../contract.ts';
import { numberOf } from '../series.ts';
import { splitDimensions } from '../shelves.ts';
import { schema } from './schema.ts';

export interface PivotConfig {
  fields: { rows: string[]; columns: string[]; values: string[]; valueInCols: true };
  meta: { field: string; name: string; formatter: (value: unknown) => string }[];
  data: Record<string, string | number | null>[];
  /** Totals are drawn only where all measures add up: sums and counts. */
  totals: boolean;
}

/** Stands for a text of no letters, also where it is copied: it is as wide as that. */
const EMPTY_TEXT = '\u200B';

/** A value of a dimension as the sheet knows it. The sheet takes null for "all": an empty text stands for no value. */
export function pivotText(value: Cell): string {
  return value === null ? '' : value === '' ? EMPTY_TEXT : String(value);
}

/** The opposite of `pivotText`, as far as it is written otherwise. */
function pivotValue(text: unknown): Cell {
  return text === '' ? null : text === EMPTY_TEXT ? '' : (text as Cell);
}

export function toPivot(widget: WidgetDefinition, data: WidgetData, context: ChartContext): PivotConfig {
  const split = splitDimensions(schema, widget.query);
  const count = widget.query.dimensions.length;
  const names = data.columns.map((_, index) => `c${index}`);
  const adds = widget.query.measures.every(({ aggregation }) => aggregation === 'sum' || aggregation === 'count');
  return {
    fields: {
      rows: split.category.map((index) => names[index] ?? ''),
      columns: split.series.map((index) => names[index] ?? ''),
      values: names.slice(count),
      valueInCols: true,
    },
    meta: data.columns.map((column, index) => ({
      field: names[index] ?? '',
      name: labelOf(column),
      formatter: (value) =>
        index < count
          ? categoryLabel(pivotValue(value), column, widget.query.dimensions[index]?.grain, context)
          : value === null || value === undefined
            ? '–'
            : writeNumber(value as number, column, context, 'cell'),
    })),
    data: data.rows.map((row) =>
      Object.fromEntries(
        names.map((name, index) => [name, index < count ? pivotText(row[index] ?? null) : numberOf(row[index])]),
      ),
    ),
    totals: adds && widget.settings.totals !== false,
  };
}
