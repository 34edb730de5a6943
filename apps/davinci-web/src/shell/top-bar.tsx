/** Decides what stands above a page: where I am, what the page adds, search, and how it looks. */
import { BulbOutlined, MenuOutlined, SearchOutlined } from '@ant-design/icons';
import { useLocation } from '@tanstack/react-router';
import { Button, Dropdown } from 'antd';
import { Fragment, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type ThemeChoice, useAppearance } from './appearance.tsx';
import type { Language } from './device-choices.ts';
import { Link } from './link.tsx';
import { type Crumb, useBarAside, useCrumbs } from './page.tsx';
import { isWithin, RAIL } from './rail-entries.ts';

const isApple = /Mac|iPhone|iPad/.test(navigator.userAgent);

/** The button of the menu is there on a phone only. */
export function TopBar(props: { menuOpen: boolean; onMenu: () => void; onSearch: () => void }): ReactNode {
  const { t } = useTranslation('shell');
  const path = useLocation({ select: (location) => location.pathname });
  const onTheWay = RAIL.find((entry) => isWithin(entry, path));
  const told = useCrumbs();
  const crumbs: readonly Crumb[] =
    told.length > 0 || onTheWay === undefined ? told : [{ label: t(`rail.${onTheWay.noun}`) }];
  const aside = useBarAside();
  return (
    <header className="bar">
      <Button
        className="bar-menu"
        type="text"
        icon={<MenuOutlined />}
        aria-label={t('rail.label')}
        aria-expanded={props.menuOpen}
        aria-controls="rail"
        onClick={props.onMenu}
      />
      <nav className="bar-crumbs" aria-label={t('bar.crumbs')}>
        {crumbs.map((crumb, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: a crumb is its place in the path.
          <Fragment key={index}>
            {index > 0 ? (
              <span className="faint" aria-hidden="true">
                /
              </span>
            ) : null}
            {crumb.to === undefined ? (
              <span className={index === crumbs.length - 1 ? 'here ellipsis' : 'ellipsis'}>{crumb.label}</span>
            ) : (
              <Link to={crumb.to}>{crumb.label}</Link>
            )}
          </Fragment>
        ))}
      </nav>
      {aside}
      <button type="button" className="plain bar-search" onClick={props.onSearch} aria-keyshortcuts="Control+K Meta+K">
        <SearchOutlined />
        <span className="ellipsis bar-search-words">{t('bar.search')}</span>
        <span className="key">{isApple ? '⌘ K' : 'Ctrl K'}</span>
      </button>
      <Looks />
    </header>
  );
}

/** Theme, density and language in one menu. */
function Looks(): ReactNode {
  const { t } = useTranslation('shell');
  const appearance = useAppearance();
  return (
    <Dropdown
      trigger={['click']}
      placement="bottomRight"
      menu={{
        selectable: true,
        multiple: true,
        selectedKeys: [`theme:${appearance.theme}`, `density:${appearance.density}`, `language:${appearance.language}`],
        items: [
          group('theme', ['light', 'dark', 'system']),
          group('density', ['comfortable', 'compact']),
          {
            type: 'group',
            label: t('looks.language'),
            children: [
              { key: 'language:en', label: 'English' },
              { key: 'language:zh', label: '中文' },
            ],
          },
        ],
        onClick: ({ key }) => {
          const [what, value = ''] = key.split(':');
          if (what === 'theme') appearance.setTheme(value as ThemeChoice);
          if (what === 'density') appearance.setDensity(value as 'comfortable' | 'compact');
          if (what === 'language') appearance.setLanguage(value as Language);
        },
      }}
    >
      <Button type="text" icon={<BulbOutlined />} aria-label={t('looks.label')} />
    </Dropdown>
  );

  function group(what: string, values: string[]) {
    return {
      type: 'group' as const,
      label: t(`looks.${what}`),
      children: values.map((value) => ({ key: `${what}:${value}`, label: t(`looks.${value}`) })),
    };
  }
}
