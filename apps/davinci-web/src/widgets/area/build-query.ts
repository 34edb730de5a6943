/** Decides what an area chart asks for: the newest points first, so that a limit cuts off the oldest. */
import type { QueryParts } from '@rtdp/davinci-api/client';
import { sortedQuery } from '../build-query.ts';
import type { Model, WidgetQuery } from '../contract.ts';
import { schema } from './schema.ts';

export function buildQuery(query: WidgetQuery, model: Model): QueryParts {
  return sortedQuery(schema, query, model);
}
