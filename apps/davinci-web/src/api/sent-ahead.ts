/**
 * Decides how what was asked before the application was read is handed over to it: `ahead.ts` leaves the responses that it waits for, by their paths,
 * and whoever asks one of them first gets it.
 */

/** In the browser's storage: somebody signed in here and did not sign out. The cookie itself cannot be seen by a script. */
export const SESSION_MARK = 'davinci.session';

export const REFRESH_PATH = '/api/session/refresh';

declare global {
  var davinciSentAhead: Map<string, Promise<Response | undefined>> | undefined;
}

/** False once the application asks for itself: what is sent then would be sent twice. */
export function maySendAhead(): boolean {
  return globalThis.davinciSentAhead === undefined;
}

/** @param response undefined where it was not sent after all */
export function leaveSentAhead(path: string, response: Promise<Response | undefined>): void {
  globalThis.davinciSentAhead ??= new Map();
  globalThis.davinciSentAhead.set(
    path,
    // Whoever asks sends it again, and is told what is wrong.
    response.catch(() => undefined),
  );
}

/** The response to `path`, once; undefined, or resolved with it, where the request has to be sent now. Never rejects. */
export function takeSentAhead(path: string): Promise<Response | undefined> | undefined {
  globalThis.davinciSentAhead ??= new Map();
  const response = globalThis.davinciSentAhead.get(path);
  globalThis.davinciSentAhead.delete(path);
  return response;
}

export function bundlePath(dashboardId: string): string {
  return `/api/dashboards/${encodeURIComponent(dashboardId)}/bundle`;
}
