/** Decides which page a URL shows; everything but the login stands in the frame and needs a session. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import i18next from 'i18next';
import { type ReactNode, Suspense } from 'react';
import { currentSession } from '../api/session.ts';
import { MissingPage } from './dead-ends.tsx';
import { Frame } from './frame.tsx';
import { PAGES } from './pages.ts';
import { ErrorState, Loading } from './states.tsx';

/** Nothing of the page stands. A file that did not come, or has another name since a change of the server, comes with the whole document alone. */
function Failed({ error }: { error: unknown }): ReactNode {
  return <ErrorState error={error} onRetry={() => window.location.reload()} />;
}

const root = createRootRoute({
  component: () => (
    <Suspense fallback={<Loading shape="page" />}>
      <Outlet />
    </Suspense>
  ),
  notFoundComponent: () => <MissingPage />,
  errorComponent: Failed,
});

const login = createRoute({
  getParentRoute: () => root,
  path: '/login',
  component: lazyRouteComponent(() => import('../features/login/route.tsx')),
});

const frame = createRoute({
  getParentRoute: () => root,
  id: 'frame',
  beforeLoad: ({ location }) => {
    if (currentSession() === undefined) throw redirect({ to: '/login', search: { from: location.href } as never });
  },
  component: Frame,
});

/** The page, and the `id` in its address, that was asked for ahead last. */
let askedFor = '';

const pages = PAGES.map(({ path, load, words, ahead }) =>
  createRoute({
    getParentRoute: () => frame,
    path,
    component: lazyRouteComponent(async () => (await Promise.all([load(), i18next.loadNamespaces(words)]))[0]),
    // Not waited for: the page shows by itself how it stands with its answers.
    ...(ahead === undefined
      ? {}
      : {
          loader: ({ params, location, cause }) => {
            // Neither for a link that is only pointed at, nor again for another filter on the same page.
            const { id = '' } = params as { id?: string };
            const asked = `${path} ${id}`;
            if (cause === 'preload' || (cause === 'stay' && asked === askedFor)) return;
            askedFor = asked;
            void ahead(id, new URLSearchParams(location.searchStr), 'router');
          },
        }),
  }),
);

/** Any other address: in the frame too, so that the menu leads on. */
const missing = createRoute({
  getParentRoute: () => frame,
  path: '$',
  component: MissingPage,
});

export const router = createRouter({
  routeTree: root.addChildren([login, frame.addChildren([...pages, missing])]),
  defaultPreload: 'intent',
  defaultPreloadStaleTime: 0,
  defaultPendingComponent: () => <Loading shape="page" />,
  defaultPendingMs: 200,
  defaultErrorComponent: Failed,
  defaultNotFoundComponent: () => <MissingPage />,
  scrollRestoration: false,
});
