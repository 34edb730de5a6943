/**
 * Takes a picture of every page in every state, theme and language, and fails on what a person would stumble over:
 * a page wider than the window, words that are cut, raw keys instead of words, axe violations.
 *
 *   node e2e/screens/run.ts                    starts a platform of its own, with the demo
 *   node e2e/screens/run.ts ADDRESS [PAGE …]   uses the one whose one-time login address is given; only pages whose path begins so
 *
 * The pictures are in `e2e/screens/pictures/`, which is not kept.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { testBrowser } from '@rtdp/testing/browser';
import { wholePlatform } from '@rtdp/testing/whole-platform';
import type { Browser, BrowserContext } from 'playwright-core';
import { findings } from './findings.ts';
import { knownKeys } from './known-keys.ts';
import { type PageToSee, pagesToSee } from './pages-to-see.ts';
import { type PageState, showState } from './show-state.ts';

const PICTURES = fileURLToPath(new URL('./pictures/', import.meta.url));
const SIZE = { width: 1440, height: 900 };
const THEMES = ['light', 'dark'] as const;
const LANGUAGES = ['en', 'zh'] as const;

const [given, ...only] = process.argv.slice(2);
const platform = given === undefined ? await wholePlatform({ demo: true, rate: 5 }) : undefined;
let failures = 0;
try {
  await using chromium = await testBrowser();
  const address = new URL(given ?? (await platform!.loginAddress('/')));
  const signedIn = await signIn(chromium.browser, address);
  const pages = (await pagesToSee(signedIn, address.origin)).filter(
    ({ path }) => only.length === 0 || only.some((begin) => path.startsWith(begin)),
  );
  const keys = await knownKeys();
  await rm(PICTURES, { recursive: true, force: true });
  await mkdir(PICTURES, { recursive: true });
  for (const theme of THEMES) {
    for (const language of LANGUAGES) {
      await seeAll(signedIn, address.origin, pages, keys, { theme, language });
    }
  }
  console.log(`\n${failures === 0 ? 'Nothing to mend.' : `${failures} findings.`} The pictures are in ${PICTURES}`);
} finally {
  await platform?.[Symbol.asyncDispose]();
}
process.exit(failures === 0 ? 0 : 1);

async function signIn(browser: Browser, address: URL): Promise<BrowserContext> {
  const context = await browser.newContext({ viewport: SIZE });
  const page = await context.newPage();
  await page.goto(address.href);
  await page.waitForSelector('.frame', { timeout: 60_000 });
  await page.close();
  return context;
}

async function seeAll(
  context: BrowserContext,
  origin: string,
  pages: readonly PageToSee[],
  keys: ReadonlySet<string>,
  look: { theme: (typeof THEMES)[number]; language: (typeof LANGUAGES)[number] },
): Promise<void> {
  for (const { name, path, states } of pages) {
    for (const state of states) {
      const page = await context.newPage();
      await page.addInitScript(({ theme, language }) => {
        localStorage.setItem('davinci.theme', theme);
        localStorage.setItem('davinci.language', language);
      }, look);
      const label = `${name} ${state} ${look.theme} ${look.language}`;
      try {
        await showState(page, `${origin}${path}`, state satisfies PageState);
        await page.screenshot({ path: join(PICTURES, `${label.replaceAll(' ', '_')}.png`) });
        // The language changes no colour and no role: what axe finds in one it finds in the other.
        const found = await findings(page, keys, { withAxe: look.language === 'en' });
        report(label, found);
      } catch (error) {
        report(label, [`could not be shown: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}`]);
      } finally {
        await page.close();
      }
    }
  }
}

function report(label: string, found: readonly string[]): void {
  failures += found.length;
  console.log(`${found.length === 0 ? 'ok ' : 'BAD'} ${label}`);
  for (const finding of found) console.log(`      ${finding}`);
}
