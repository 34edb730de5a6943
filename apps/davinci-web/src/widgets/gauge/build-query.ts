/** Decides what a gauge asks for: one row. */
import type { QueryParts } from '@rtdp/davinci-api/client';
import { plainQuery } from '../build-query.ts';
import type { WidgetQuery } from '../contract.ts';

export function buildQuery(query: WidgetQuery): QueryParts {
  return { ...plainQuery(query), dimensions: [], sort: [], limit: 1 };
}
