/** Lists every page: its path, the file that shows it, what it asks first, and who may open it. */
import type { ComponentType } from 'react';
import { type Role, rank } from '../api/session.ts';
import { askAhead } from '../features/dashboards/ask-ahead.ts';

export interface PageEntry {
  /** In the router's spelling: `/flows/$name`. */
  path: string;
  load: () => Promise<{ default: ComponentType }>;
  /** The files of its words: all that its parts use, as one that is missing hides the whole page until it has come. */
  words: readonly string[];
  /** Who may open it, and those above; everybody where it is left out. */
  role?: Role;
  /** Asks the API for what the page will ask first, by the `id` of its address and what follows it. */
  ahead?: (id: string, url: URLSearchParams, by: 'start' | 'router') => Promise<void>;
}

const WORDS_OF_SOURCES = ['console-sources', 'console-health', 'console-queries', 'console'];
const WORDS_OF_TOPICS = ['console-health', 'console-flows', 'console-sources', 'console'];

export const PAGES: readonly PageEntry[] = [
  { path: '/', load: () => import('../features/home/route.tsx'), words: ['home', 'console-health', 'console'] },
  {
    path: '/dashboards',
    load: () => import('../features/dashboards/route.tsx'),
    words: ['dashboards', 'widgets', 'console'],
  },
  {
    path: '/dashboards/$id',
    load: () => import('../features/dashboards/dashboard-page.tsx'),
    words: ['dashboards', 'widgets'],
    ahead: askAhead,
  },
  { path: '/widgets', load: () => import('../features/widgets/route.tsx'), words: ['workbench', 'widgets'] },
  {
    path: '/widgets/$id',
    load: () => import('../features/widgets/workbench-page.tsx'),
    words: ['workbench', 'widgets', 'dashboards', 'console'],
    role: 'editor',
  },
  { path: '/views', load: () => import('../features/views/route.tsx'), words: ['views', 'console'], role: 'editor' },
  {
    path: '/views/$id',
    load: () => import('../features/views/route.tsx'),
    words: ['views', 'console'],
    role: 'editor',
  },
  {
    path: '/data',
    load: () => import('../features/data/route.tsx'),
    words: ['console-data', 'console-queries', 'console'],
  },
  {
    path: '/data/$',
    load: () => import('../features/data/route.tsx'),
    words: ['console-data', 'console-queries', 'console'],
  },
  { path: '/sources', load: () => import('../features/sources/route.tsx'), words: WORDS_OF_SOURCES },
  {
    path: '/sources/$name',
    load: () => import('../features/sources/route.tsx'),
    words: WORDS_OF_SOURCES,
  },
  {
    path: '/flows',
    load: () => import('../features/flows/route.tsx'),
    words: ['console-flows', 'console-health', 'console'],
  },
  {
    path: '/flows/$name',
    load: () => import('../features/flows/route.tsx'),
    words: ['console-flows', 'console-health', 'console'],
  },
  { path: '/topics', load: () => import('../features/topics/route.tsx'), words: WORDS_OF_TOPICS },
  { path: '/topics/$name', load: () => import('../features/topics/route.tsx'), words: WORDS_OF_TOPICS },
  { path: '/queries', load: () => import('../features/queries/route.tsx'), words: ['console-queries', 'console'] },
  { path: '/queries/$id', load: () => import('../features/queries/route.tsx'), words: ['console-queries', 'console'] },
  { path: '/status', load: () => import('../features/health/route.tsx'), words: ['console-health', 'console'] },
  { path: '/account', load: () => import('../features/account/route.tsx'), words: ['account'] },
  { path: '/users', load: () => import('../features/users/route.tsx'), words: ['users', 'console'], role: 'admin' },
];

/** The parts of an address between its slashes; one at its end says nothing. */
export function partsOf(pathname: string): string[] {
  return pathname.replace(/(.)\/+$/, '$1').split('/');
}

/** The page that stands at an address; undefined where none does. */
export function pageAt(pathname: string): PageEntry | undefined {
  const parts = partsOf(pathname);
  const fits = ({ path }: PageEntry): boolean => {
    const wanted = path.split('/');
    return (
      wanted.length === parts.length &&
      wanted.every((part, index) => (part.startsWith('$') ? parts[index] !== '' : part === parts[index]))
    );
  };
  return PAGES.find(fits);
}

/** The role that an address needs and `mine` has not; undefined where it may be opened. */
export function missingRole(pathname: string, mine: Role): Role | undefined {
  const needed = pageAt(pathname)?.role;
  return needed === undefined || rank(mine) >= rank(needed) ? undefined : needed;
}
