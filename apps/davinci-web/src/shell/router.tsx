/** Decides which page a URL shows; everything but the login stands in the frame and needs a session. */
import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router';
import { Suspense } from 'react';
import { currentSession } from '../api/session.ts';
import { Frame } from './frame.tsx';
import { PAGES } from './pages.ts';
import { ErrorState, Loading, Missing } from './states.tsx';

const root = createRootRoute({
  component: () => (
    <Suspense fallback={<Loading shape="page" />}>
      <Outlet />
    </Suspense>
  ),
  notFoundComponent: () => <Missing />,
  errorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
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

const pages = PAGES.map(({ path, load }) =>
  createRoute({ getParentRoute: () => frame, path, component: lazyRouteComponent(load) }),
);

export const router = createRouter({
  routeTree: root.addChildren([login, frame.addChildren(pages)]),
  defaultPreload: 'intent',
  defaultPendingComponent: () => <Loading shape="page" />,
  defaultPendingMs: 200,
  defaultErrorComponent: ({ error, reset }) => <ErrorState error={error} onRetry={reset} />,
  defaultNotFoundComponent: () => <Missing />,
  scrollRestoration: false,
});
