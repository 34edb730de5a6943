/** Decides what stands in the left rail: the pages of the role in two groups, account and folding at the foot. */
import { LogoutOutlined, MenuFoldOutlined, MenuUnfoldOutlined, UserOutlined } from '@ant-design/icons';
import { useLocation } from '@tanstack/react-router';
import { App, Dropdown } from 'antd';
import { type ReactNode, useEffect, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rank, signOut, useSession } from '../api/session.ts';
import { Hint } from './hint.tsx';
import { Link, useGo } from './link.tsx';
import { isWithin, RAIL, type RailEntry } from './rail-entries.ts';
import { NARROW_WINDOW } from './tokens.ts';
import { useMedia } from './use-media.ts';

/** On a phone it lies over the page while it is `open`, and is away else. */
export function Rail({ open, onClose }: { open: boolean; onClose: () => void }): ReactNode {
  const { t } = useTranslation('shell');
  const role = useSession()?.user.role ?? 'viewer';
  const [folded, setFolded] = useState(() => localStorage.getItem('davinci.rail') === 'narrow');
  // In a narrow window the choice holds as long as the page is open, and no longer.
  const narrowWindow = useMedia(NARROW_WINDOW);
  const [unfolded, setUnfolded] = useState(false);
  const narrow = !open && (narrowWindow ? !unfolded : folded);
  const rail = useRef<HTMLElement>(null);
  useEffect(() => {
    if (open) rail.current?.querySelector('a')?.focus();
  }, [open]);
  const mine = RAIL.filter((entry) => rank(role) >= rank(entry.role));
  const fold = () => {
    if (open) return onClose();
    if (narrowWindow) return setUnfolded(narrow);
    localStorage.setItem('davinci.rail', narrow ? 'wide' : 'narrow');
    setFolded(!narrow);
  };
  return (
    <nav
      ref={rail}
      id="rail"
      className={`rail ${narrow ? 'narrow' : ''} ${open ? 'open' : ''}`}
      aria-label={t('rail.label')}
      onKeyDown={(event) => {
        if (open && event.key === 'Escape') onClose();
      }}
    >
      <Link to="/" className="rail-brand" aria-label="Davinci">
        <img src="/icon.svg" alt="" />
        <span className="rail-label">Davinci</span>
      </Link>
      {(['see', 'run'] as const).map((group) => {
        const entries = mine.filter((entry) => entry.group === group);
        if (entries.length === 0) return null;
        return (
          <div key={group}>
            <div className="rail-group">{t(`rail.${group}`)}</div>
            {entries.map((entry) => (
              <RailLink key={entry.noun} entry={entry} narrow={narrow} />
            ))}
          </div>
        );
      })}
      <div className="rail-foot">
        <Account narrow={narrow} />
        <button
          type="button"
          className="plain rail-link"
          onClick={fold}
          aria-expanded={!narrow}
          aria-label={t('rail.fold')}
        >
          {narrow ? <MenuUnfoldOutlined /> : <MenuFoldOutlined />}
          <span className="rail-label">{t('rail.fold')}</span>
        </button>
      </div>
    </nav>
  );
}

function RailLink({ entry, narrow }: { entry: RailEntry; narrow: boolean }): ReactNode {
  const { t } = useTranslation('shell');
  const path = useLocation({ select: (location) => location.pathname });
  const active = isWithin(entry, path);
  const label = t(`rail.${entry.noun}`);
  const Icon = entry.icon;
  const link = (
    <Link
      to={entry.path}
      className={`rail-link ${active ? 'active' : ''}`}
      aria-label={label}
      {...(active ? { 'aria-current': 'page' as const } : {})}
    >
      <Icon />
      <span className="rail-label">{label}</span>
    </Link>
  );
  return narrow ? (
    <Hint title={() => label} placement="right">
      {link}
    </Hint>
  ) : (
    link
  );
}

function Account({ narrow }: { narrow: boolean }): ReactNode {
  const { t } = useTranslation('shell');
  const { notification } = App.useApp();
  const user = useSession()?.user;
  const go = useGo();
  if (user === undefined) return null;
  const leave = async () => {
    try {
      await signOut();
    } catch (error) {
      notification.error({
        title: t('rail.signOutFailed'),
        description: String(error instanceof Error ? error.message : error),
      });
    }
  };
  return (
    <Dropdown
      trigger={['click']}
      placement="topLeft"
      menu={{
        items: [
          { key: 'account', icon: <UserOutlined />, label: t('rail.account') },
          { key: 'leave', icon: <LogoutOutlined />, label: t('rail.signOut') },
        ],
        onClick: ({ key }) => (key === 'account' ? go('/account') : void leave()),
      }}
    >
      <button type="button" className="plain rail-link" aria-label={`${t('rail.account')}: ${user.name}`}>
        <UserOutlined />
        {narrow ? null : <span className="ellipsis">{user.name}</span>}
      </button>
    </Dropdown>
  );
}
