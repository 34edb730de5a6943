/**
 * Makes the pictures of the README from the running demo: a short recording of the dashboard, and a screenshot of it in the dark theme.
 *
 *   node_modules/.bin/node e2e/recording/run.ts            starts a platform of its own, with the demo
 *   node_modules/.bin/node e2e/recording/run.ts ADDRESS    uses the one whose one-time address is given
 */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { createDavinciClient } from '@rtdp/davinci-api/client';
import { testBrowser } from '@rtdp/testing/browser';
import { type WholePlatform, wholePlatform } from '@rtdp/testing/whole-platform';
import type { Page } from 'playwright-core';
import { encodeGif } from './encode-gif.ts';

const PICTURES = fileURLToPath(new URL('../../docs/images/', import.meta.url));
const SIZE = { width: 1280, height: 800 };
/** Actions a second: as before the shop opened, so that no peak flattens its past. */
const RATE = 5;
const FILLING_MILLISECONDS = 60_000;
const FRAMES = 24;
const FRAME_MILLISECONDS = 300;
const WIDGETS = 10;

const given = process.argv[2];
const platform = given === undefined ? await wholePlatform({ demo: true, rate: RATE }) : undefined;
try {
  await using chromium = await testBrowser();
  const context = await chromium.browser.newContext({ viewport: SIZE, deviceScaleFactor: 1, colorScheme: 'light' });
  const page = await context.newPage();
  if (platform !== undefined) await sleep(FILLING_MILLISECONDS);
  await page.goto(given ?? (await addressOfDemo(platform!)));
  await untilPainted(page);
  await mkdir(PICTURES, { recursive: true });
  const frames: Buffer[] = [];
  for (let frame = 0; frame < FRAMES; frame++) {
    frames.push(await page.screenshot({ scale: 'css' }));
    await sleep(FRAME_MILLISECONDS);
  }
  await writeFile(join(PICTURES, 'dashboard.gif'), encodeGif(frames, FRAME_MILLISECONDS));
  await page.emulateMedia({ colorScheme: 'dark' });
  await sleep(1_500);
  await page.screenshot({ path: join(PICTURES, 'dashboard-dark.png') });
  console.log(`The pictures are in ${PICTURES}`);
} finally {
  await platform?.[Symbol.asyncDispose]();
}

async function addressOfDemo({ addresses, token, loginAddress }: WholePlatform): Promise<string> {
  const davinci = createDavinciClient({ baseUrl: addresses.services['davinci-api'].url, token });
  const live = (await davinci.dashboards.list()).find(({ name }) => name === 'Shop live');
  if (live === undefined) throw new Error('the demo has no dashboard Shop live');
  return loginAddress(`/dashboards/${live.id}`);
}

async function untilPainted(page: Page): Promise<void> {
  const shown = page.locator('[data-widget-id]:is([data-state="full"], [data-state="refreshing"])');
  const deadline = Date.now() + 60_000;
  while ((await shown.count()) < WIDGETS - 4) {
    if (Date.now() > deadline) throw new Error(`only ${await shown.count()} of ${WIDGETS} widgets are on the screen`);
    await sleep(100);
  }
  // The charts grow to their first values.
  await sleep(2_000);
}
