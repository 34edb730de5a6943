/** Decides what a scorecard asks for: its number, or the newest moments of its trend. */
import type { QueryParts } from '@rtdp/davinci-api/client';
import { plainQuery } from '../build-query.ts';
import { nameOf, type WidgetQuery } from '../contract.ts';

export function buildQuery(query: WidgetQuery): QueryParts {
  const parts = plainQuery(query);
  const time = parts.dimensions[0];
  if (time === undefined) return { ...parts, sort: [], limit: 1 };
  return { ...parts, sort: [{ by: nameOf(time), direction: 'desc', nulls: 'last' }] };
}
