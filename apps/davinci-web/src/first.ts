/**
 * Starts the web application with what needs no drawing and takes its time: the session, the file of the page, and what the page asks first.
 * All of that is on its way while the libraries that draw are being read. Nothing imports this file, as it would wait for what is waited for here.
 */
import { currentSession, restoreSession } from './api/session.ts';
import { firstLanguage } from './shell/device-choices.ts';
import { type PageEntry, pageAt, partsOf } from './shell/pages.ts';
import { loadWords } from './shell/words.ts';

/** A page that draws late is worse than one that asks late. */
const LONGEST_WAIT_MS = 400;

const session = restoreSession();
const { pathname, search } = window.location;
const page = pageAt(pathname);
for (const feature of ['shell', ...(page?.words ?? [])]) {
  // What does not come is asked for again, and told, by the page.
  void loadWords(firstLanguage(), feature).catch(() => undefined);
}
// The files of what draws are being fetched since the document came; run before the questions are out, they would hold those up.
if (page?.ahead !== undefined) await Promise.race([askFirst(page.ahead), setTime(LONGEST_WAIT_MS)]);
// What does not come is asked for again, and told, by the router.
void page?.load().catch(() => undefined);
import('./main.tsx').catch((error: unknown) => {
  const place = document.getElementById('root');
  if (place !== null) place.textContent = `Davinci could not be loaded: reload the page. (${String(error)})`;
});

/** Never rejects: the page asks what could not be asked here. */
async function askFirst(ahead: NonNullable<PageEntry['ahead']>): Promise<void> {
  try {
    await session;
    if (currentSession() === undefined) return;
    await ahead(partsOf(pathname).at(-1) ?? '', new URLSearchParams(search), 'start');
  } catch {
    // Told by the page.
  }
}

function setTime(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
