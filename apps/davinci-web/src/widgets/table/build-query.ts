/** Decides what a table asks for: its own sort, else the newest or the largest rows first. */
import type { QueryParts } from '@rtdp/davinci-api/client';
import { sortedQuery } from '../build-query.ts';
import type { Model, WidgetQuery } from '../contract.ts';
import { schema } from './schema.ts';

export function buildQuery(query: WidgetQuery, model: Model): QueryParts {
  return sortedQuery(schema, query, model);
}
