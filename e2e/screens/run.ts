/**
 * Takes a picture of every page in every state, theme and language, and fails on what a person would stumble over:
 * a page wider than the window, words that are cut, raw keys instead of words, axe violations.
 *
 *   node e2e/screens/run.ts                    starts a platform of its own, with the demo
 *   node e2e/screens/run.ts ADDRESS …          uses the one whose one-time login address is given;
 *                                              then only the paths that begin so (/flows), and the looks that are named (dark-zh)
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
import { showState } from './show-state.ts';

const PICTURES = fileURLToPath(new URL('./pictures/', import.meta.url));
const SIZE = { width: 1440, height: 900 };
const LOOKS = ['light-en', 'dark-en', 'light-zh', 'dark-zh'] as const;
type Look = (typeof LOOKS)[number];

const [given, ...wanted] = process.argv.slice(2);
const only = wanted.filter((each) => each.startsWith('/'));
const named = LOOKS.filter((look) => wanted.includes(look));
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
  for (const look of named.length === 0 ? LOOKS : named) await seeAll(signedIn, address.origin, pages, keys, look);
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
  look: Look,
): Promise<void> {
  const [theme, language] = look.split('-') as ['light' | 'dark', 'en' | 'zh'];
  for (const { name, path, states } of pages) {
    for (const state of states) {
      const page = await context.newPage();
      await page.addInitScript(
        (chosen) => {
          localStorage.setItem('davinci.theme', chosen.theme);
          localStorage.setItem('davinci.language', chosen.language);
        },
        { theme, language },
      );
      const label = `${name} ${state} ${theme} ${language}`;
      try {
        await showState(page, `${origin}${path}`, state);
        await page.screenshot({ path: join(PICTURES, `${label.replaceAll(' ', '_')}.png`) });
        // The language changes no colour and no role: what axe finds in one it finds in the other.
        const found = await findings(page, keys, { withAxe: language === 'en' });
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
