/** Decides how a page reads from and writes to the API: one hook each, keyed by the path. */
import {
  type UseMutationResult,
  type UseQueryResult,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query';
import { type ApiError, type ApiRequest, api, type QueryValue } from './client.ts';

export interface ReadOptions<T = unknown> {
  query?: Record<string, QueryValue>;
  /** False keeps the question back, for example until a field is filled. */
  enabled?: boolean;
  /**
   * Ask again after so many milliseconds while the page is visible: only for states of operations, never for data of widgets.
   * What comes to an end decides by its last answer; undefined is never.
   */
  every?: number | ((answer: T | undefined) => number | undefined);
  /** Show the last answer while another one is on its way. */
  keep?: boolean;
}

/** Every list of the API has this shape. */
export interface List<T> {
  items: T[];
  total: number;
}

/** Reads `path`; cancelled for real when the page goes. */
export function useApi<T>(path: string, options: ReadOptions<T> = {}): UseQueryResult<T, ApiError> {
  const { every } = options;
  return useQuery<T, ApiError>({
    queryKey: keyOf(path, options.query),
    queryFn: ({ signal }) => api<T>(path, { signal, ...(options.query ? { query: options.query } : {}) }),
    enabled: options.enabled ?? true,
    ...(every === undefined
      ? {}
      : { refetchInterval: typeof every === 'number' ? every : ({ state }) => every(state.data) ?? false }),
    ...(options.keep ? { placeholderData: (previous) => previous } : {}),
  });
}

export function keyOf(path: string, query?: Record<string, QueryValue>): unknown[] {
  return query === undefined ? [path] : [path, query];
}

export interface Change {
  path: string;
  method: NonNullable<ApiRequest['method']>;
  body?: unknown;
}

/**
 * Changes something; afterwards every answer whose path begins with one of `touches` is asked for again.
 * `mutateAsync({path, method, body})` gives the answer or throws ApiError.
 */
export function useChange<T = unknown>(
  touches: readonly string[],
  options: {
    /** Changes under one name are sent one after the other: what was chosen last is what stays. */
    inOrder?: string;
  } = {},
): UseMutationResult<T, ApiError, Change> {
  const client = useQueryClient();
  return useMutation<T, ApiError, Change>({
    ...(options.inOrder === undefined ? {} : { scope: { id: options.inOrder } }),
    mutationFn: ({ path, method, body }) => api<T>(path, { method, ...(body === undefined ? {} : { body }) }),
    onSuccess: () =>
      client.invalidateQueries({
        predicate: ({ queryKey }) => touches.some((prefix) => String(queryKey[0]).startsWith(prefix)),
      }),
  });
}
