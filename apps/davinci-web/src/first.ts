/**
 * Starts the web application with what needs no drawing and takes its time: the session, the file of the page, and what the page asks first.
 * All of that is on its way while the libraries that draw are being read.
 */
import { currentSession, restoreSession } from './api/session.ts';
import { firstLanguage } from './shell/device-choices.ts';
import { pageAt } from './shell/pages.ts';
import { loadWords } from './shell/words.ts';

const session = restoreSession();
const { pathname, search } = window.location;
const page = pageAt(pathname);
// In this order: what asks first is on its way first. What does not come is asked for again, and told, by the page.
const ahead = page?.ahead?.().catch(() => undefined);
void page?.load().catch(() => undefined);
for (const feature of ['shell', ...(page?.words ?? [])])
  void loadWords(firstLanguage(), feature).catch(() => undefined);
void session.then(async () => {
  if (currentSession() === undefined) return;
  await (await ahead)?.askAhead(pathname.split('/').at(-1) ?? '', new URLSearchParams(search), 'start');
});

import('./main.tsx').catch((error: unknown) => {
  const place = document.getElementById('root');
  if (place !== null) place.textContent = `Davinci could not be loaded: reload the page. (${String(error)})`;
});
