/** Decides how the pictures' browser is signed in: once by the one-time address, then by its cookie before each session ends. */
import type { Session } from '@rtdp/davinci-api/client';
import type { BrowserContext } from 'playwright-core';

/** A session that ends sooner than this, in milliseconds, is renewed first: a page may stand that long. */
const ENOUGH_MILLISECONDS = 240_000;

export interface SignedIn {
  current(): Promise<Session>;
  /** The JSON that the API answers to a path. */
  ask(path: string): Promise<unknown>;
}

export async function signIn(context: BrowserContext, address: URL): Promise<SignedIn> {
  const page = await context.newPage();
  await page.goto(address.href);
  await page.waitForSelector('.frame', { timeout: 60_000 });
  await page.close();
  let session = await renew();
  let renewing: Promise<Session> | undefined;
  const current = async () => {
    if (Date.parse(session.expiresAt) - Date.now() > ENOUGH_MILLISECONDS) return session;
    // A cookie that comes twice ends its session: two who ask wait for the same renewal.
    renewing ??= renew().finally(() => {
      renewing = undefined;
    });
    session = await renewing;
    return session;
  };
  return {
    current,
    async ask(path) {
      const { accessToken } = await current();
      const answer = await context.request.get(`${address.origin}${path}`, {
        headers: { authorization: `Bearer ${accessToken}` },
      });
      if (!answer.ok()) throw new Error(`${path} was answered with ${answer.status()}`);
      return answer.json();
    },
  };

  async function renew(): Promise<Session> {
    const answer = await context.request.post(`${address.origin}/api/session/refresh`);
    if (!answer.ok()) throw new Error(`the session was not renewed: ${answer.status()}`);
    return (await answer.json()) as Session;
  }
}
