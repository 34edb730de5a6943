/** Opens a dashboard in a real browser and notes when a number stood on the screen: after the frame that shows it was painted. */
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'playwright-core';

/** All times are milliseconds since 1970, by the clock that the tests and the browser share. */
export interface PaintedNumber {
  number: number;
  paintedAt: number;
}

export interface AskedQuery {
  askedAt: number;
  answeredAt: number;
}

export interface WatchedPage extends AsyncDisposable {
  readonly page: Page;
  painted(): Promise<PaintedNumber[]>;
  queries(): Promise<AskedQuery[]>;
  /** Waits until a number of at least this is on the screen; tells when it was painted. */
  untilPainted(least: number, milliseconds: number): Promise<PaintedNumber>;
}

/** Runs in the page before anything of the application. */
const WATCH_NUMBERS = fileURLToPath(new URL('./watch-numbers.js', import.meta.url));

/** @param address signs in and leads to the dashboard */
export async function watchedPage(browser: Browser, address: string): Promise<WatchedPage> {
  // A number that counts up to its new value would be on the screen before it is right.
  const context = await browser.newContext({ reducedMotion: 'reduce', viewport: { width: 1400, height: 900 } });
  const page = await context.newPage();
  await page.addInitScript({ path: WATCH_NUMBERS });
  await page.goto(address);
  const painted = () => page.evaluate<PaintedNumber[]>('window.rtdpPainted');
  return {
    page,
    painted,
    queries: () => page.evaluate<AskedQuery[]>('window.rtdpQueries()'),
    async untilPainted(least, milliseconds) {
      const deadline = Date.now() + milliseconds;
      for (;;) {
        const found = (await painted()).find(({ number }) => number >= least);
        if (found !== undefined) return found;
        if (Date.now() > deadline) {
          const shown = await page.locator('body').textContent();
          throw new Error(`${least} was not on the screen after ${milliseconds} ms, but:\n${shown?.slice(0, 1_500)}`);
        }
        await sleep(20);
      }
    },
    [Symbol.asyncDispose]: () => context.close(),
  };
}
