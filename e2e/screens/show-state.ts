/** Decides how a page is brought into a state: by its real answers, or by answers that are emptied, held back or refused on the way. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page, Route } from 'playwright-core';

export type PageState = 'empty' | 'loading' | 'error' | 'full';

/** These decide who somebody is, and are never touched. */
const SESSION = /\/api\/(session|me)\b/;
const SETTLED_MILLISECONDS = 60_000;

export async function showState(page: Page, address: string, state: PageState): Promise<void> {
  if (state !== 'full') {
    await page.route(
      (url) => url.pathname.startsWith('/api/') && !SESSION.test(url.pathname),
      (route) => answer(route, state),
    );
  }
  await page.goto(address, { waitUntil: 'domcontentloaded' });
  await page.waitForSelector('.page', { timeout: SETTLED_MILLISECONDS });
  if (state === 'loading') {
    // Skeletons come after 200 ms.
    await sleep(900);
    return;
  }
  if (state === 'error') await page.waitForSelector('[role="alert"]', { timeout: SETTLED_MILLISECONDS });
  await page.waitForSelector('.bone', { state: 'detached', timeout: SETTLED_MILLISECONDS });
  // Charts grow and graphs are laid out once their data is there.
  await sleep(1_200);
}

async function answer(route: Route, state: Exclude<PageState, 'full'>): Promise<void> {
  if (state === 'loading') return;
  if (state === 'error') {
    await route.fulfill({
      status: 500,
      contentType: 'application/json',
      body: JSON.stringify({
        code: 'SERVICE_INTERNAL',
        message: 'the service failed in a way it did not expect',
        next: 'Look into the log of the service at this time; the error is there in full.',
        facts: {},
      }),
    });
    return;
  }
  if (route.request().method() !== 'GET' || route.request().url().includes('/api/live')) return route.continue();
  const real = await route.fetch();
  const text = await real.text();
  await route.fulfill({ response: real, body: JSON.stringify(emptied(JSON.parse(text))) });
}

/** Every list of the answer has nothing in it; what is not a list stays. */
function emptied(body: unknown): unknown {
  if (Array.isArray(body)) return [];
  if (typeof body !== 'object' || body === null) return body;
  const lists = Object.entries(body).filter(
    ([name, value]) => Array.isArray(value) && ['items', 'databases'].includes(name),
  );
  return {
    ...body,
    ...Object.fromEntries(lists.map(([name]) => [name, []])),
    ...('total' in body ? { total: 0 } : {}),
  };
}
