/**
 * Takes a picture of every page in every state, theme and language, and fails on what a person would stumble over:
 * a page wider than the window, words that are cut, raw keys instead of words, axe violations.
 *
 *   node_modules/.bin/node e2e/screens/run.ts                    starts a platform of its own, with the demo
 *   node_modules/.bin/node e2e/screens/run.ts ADDRESS WORDS…     uses the one whose one-time login address is given; of the words,
 *                                                                /flows takes only paths that begin so, phone- only names that begin so,
 *                                                                dark-zh only that look, loading only that state, no-axe leaves axe out
 *
 * The pictures are in `e2e/screens/pictures/`, which is not kept; `index.html` there shows them all.
 */
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { createDavinciClient } from '@rtdp/davinci-api/client';
import { testBrowser } from '@rtdp/testing/browser';
import { wholePlatform } from '@rtdp/testing/whole-platform';
import type { BrowserContext } from 'playwright-core';
import { type Shot, writeSheets } from './contact-sheet.ts';
import { findings } from './findings.ts';
import { knownKeys } from './known-keys.ts';
import { ownObjects } from './own-objects.ts';
import { type PageToSee, pagesToSee } from './pages-to-see.ts';
import { scenes } from './scenes.ts';
import { type PageState, prepare, settle, showState } from './show-state.ts';
import { signIn } from './sign-in.ts';

const PICTURES = fileURLToPath(new URL('./pictures/', import.meta.url));
const SIZE = { width: 1440, height: 900 };
const LANGUAGES = ['en', 'zh'] as const;
const THEMES = ['light', 'dark'] as const;
const STATES: readonly PageState[] = ['empty', 'loading', 'error', 'full'];

const [given, ...words] = process.argv.slice(2);
const looks = THEMES.flatMap((theme) => LANGUAGES.map((language) => `${theme}-${language}`));
const wantedLooks = looks.filter((look) => words.includes(look));
const wantedStates = STATES.filter((state) => words.includes(state));
const withAxe = !words.includes('no-axe');
const begins = words.filter((word) => ![...looks, ...STATES, 'no-axe'].includes(word));

const began = Date.now();
const platform = given === undefined ? await wholePlatform({ demo: true, rate: 5 }) : undefined;
const shots: Shot[] = [];
try {
  await using chromium = await testBrowser();
  const address = new URL(given ?? (await platform!.loginAddress('/')));
  const context = await chromium.browser.newContext({ viewport: SIZE, reducedMotion: 'reduce' });
  const session = await signIn(context, address);
  const { origin } = address;
  const client = async () => createDavinciClient({ baseUrl: origin, token: (await session.current()).accessToken });
  await using own = await ownObjects(client);
  const pages = await pagesToSee(session.ask);
  const wanted = [...pages, ...scenes(own, pages)].filter(
    ({ name, path }) =>
      begins.length === 0 || begins.some((begin) => (begin.startsWith('/') ? path : name).startsWith(begin)),
  );
  const keys = await knownKeys();
  // A run of a part leaves the pictures of the others.
  if (words.length === 0) await rm(PICTURES, { recursive: true, force: true });
  await mkdir(join(PICTURES, 'sheets'), { recursive: true });
  // One tab for each language, side by side: the two do not share what they show.
  await Promise.all(
    LANGUAGES.filter((language) => wantedLooks.length === 0 || wantedLooks.some((look) => look.endsWith(language))).map(
      (language) => seeAll({ context, session, origin, pages: wanted, keys, language }),
    ),
  );
  shots.sort((a, b) => order(a) - order(b));
  await writeSheets(chromium.browser, PICTURES, shots);
} finally {
  await platform?.[Symbol.asyncDispose]();
}
const count = shots.reduce((sum, each) => sum + each.findings.length, 0);
console.log(
  `\n${shots.length} pictures in ${Math.round((Date.now() - began) / 1000)} s. ${count === 0 ? 'Nothing to mend.' : `${count} findings.`} Open ${PICTURES}index.html`,
);
process.exit(count === 0 ? 0 : 1);

function order({ state, look }: Shot): number {
  return STATES.indexOf(state as PageState) * looks.length + looks.indexOf(look);
}

async function seeAll(see: {
  context: BrowserContext;
  session: Awaited<ReturnType<typeof signIn>>;
  origin: string;
  pages: readonly PageToSee[];
  keys: ReadonlySet<string>;
  language: 'en' | 'zh';
}): Promise<void> {
  const { context, session, origin, pages, keys, language } = see;
  for (const { name, path, states, scope, size, act } of pages) {
    const page = await context.newPage().catch(() => undefined);
    if (page === undefined) {
      report({
        name,
        state: 'full',
        look: `light-${language}`,
        file: '',
        findings: ['the browser opened no tab for it'],
      });
      continue;
    }
    page.setDefaultTimeout(30_000);
    await prepare(page, { language, session: await session.current() });
    await page.setViewportSize(size ?? SIZE);
    await page.goto(`${origin}/icon.svg`);
    for (const state of states) {
      if (wantedStates.length > 0 && !wantedStates.includes(state)) continue;
      const themes = THEMES.filter((theme) => wantedLooks.length === 0 || wantedLooks.includes(`${theme}-${language}`));
      try {
        await page.emulateMedia({ colorScheme: themes[0]! });
        await showState(page, `${origin}${path}`, { state, ...(scope === undefined ? {} : { scope }) });
        await act?.(page);
        for (const theme of themes) {
          await page.emulateMedia({ colorScheme: theme });
          if (theme !== themes[0] && state !== 'loading') await settle(page);
          const file = `${name}_${state}_${theme}_${language}.png`;
          await page.screenshot({ path: join(PICTURES, file) });
          // The language changes no colour and no role, and the theme only colours: axe looks at each thing once.
          const axe = !withAxe || language === 'zh' ? 'none' : theme === 'light' ? 'all' : 'colours';
          const found = await findings(page, keys, axe);
          report({ name, state, look: `${theme}-${language}`, file, findings: found });
        }
      } catch (error) {
        const what = error instanceof Error ? error.message.split('\n').slice(0, 3).join(' ') : String(error);
        const file = `${name}_${state}_failed_${language}.png`;
        await page.screenshot({ path: join(PICTURES, file) }).catch(() => undefined);
        report({ name, state, look: `${themes[0]}-${language}`, file, findings: [`could not be shown: ${what}`] });
      }
    }
    await page.close();
  }
}

function report(shot: Shot): void {
  shots.push(shot);
  console.log(`${shot.findings.length === 0 ? 'ok ' : 'BAD'} ${shot.name} ${shot.state} ${shot.look}`);
  for (const finding of shot.findings) console.log(`      ${finding}`);
}
