/** Decides how a page stands in the frame: rail, top bar, content, command palette. */
import { Outlet, useLocation } from '@tanstack/react-router';
import { Suspense, useCallback, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useSession } from '../api/session.ts';
import { useAppearance } from './appearance.tsx';
import { ClosedPage } from './dead-ends.tsx';
import { isChosenHere } from './device-choices.ts';
import { late } from './late.tsx';
import { useGo } from './link.tsx';
import { missingRole } from './pages.ts';
import { Rail } from './rail.tsx';
import { Loading } from './states.tsx';
import { TopBar } from './top-bar.tsx';

const CommandPalette = late(async () => (await import('./command-palette.tsx')).CommandPalette, { floating: true });

export function Frame() {
  const { t } = useTranslation('shell');
  const session = useSession();
  const go = useGo();
  const location = useLocation();
  const bare = new URLSearchParams(location.searchStr).get('screen') === 'full';
  const [searching, setSearching] = useState(false);
  const [menuOpen, setMenuOpen] = useState(false);
  const closeMenu = useCallback(() => setMenuOpen(false), []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another page closes the menu that led to it.
  useEffect(closeMenu, [location.pathname]);

  // The session ended (signed out, revoked): the login page comes back to here.
  useEffect(() => {
    if (session === undefined)
      go(`/login?from=${encodeURIComponent(window.location.pathname + window.location.search)}`, { replace: true });
  }, [session, go]);

  // On a device where nobody chose yet, the account's own choice holds.
  const appearance = useAppearance();
  const wanted = useRef({ appearance, session });
  wanted.current = { appearance, session };
  const userId = session?.user.id;
  useEffect(() => {
    const { user } = wanted.current.session ?? {};
    if (userId === undefined || user === undefined) return;
    const { setTheme, setLanguage } = wanted.current.appearance;
    if (user.theme !== 'system' && !isChosenHere('theme')) setTheme(user.theme);
    if (user.language !== 'system' && !isChosenHere('language')) setLanguage(user.language);
  }, [userId]);

  useEffect(() => {
    const listen = (event: KeyboardEvent) => {
      if ((event.metaKey || event.ctrlKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        setSearching((open) => !open);
      }
    };
    window.addEventListener('keydown', listen);
    return () => window.removeEventListener('keydown', listen);
  }, []);

  if (session === undefined) return null;
  const needed = missingRole(location.pathname, session.user.role);
  return (
    // Another user begins anew: a page that stays on the screen would keep the answers that it holds.
    <div className="frame" key={userId}>
      <a className="frame-skip" href="#content">
        {t('skip')}
      </a>
      {bare ? <span /> : <Rail open={menuOpen} onClose={closeMenu} />}
      {menuOpen ? <div className="rail-veil" onPointerDown={closeMenu} /> : null}
      <div className="main">
        {bare ? null : (
          <TopBar menuOpen={menuOpen} onMenu={() => setMenuOpen(!menuOpen)} onSearch={() => setSearching(true)} />
        )}
        <main className="content" id="content" tabIndex={-1}>
          <Suspense fallback={<Loading shape="page" />}>
            {needed === undefined ? <Outlet /> : <ClosedPage needed={needed} />}
          </Suspense>
        </main>
      </div>
      {searching ? <CommandPalette onClose={() => setSearching(false)} /> : null}
    </div>
  );
}
