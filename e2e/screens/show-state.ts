/** Decides how a page is brought into a state: by its real answers, or by answers that are emptied, held back or refused on the way to it. */
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';

export type PageState = 'empty' | 'loading' | 'error' | 'full';

const SETTLED_MILLISECONDS = 30_000;
/** Skeletons come after 200 ms. */
const SKELETON_MILLISECONDS = 700;
/** Charts move to their values for half a second, and graphs are laid out once their data is there. */
const CHART_MILLISECONDS = 900;

export interface Wanted {
  state: PageState;
  /** Only the answers whose path begins so are changed; else all but those of the session. */
  scope?: string;
}

/** The page stands at `address` in `state`, as far as it can be told from outside. Throws when it does not come to rest. */
export async function showState(page: Page, address: string, { state, scope }: Wanted): Promise<void> {
  await page.evaluate(
    `sessionStorage.setItem('screens.state', '${state}'); sessionStorage.setItem('screens.scope', '${scope ?? '/api/'}')`,
  );
  await page.goto(address, { waitUntil: 'domcontentloaded' });
  await page.waitForSelector('.page', { timeout: SETTLED_MILLISECONDS });
  if (state === 'loading') {
    await sleep(SKELETON_MILLISECONDS);
    return;
  }
  if (state === 'error') await page.waitForSelector('[role="alert"]', { timeout: SETTLED_MILLISECONDS });
  await settle(page);
}

/** Waits until no skeleton and nothing that counts its seconds is in sight, and its charts have come to rest. */
export async function settle(page: Page): Promise<void> {
  const deadline = Date.now() + SETTLED_MILLISECONDS;
  while (!(await page.evaluate<boolean>(NOTHING_WAITS))) {
    if (Date.now() > deadline) throw new Error('something in sight is still waiting');
    await sleep(100);
  }
  await page.evaluate(QUIET);
  if ((await page.locator('canvas, .react-flow').count()) > 0) await sleep(CHART_MILLISECONDS);
  await page.evaluate(FINISH);
}

/** What lies further down asks only when somebody comes near. */
const NOTHING_WAITS = `[...document.querySelectorAll('.bone, .waiting')].every(
  (each) => each.getBoundingClientRect().top >= innerHeight)`;

/** Runs in the page: resolves when nothing has changed for a moment; what is live never rests, so not for ever. */
const QUIET = `new Promise((resolve) => {
  let timer = setTimeout(done, 200);
  const limit = setTimeout(done, 1200);
  const observer = new MutationObserver(() => { clearTimeout(timer); timer = setTimeout(done, 200); });
  observer.observe(document.body, { subtree: true, childList: true, characterData: true });
  function done() { clearTimeout(timer); clearTimeout(limit); observer.disconnect(); resolve(); }
})`;

/** Runs in the page: a tab that is not in front makes few steps, so what moves to another colour is led to its end; what it hands down moves after it. */
const FINISH = `(() => {
  const finite = () => document.getAnimations().filter((each) => Number.isFinite(each.effect?.getComputedTiming().endTime));
  for (let depth = 0; depth < 20 && finite().length > 0; depth++) for (const each of finite()) each.finish();
})()`;

const CHANGE = readFileSync(new URL('./change-answers.js', import.meta.url), 'utf8');

/** From now on what the page opens is in `language`, signed in by `session`, and changed as `showState` wants it. */
export async function prepare(page: Page, given: { language: 'en' | 'zh'; session: unknown }): Promise<void> {
  await page.addInitScript({ content: `globalThis.givenToScreens = ${JSON.stringify(given)};\n${CHANGE}` });
}
