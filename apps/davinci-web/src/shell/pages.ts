/** Lists every page: its path, the file that shows it, and what it asks first. */
import type { ComponentType } from 'react';

export interface PageEntry {
  /** In the router's spelling: `/flows/$name`. */
  path: string;
  load: () => Promise<{ default: ComponentType }>;
  /** Asks the API for what the page will ask first, by the `id` of its address and what follows it. */
  ahead?: () => Promise<{ askAhead: (id: string, url: URLSearchParams, by: 'start' | 'router') => Promise<void> }>;
}

export const PAGES: readonly PageEntry[] = [
  { path: '/', load: () => import('../features/home/route.tsx') },
  { path: '/dashboards', load: () => import('../features/dashboards/route.tsx') },
  {
    path: '/dashboards/$id',
    load: () => import('../features/dashboards/dashboard-page.tsx'),
    ahead: () => import('../features/dashboards/ask-ahead.ts'),
  },
  { path: '/widgets', load: () => import('../features/widgets/route.tsx') },
  { path: '/widgets/$id', load: () => import('../features/widgets/workbench-page.tsx') },
  { path: '/views', load: () => import('../features/views/route.tsx') },
  { path: '/views/$id', load: () => import('../features/views/route.tsx') },
  { path: '/data', load: () => import('../features/data/route.tsx') },
  { path: '/data/$', load: () => import('../features/data/route.tsx') },
  { path: '/sources', load: () => import('../features/sources/route.tsx') },
  { path: '/sources/$name', load: () => import('../features/sources/route.tsx') },
  { path: '/flows', load: () => import('../features/flows/route.tsx') },
  { path: '/flows/$name', load: () => import('../features/flows/route.tsx') },
  { path: '/topics', load: () => import('../features/topics/route.tsx') },
  { path: '/topics/$name', load: () => import('../features/topics/route.tsx') },
  { path: '/queries', load: () => import('../features/queries/route.tsx') },
  { path: '/queries/$id', load: () => import('../features/queries/route.tsx') },
  { path: '/status', load: () => import('../features/health/route.tsx') },
  { path: '/account', load: () => import('../features/account/route.tsx') },
  { path: '/users', load: () => import('../features/users/route.tsx') },
];

/** The page that stands at an address; undefined where none does. */
export function pageAt(pathname: string): PageEntry | undefined {
  const parts = pathname.split('/');
  const fits = ({ path }: PageEntry): boolean => {
    const wanted = path.split('/');
    return (
      wanted.length === parts.length && wanted.every((part, index) => part.startsWith('$') || part === parts[index])
    );
  };
  return PAGES.find(fits);
}
