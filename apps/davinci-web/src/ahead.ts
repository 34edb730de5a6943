/**
 * Sends what a page asks first as soon as its document is there: the renewal of the session and, where a dashboard is opened, its bundle. Reading
 * the application takes longer than both answers. Built into a small file by itself (see `vite.config.ts`), so it must import next to nothing.
 */
import type { Session } from '@rtdp/davinci-api/client';
import { bundlePath, leaveSentAhead, maySendAhead, REFRESH_PATH, SESSION_MARK } from './api/sent-ahead.ts';

const accept = 'application/json';

const { pathname } = window.location;

// A link to sign in brings a session of its own.
if (maySendAhead() && localStorage.getItem(SESSION_MARK) !== null && !pathname.startsWith('/login')) {
  const session = fetch(REFRESH_PATH, { method: 'POST', credentials: 'same-origin', headers: { accept } });
  leaveSentAhead(REFRESH_PATH, session);
  const id = /^\/dashboards\/([^/]+)\/?$/.exec(pathname)?.[1];
  if (id !== undefined) leaveSentAhead(bundlePath(id), askBundle(bundlePath(id), session));
}

async function askBundle(path: string, session: Promise<Response>): Promise<Response | undefined> {
  const response = await session;
  if (!response.ok) return undefined;
  const { accessToken } = (await response.clone().json()) as Session;
  return fetch(path, { credentials: 'same-origin', headers: { accept, authorization: `Bearer ${accessToken}` } });
}
