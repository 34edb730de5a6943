/** Decides who is signed in: the access token in memory, renewed before it ends and when it is refused. */
import type { Me, RoleName, Session } from '@rtdp/davinci-api/client';
import { useSyncExternalStore } from 'react';
import { ApiError, api, provideTokens } from './client.ts';
import { queryClient } from './query-client.ts';
import { REFRESH_PATH, SESSION_MARK } from './sent-ahead.ts';

export type Role = RoleName;

let session: Session | undefined;
let refreshing: Promise<boolean> | undefined;
let restoring: Promise<void> | undefined;
let timer: ReturnType<typeof setTimeout> | undefined;
const listeners = new Set<() => void>();

/** How long before its end a token is renewed, in milliseconds. */
const RENEW_BEFORE = 60_000;

provideTokens({ current: () => session?.accessToken, refresh: refreshSession });

export function currentSession(): Session | undefined {
  return session;
}

export function useSession(): Session | undefined {
  return useSyncExternalStore((listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  }, currentSession);
}

/** Whether the signed-in user may do what `role` may. */
export function useMay(role: Role): boolean {
  const mine = useSession()?.user.role;
  return mine !== undefined && rank(mine) >= rank(role);
}

export function rank(role: Role): number {
  return ['viewer', 'editor', 'admin'].indexOf(role);
}

export async function signIn(email: string, password: string): Promise<void> {
  take(await api<Session>('/api/session', { body: { email, password }, authenticated: false }));
}

/** Signs in with the code of a login link. */
export async function signInByLink(code: string): Promise<void> {
  take(await api<Session>('/api/session/link', { body: { code }, authenticated: false }));
}

export async function signOut(): Promise<void> {
  await api<void>('/api/session', { method: 'DELETE' });
  take(undefined);
}

/** The user changed something of their own. */
export function updateUser(user: Me): void {
  if (session !== undefined) take({ ...session, user });
}

/** Continues the session of the cookie, once, if there is one; a server that is away is told by the first page that asks. */
export function restoreSession(): Promise<void> {
  restoring ??= restore();
  return restoring;
}

async function restore(): Promise<void> {
  // The cookie itself cannot be seen from here; this mark says whether asking is worth it.
  if (localStorage.getItem(SESSION_MARK) === null) return;
  await refreshSession();
}

/** Renews the token, once however many ask; false when there is no session any more. */
export function refreshSession(): Promise<boolean> {
  refreshing ??= renew().finally(() => {
    refreshing = undefined;
  });
  return refreshing;
}

async function renew(): Promise<boolean> {
  try {
    take(await api<Session>(REFRESH_PATH, { method: 'POST', authenticated: false }));
    return true;
  } catch (error) {
    if (error instanceof ApiError && error.status >= 400 && error.status < 500) take(undefined);
    else scheduleRenewal(5_000);
    return false;
  }
}

function take(next: Session | undefined): void {
  if (next === undefined) localStorage.removeItem(SESSION_MARK);
  else localStorage.setItem(SESSION_MARK, 'yes');
  // What one may see, the next one at this browser may not.
  const another = next?.user.id !== session?.user.id;
  session = next;
  if (another) queryClient.clear();
  clearTimeout(timer);
  if (next !== undefined) {
    scheduleRenewal(Math.max(5_000, Date.parse(next.expiresAt) - Date.now() - RENEW_BEFORE));
  }
  for (const listener of listeners) listener();
}

function scheduleRenewal(milliseconds: number): void {
  clearTimeout(timer);
  timer = setTimeout(() => void refreshSession(), milliseconds);
}
