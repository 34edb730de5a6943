/** Decides how answers of the API are kept in the browser: nothing is asked again by itself but what a page asks for. */
import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './client.ts';

/** Whether asking once more may help: only when nobody answered. */
function worthAnotherTry(failures: number, error: unknown): boolean {
  return failures < 2 && error instanceof ApiError && (error.code === 'WEB_UNREACHABLE' || error.status === 503);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: { retry: worthAnotherTry, refetchOnWindowFocus: false, staleTime: 5_000 },
    mutations: { retry: false },
  },
});
