/** Decides what the widgets of tests ask, what they are answered, and in which words they draw it: the sum of an amount, by any dimensions. */
import { LIGHT } from '../../shell/tokens.ts';
import type { ChartContext } from '../chart-words.ts';
import { createColourBook } from '../colours.ts';
import type { Cell, QueryColumn, WidgetData, WidgetDefinition } from '../contract.ts';

export const context: ChartContext = {
  palette: LIGHT,
  language: 'en',
  colours: createColourBook().open(),
  words: { others: 'Others', none: 'No value', emptyText: 'Empty text', say: (key) => key },
};

export function column(
  name: string,
  modelType: QueryColumn['modelType'],
  role: QueryColumn['role'] = 'dimension',
): QueryColumn {
  return { name, type: 'text', modelType, role, label: name.toUpperCase(), format: '' };
}

export const amount = column('sum(amount)', 'number', 'measure');

export function widget(kind: string, dimensions: string[], part: Partial<WidgetDefinition> = {}): WidgetDefinition {
  return {
    kind,
    name: kind,
    settings: {},
    query: {
      dimensions: dimensions.map((each) => ({ column: each })),
      measures: [{ column: 'amount', aggregation: 'sum' }],
      filters: [],
      having: [],
      sort: [],
      limit: 1_000,
    },
    ...part,
  };
}

export function data(columns: QueryColumn[], rows: Cell[][]): WidgetData {
  return { columns, rows, truncated: false };
}

export type Drawn = { id: string; name: string; data: unknown[]; color: string }[];
