/** Decides how a reader looks closer at a span of time: that span by the next finer grain, step by step and back; pure. */
import type { ColumnType, Grain, ViewModel } from '@rtdp/davinci-api/client';
import type { Filter, Pick, WidgetQuery } from '../../widgets/contract.ts';
import { markFilters } from './filters.ts';

/** A span that was chosen: a moment of a column at a grain. */
export interface DrillStep {
  column: string;
  grain: Grain;
  value: string;
}

/** Id of an item → the spans that it was looked at more closely by, the widest first. */
export type Drills = Readonly<Record<string, readonly DrillStep[]>>;

const FINER: Readonly<Partial<Record<Grain, Grain>>> = {
  year: 'month',
  quarter: 'month',
  month: 'day',
  week: 'day',
  day: 'hour',
  hour: 'minute',
};

/** Undefined where there is none: below a minute, and below a day of a date. */
export function finerGrain(grain: Grain | undefined, type: ColumnType | undefined): Grain | undefined {
  const finer = grain === undefined ? undefined : FINER[grain];
  return type === 'date' && (finer === 'hour' || finer === 'minute') ? undefined : finer;
}

/** What the URL holds under `closer`; what cannot be read is no step. */
export function readDrills(url: URLSearchParams): Drills {
  const text = url.get('closer');
  if (text === null) return {};
  try {
    const read = JSON.parse(text) as unknown;
    if (typeof read !== 'object' || read === null) return {};
    return Object.fromEntries(
      Object.entries(read).map(([item, steps]) => [item, Array.isArray(steps) ? steps.filter(isStep) : []]),
    );
  } catch {
    // A mistyped address looks at everything.
    return {};
  }
}

function isStep(value: unknown): value is DrillStep {
  if (typeof value !== 'object' || value === null) return false;
  const { column, grain, value: moment } = value as Partial<DrillStep>;
  return typeof column === 'string' && typeof moment === 'string' && typeof grain === 'string' && grain in FINER;
}

/** Undefined where nothing is looked at more closely. */
export function writeDrills(drills: Drills): string | undefined {
  const some = Object.entries(drills).filter(([, steps]) => steps.length > 0);
  return some.length === 0 ? undefined : JSON.stringify(Object.fromEntries(some));
}

export interface Drilled {
  query: WidgetQuery;
  /** What keeps the answer within the last span. */
  filters: Filter[];
  /** Those that fit the query: it may have been changed since. */
  steps: DrillStep[];
}

/** The query of a widget, looked at more closely. */
export function drilledQuery(query: WidgetQuery, steps: readonly DrillStep[], model: ViewModel['model']): Drilled {
  const drilled: Drilled = { query, filters: [], steps: [] };
  for (const step of steps) {
    const type = model.find(({ column }) => column === step.column)?.type;
    const finer = finerGrain(step.grain, type);
    const isStepped = ({ column, grain }: WidgetQuery['dimensions'][number]) =>
      column === step.column && grain === step.grain;
    if (finer === undefined || !drilled.query.dimensions.some(isStepped)) break;
    drilled.query = {
      ...drilled.query,
      dimensions: drilled.query.dimensions.map((each) => (isStepped(each) ? { ...each, grain: finer } : each)),
    };
    // The last span lies within those before it.
    drilled.filters = markFilters(step, type === 'instant');
    drilled.steps.push(step);
  }
  return drilled;
}

/** Where a mark leads: its moment, and the grain by which it is seen then; undefined for a mark without such a moment. */
export function stepOf(
  picks: readonly Pick[],
  model: ViewModel['model'],
): { step: DrillStep; finer: Grain } | undefined {
  for (const { column, value, grain } of picks) {
    const finer = finerGrain(grain, model.find((each) => each.column === column)?.type);
    if (grain !== undefined && finer !== undefined && typeof value === 'string') {
      return { step: { column, grain, value }, finer };
    }
  }
  return undefined;
}

/** The newest moments of an answer that can be looked at more closely; `rows` are in any order. */
export function newestSteps(
  query: WidgetQuery,
  rows: readonly (readonly unknown[])[],
  model: ViewModel['model'],
  most: number,
): { step: DrillStep; finer: Grain }[] {
  for (const [index, { column, grain }] of query.dimensions.entries()) {
    const moments = [...new Set(rows.map((row) => row[index]).filter((value) => typeof value === 'string'))];
    const found = moments.flatMap((value) => stepOf([{ column, value, ...(grain && { grain }) }], model) ?? []);
    if (found.length > 0) return found.sort((a, b) => (a.step.value < b.step.value ? 1 : -1)).slice(0, most);
  }
  return [];
}
