/** Decides when a widget asks for its data, and that an older answer stays on the screen until the newer one is there. */
import type { QueryRequest, QueryResult } from '@rtdp/davinci-api/client';
import { keepPreviousData, queryOptions, type UseQueryResult, useQuery } from '@tanstack/react-query';
import { useRef } from 'react';
import { askTogether } from '../api/ask-together.ts';
import type { ApiError } from '../api/client.ts';
import { isAbsence } from '../api/query-client.ts';
import { viewerZone } from '../shell/numbers.ts';

export interface WidgetAnswer extends QueryResult {
  /** When it was asked for, by the clock of this computer, in milliseconds. */
  askedAt: number;
  /** The request, for the panel that shows it. */
  request: QueryRequest;
}

/** The first part of the key of every widget's answer. */
export const WIDGET_QUERY = '/api/query';

/** How long a widget waits before it asks a part of the platform again that was not there. */
const ABSENCE_MILLISECONDS = 2_000;

/** Asks, together with all that asks at the same moment; asked again only when the question or the view becomes another, or a commit says so. */
export function useWidgetData(
  request: QueryRequest | undefined,
  viewVersion: string | number | undefined,
): UseQueryResult<WidgetAnswer, ApiError> {
  return useQuery(widgetQuery(request, viewVersion));
}

/** Why there is no answer: while a question that failed is asked again, its failure stands, so that nothing flickers at each try. */
export function useStandingError(answer: UseQueryResult<WidgetAnswer, ApiError>): ApiError | null {
  const { data, error, errorUpdateCount } = answer;
  const last = useRef<ApiError>(null);
  last.current = error ?? (data === undefined && errorUpdateCount > 0 ? last.current : null);
  return last.current;
}

/** `viewVersion` is the one of the request's view (and of its source): the same question to another SQL is another question. */
export function widgetQuery(request: QueryRequest | undefined, viewVersion: string | number | undefined) {
  return queryOptions<WidgetAnswer, ApiError>({
    queryKey: [WIDGET_QUERY, request, viewVersion],
    enabled: request !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    placeholderData: keepPreviousData,
    // Only after a failure: the commit that it should have brought is told once.
    refetchInterval: ({ state }) => (state.status === 'error' && isAbsence(state.error) ? ABSENCE_MILLISECONDS : false),
    queryFn: async ({ signal }) => {
      const askedAt = Date.now();
      const body: QueryRequest = { timeZone: viewerZone(), ...request! };
      return { ...(await askTogether(body, signal)), askedAt, request: body };
    },
  });
}
