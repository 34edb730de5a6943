/** Decides how a page keeps what was chosen (tab, filters, selection) in the URL. */
import { useLocation, useMatch, useRouter } from '@tanstack/react-router';
import { useCallback } from 'react';

/** The query of the page's URL. */
export function useUrlQuery(): URLSearchParams {
  return new URLSearchParams(useLocation({ select: (location) => location.searchStr }));
}

/** Sets some values of the query (undefined or '' removes one); a step back undoes it when `push` is set. */
export function useSetUrlQuery(): (values: Record<string, string | undefined>, options?: { push?: boolean }) => void {
  const router = useRouter();
  return useCallback(
    (values, options) => {
      const url = new URL(window.location.href);
      for (const [name, value] of Object.entries(values)) {
        if (value === undefined || value === '') url.searchParams.delete(name);
        else url.searchParams.set(name, value);
      }
      const href = `${url.pathname}${url.search}${url.hash}`;
      if (options?.push) router.history.push(href);
      else router.history.replace(href);
    },
    [router],
  );
}

/** One value of the query as state: `const [tab, setTab] = useUrlState('tab', 'tables')`. */
export function useUrlState<T extends string = string>(
  name: string,
  otherwise: NoInfer<T>,
): [T, (value: T | undefined, options?: { push?: boolean }) => void] {
  const value = (useUrlQuery().get(name) as T | null) ?? otherwise;
  const setQuery = useSetUrlQuery();
  const set = useCallback(
    (next: T | undefined, options?: { push?: boolean }) =>
      setQuery({ [name]: next === otherwise ? undefined : next }, options),
    [name, otherwise, setQuery],
  );
  return [value, set];
}

/** One part of the path, decoded: on `/views/42`, `usePathName()` is '42'; undefined when there is none. */
export function usePathName(index = 1): string | undefined {
  // Of the page's own match: while another page is being loaded, the address is already that one's.
  const path = useMatch({ strict: false, select: (match) => match.pathname });
  const part = path.split('/').filter((each) => each !== '')[index];
  return part === undefined ? undefined : decodeURIComponent(part);
}
