/** Decides how answers of the API are kept in the browser: nothing is asked again by itself but what a page asks for. */
import { QueryClient } from '@tanstack/react-query';
import { ApiError } from './client.ts';

/** Whether a part of the platform was not there to answer: then asking once more may help. A question that took too long would again. */
export function isAbsence(error: unknown): boolean {
  if (!(error instanceof ApiError)) return false;
  return error.code === 'WEB_UNREACHABLE' || (error.status >= 500 && !error.code.endsWith('_TIMEOUT'));
}

function worthAnotherTry(failures: number, error: unknown): boolean {
  return failures < 2 && isAbsence(error);
}

export const queryClient = new QueryClient({
  defaultOptions: {
    // The browser's word that there is no network says nothing of a platform on this machine; where it is away, the failure says so.
    queries: {
      retry: worthAnotherTry,
      refetchOnWindowFocus: false,
      refetchOnReconnect: true,
      staleTime: 5_000,
      networkMode: 'always',
    },
    mutations: { retry: false, networkMode: 'always' },
  },
});
