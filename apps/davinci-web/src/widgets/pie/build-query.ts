/** Decides what a pie asks for: the largest slices first, whatever else was sorted by. */
import type { QueryParts } from '@rtdp/davinci-api/client';
import { plainQuery } from '../build-query.ts';
import { nameOf, type WidgetQuery } from '../contract.ts';

export function buildQuery(query: WidgetQuery): QueryParts {
  const parts = plainQuery(query);
  const measure = parts.measures[0];
  return measure === undefined
    ? parts
    : { ...parts, sort: [{ by: nameOf(measure), direction: 'desc', nulls: 'last' }] };
}
