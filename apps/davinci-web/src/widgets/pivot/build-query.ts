/** Decides what a pivot asks for: every cell of its rows and columns; the pivot itself sorts. */
import type { QueryParts } from '@rtdp/davinci-api/client';
import { plainQuery } from '../build-query.ts';
import { nameOf, type WidgetQuery } from '../contract.ts';

export function buildQuery(query: WidgetQuery): QueryParts {
  const parts = plainQuery(query);
  if (parts.sort.length > 0) return parts;
  return {
    ...parts,
    sort: parts.dimensions.map((each) => ({ by: nameOf(each), direction: 'asc' as const, nulls: 'last' as const })),
  };
}
