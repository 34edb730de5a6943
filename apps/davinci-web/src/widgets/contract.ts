/** Decides what a widget kind is: its shelves and settings, the query it asks, and how it shows the answer. */
import type { ColumnType, Freshness, QueryParts, QueryResult, VariableValue } from '@rtdp/davinci-api/client';

import type { ColourBook } from './colours.ts';

export type Cell = string | number | boolean | null;
export type QueryColumn = QueryResult['columns'][number];
export type Dimension = QueryParts['dimensions'][number];
export type Measure = QueryParts['measures'][number];
export type Filter = QueryParts['filters'][number];
/** A filter on a measure, after it is added up. */
export type Having = QueryParts['having'][number];
export type Values = Record<string, VariableValue>;

/** What is asked of the view, and which field lies on which shelf. */
export type WidgetQuery = QueryParts & {
  /** Names or aliases of the dimensions on the shelf `series`; the others lie on `category`. */
  series?: string[];
};

/** The part of a stored widget that says how it looks. */
export interface WidgetDefinition {
  kind: string;
  name: string;
  query: WidgetQuery;
  settings: Settings;
}

export type Settings = Readonly<Record<string, unknown>>;

export type ShelfName = 'category' | 'series' | 'values';

export interface Shelf {
  name: ShelfName;
  takes: 'dimension' | 'measure';
  /** The rule: the kind lights up when each shelf can have between `min` and `max` fields. */
  min: number;
  max: number;
  /** Only moments may lie here. */
  time?: boolean;
}

/** One setting of a kind; its words are `settings.<name>` and, for a choice, `settings.<name>_<choice>`. */
export type SettingField =
  | { name: string; type: 'choice'; choices: readonly string[]; default: string }
  | { name: string; type: 'boolean'; default: boolean }
  | { name: string; type: 'number'; default: number | null }
  | { name: string; type: 'rules'; default: null }
  | { name: string; type: 'lines'; default: null };

export interface WidgetSchema {
  kind: string;
  shelves: readonly Shelf[];
  settings: readonly SettingField[];
  /** Columns and rows on a dashboard at first, in units of its grid. */
  size: { w: number; h: number };
}

/** An answer of `/api/query`, as far as a widget draws it. */
export interface WidgetData {
  columns: readonly QueryColumn[];
  rows: readonly (readonly Cell[])[];
  truncated: boolean;
  /** Of the tables that it was read from, where that is known. */
  freshness?: readonly Freshness[];
  /** When it was asked for, in milliseconds since 1970, and with which filters and values, also those that are not the widget's own. */
  askedAt?: number;
  request?: {
    filters?: readonly { column: string; operator: Filter['operator']; values?: readonly unknown[] }[];
    /** Of the view's variables. */
    values?: Readonly<Record<string, unknown>>;
  };
}

/** A mark that was clicked: the values of its dimensions. */
export interface Pick {
  column: string;
  value: Cell;
  grain?: Dimension['grain'];
}

export interface WidgetViewProps {
  widget: WidgetDefinition;
  data: WidgetData;
  colours: ColourBook;
  /** Told when a mark is clicked; undefined where marks do nothing. */
  onPick?: ((picks: Pick[]) => void) | undefined;
  /** Told when a menu is asked for at a mark, and where in the window, in pixels. */
  onMenu?: ((picks: Pick[], at: { x: number; y: number }) => void) | undefined;
  /** The marks of this widget that filter the others. */
  chosen?: readonly Pick[];
  /** Takes what makes a picture of the widget, or undefined when it goes. */
  pictureRef?: ((take: (() => Promise<string>) | undefined) => void) | undefined;
}

/** What a kind needs to know of a view's columns to ask well. */
export type Model = readonly { column: string; type: ColumnType }[];

export const TIME_TYPES: readonly ColumnType[] = ['date', 'datetime', 'instant'];

/** The name that a field has in the answer. */
export function nameOf(field: Dimension | Measure): string {
  if (field.alias !== undefined) return field.alias;
  return 'aggregation' in field ? `${field.aggregation}(${field.column})` : field.column;
}
