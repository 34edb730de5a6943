/** Decides what points ask for: the query as it is, sorted so that a limit keeps the largest. */
import type { QueryParts } from '@rtdp/davinci-api/client';
import { plainQuery } from '../build-query.ts';
import { nameOf, type WidgetQuery } from '../contract.ts';

export function buildQuery(query: WidgetQuery): QueryParts {
  const parts = plainQuery(query);
  const measure = parts.measures[0];
  if (parts.sort.length > 0 || measure === undefined) return parts;
  return { ...parts, sort: [{ by: nameOf(measure), direction: 'desc', nulls: 'last' }] };
}
