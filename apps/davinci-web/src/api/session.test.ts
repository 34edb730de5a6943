/** Proves that nothing that was answered to one user is still there for the next. */
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { queryClient } from './query-client.ts';
import { refreshSession, signIn, signOut } from './session.ts';

/** Who the cookie of the browser belongs to at present, as the server sees it. */
let cookieOf: string | undefined;

beforeEach(() => {
  const kept = new Map<string, string>();
  vi.stubGlobal('localStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => kept.set(key, value),
    removeItem: (key: string) => kept.delete(key),
  });
  vi.stubGlobal('fetch', async (path: string, { method, body }: { method: string; body?: string }) => {
    if (method === 'DELETE') cookieOf = undefined;
    else if (path === '/api/session') cookieOf = (JSON.parse(body!) as { email: string }).email;
    if (method === 'DELETE') return new Response(null, { status: 204 });
    if (cookieOf === undefined) return Response.json({ code: 'DAVINCI_SESSION', message: 'over' }, { status: 401 });
    const expiresAt = new Date(Date.now() + 3_600_000).toISOString();
    return Response.json({ accessToken: 't', expiresAt, user: { id: cookieOf } });
  });
});

afterEach(async () => {
  await signOut();
  vi.unstubAllGlobals();
});

const answered = () => queryClient.getQueryData(['/api/query']);

test('the answers go with the user: refused, changed elsewhere, signed out; a renewal keeps them', async () => {
  await signIn('ann', '');
  queryClient.setQueryData(['/api/query'], 'seen by Ann');
  await refreshSession();
  expect(answered()).toBe('seen by Ann');

  // The session was ended elsewhere: the renewal is refused.
  cookieOf = undefined;
  await refreshSession();
  expect(answered()).toBeUndefined();

  // Somebody else signed in in another tab: the cookie is theirs.
  await signIn('ann', '');
  queryClient.setQueryData(['/api/query'], 'seen by Ann');
  cookieOf = 'bob';
  await refreshSession();
  expect(answered()).toBeUndefined();

  queryClient.setQueryData(['/api/query'], 'seen by Bob');
  await signOut();
  expect(answered()).toBeUndefined();
});
