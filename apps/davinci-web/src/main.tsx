/** Starts the web application: words, session, then the frame with its pages. */
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query-client.ts';
import { currentSession, restoreSession } from './api/session.ts';
import { AppearanceProvider, firstLanguage } from './shell/appearance.tsx';
import './shell/base.css';
import { startFonts } from './shell/fonts.ts';
import { startLanguage } from './shell/language.ts';
import { pageAt } from './shell/pages.ts';
import { router } from './shell/router.tsx';

// What the page needs comes while the session is being restored, and what it asks while it is being drawn; what fails is told by the page.
const page = pageAt(window.location.pathname);
void page?.load().catch(() => undefined);
const ahead = page?.ahead?.().catch(() => undefined);
const session = restoreSession().then(() => {
  if (currentSession() === undefined) return;
  const { pathname, search } = window.location;
  const id = pathname.split('/').at(-1) ?? '';
  void ahead?.then((module) => module?.askAhead(id, new URLSearchParams(search)));
});
const [language] = await Promise.all([startLanguage(firstLanguage()), session, startFonts()]);

const place = document.getElementById('root');
if (place === null) throw new Error('The page has no element "root".');
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queryClient}>
      <AppearanceProvider>
        <RouterProvider router={router} />
      </AppearanceProvider>
    </QueryClientProvider>
  </StrictMode>,
);
document.documentElement.lang = language.language === 'zh' ? 'zh-CN' : 'en';
