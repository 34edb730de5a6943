/** Decides what is asked for a widget: its own query, with a sort and a limit where it names none; pure. */
import type { QueryParts } from '@rtdp/davinci-api/client';
import { type Model, nameOf, type WidgetQuery, type WidgetSchema } from './contract.ts';
import { isTime, splitDimensions } from './shelves.ts';

/** The parts that the API takes; shelves are ours and stay here. */
export function plainQuery(query: WidgetQuery): QueryParts {
  return {
    dimensions: query.dimensions ?? [],
    measures: query.measures ?? [],
    filters: query.filters ?? [],
    having: query.having ?? [],
    sort: query.sort ?? [],
    limit: query.limit ?? 1_000,
  };
}

/**
 * Sorted by time, the newest first, so that a limit cuts off the oldest; without a time by the first measure, the
 * largest first, so that it cuts off the smallest.
 */
export function sortedQuery(schema: WidgetSchema, query: WidgetQuery, model: Model): QueryParts {
  const parts = plainQuery(query);
  if (parts.sort.length > 0) return parts;
  const { category } = splitDimensions(schema, query);
  const time = category.map((index) => parts.dimensions[index]!).find((dimension) => isTime(dimension, model));
  if (time !== undefined) return { ...parts, sort: [{ by: nameOf(time), direction: 'desc', nulls: 'last' }] };
  const measure = parts.measures[0];
  if (measure !== undefined && parts.dimensions.length > 0) {
    return { ...parts, sort: [{ by: nameOf(measure), direction: 'desc', nulls: 'last' }] };
  }
  return parts;
}
