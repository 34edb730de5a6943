/** Decides what a bar chart asks for: the largest bars first, or the newest where the bars stand in time. */
import type { QueryParts } from '@rtdp/davinci-api/client';
import { sortedQuery } from '../build-query.ts';
import type { Model, WidgetQuery } from '../contract.ts';
import { schema } from './schema.ts';

export function buildQuery(query: WidgetQuery, model: Model): QueryParts {
  return sortedQuery(schema, query, model);
}
