/** Draws the web application: words, session, then the frame with its pages. */
import { QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { queryClient } from './api/query-client.ts';
import { restoreSession } from './api/session.ts';
import { AppearanceProvider } from './shell/appearance.tsx';
import './shell/base.css';
import { firstLanguage } from './shell/device-choices.ts';
import { startFonts } from './shell/fonts.ts';
import { startLanguage } from './shell/language.ts';
import { pageAt } from './shell/pages.ts';
import { router } from './shell/router.tsx';

const features = pageAt(window.location.pathname)?.words ?? [];
const [language] = await Promise.all([startLanguage(firstLanguage(), features), restoreSession(), startFonts()]);

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
