/** Decides what `Ctrl K` finds: pages at once, everything that has a name from the API, and actions. */
import type { SearchResult } from '@rtdp/davinci-api/client';
import { Input, Modal } from 'antd';
import { type KeyboardEvent, type ReactNode, useDeferredValue, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { rank, useSession } from '../api/session.ts';
import { type List, useApi } from '../api/use-api.ts';
import { useAppearance } from './appearance.tsx';
import { useGo } from './link.tsx';
import { RAIL } from './rail-entries.ts';

interface Entry {
  key: string;
  label: string;
  description?: string;
  kind: string;
  run: () => void;
}

export function CommandPalette({ onClose }: { onClose: () => void }): ReactNode {
  const { t } = useTranslation('shell');
  const go = useGo();
  const appearance = useAppearance();
  const role = useSession()?.user.role ?? 'viewer';
  const [text, setText] = useState('');
  const [chosen, setChosen] = useState(0);
  const listId = useId();
  const asked = useDeferredValue(text.trim());
  const found = useApi<List<SearchResult>>('/api/search', { query: { q: asked }, enabled: asked !== '', keep: true });

  const open = (path: string) => () => go(path);
  const fixed: Entry[] = [
    ...RAIL.filter((entry) => rank(role) >= rank(entry.role)).map((entry) => ({
      key: entry.path,
      label: t(`rail.${entry.noun}`),
      kind: t('palette.page'),
      run: open(entry.path),
    })),
    { key: '/account', label: t('rail.account'), kind: t('palette.page'), run: open('/account') },
    ...(rank(role) >= rank('editor')
      ? [
          {
            key: 'new-dashboard',
            label: t('palette.newDashboard'),
            kind: t('palette.action'),
            run: open('/dashboards?new=1'),
          },
          { key: 'new-widget', label: t('palette.newWidget'), kind: t('palette.action'), run: open('/widgets/new') },
          { key: 'new-view', label: t('palette.newView'), kind: t('palette.action'), run: open('/views/new') },
        ]
      : []),
    {
      key: 'theme',
      label: appearance.dark ? t('palette.light') : t('palette.dark'),
      kind: t('palette.action'),
      run: () => appearance.setTheme(appearance.dark ? 'light' : 'dark'),
    },
    {
      key: 'language',
      label: appearance.language === 'en' ? '切换到中文' : 'Switch to English',
      kind: t('palette.action'),
      run: () => appearance.setLanguage(appearance.language === 'en' ? 'zh' : 'en'),
    },
  ];
  const matches = fixed.filter((entry) => entry.label.toLowerCase().includes(text.trim().toLowerCase()));
  const named: Entry[] =
    asked === ''
      ? []
      : (found.data?.items ?? [])
          .filter((result) => result.kind !== 'page')
          .map((result) => ({
            key: `${result.kind}:${result.id}`,
            label: result.name,
            description: result.description,
            kind: t(`palette.kinds.${result.kind}`),
            run: open(result.path),
          }));
  const entries = [...named, ...matches];
  const active = Math.min(chosen, Math.max(0, entries.length - 1));

  const choose = (entry: Entry | undefined) => {
    if (entry === undefined) return;
    onClose();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'ArrowDown') setChosen(Math.min(active + 1, entries.length - 1));
    else if (event.key === 'ArrowUp') setChosen(Math.max(active - 1, 0));
    else if (event.key === 'Enter') choose(entries[active]);
    else return;
    event.preventDefault();
  };

  return (
    <Modal
      open
      onCancel={onClose}
      footer={null}
      closable={false}
      title={<span className="visually-hidden">{t('bar.search')}</span>}
      styles={{ header: { margin: 0 } }}
      destroyOnHidden
    >
      <Input
        autoFocus
        size="large"
        variant="borderless"
        value={text}
        placeholder={t('palette.placeholder')}
        onChange={(event) => {
          setText(event.target.value);
          setChosen(0);
        }}
        onKeyDown={onKeyDown}
        role="combobox"
        aria-expanded="true"
        aria-label={t('bar.search')}
        aria-controls={listId}
        aria-activedescendant={entries[active] === undefined ? undefined : `${listId}-${active}`}
      />
      <div className="palette-list" id={listId} role="listbox" aria-label={t('palette.results')} tabIndex={-1}>
        {entries.map((entry, index) => (
          // biome-ignore lint/a11y/useKeyWithClickEvents: the arrow keys and Enter are the input's, as in every combobox.
          <div
            key={entry.key}
            id={`${listId}-${index}`}
            role="option"
            tabIndex={-1}
            aria-selected={index === active}
            className={`palette-entry ${index === active ? 'active' : ''}`}
            onClick={() => choose(entry)}
            onPointerMove={() => setChosen(index)}
          >
            <span className="ellipsis palette-name" title={entry.label}>
              {entry.label}
            </span>
            {entry.description ? <span className="ellipsis faint small">{entry.description}</span> : null}
            <span className="palette-kind">{entry.kind}</span>
          </div>
        ))}
        {entries.length === 0 ? (
          <div className="state small-state">{found.isFetching ? t('loading') : t('palette.nothing')}</div>
        ) : null}
      </div>
    </Modal>
  );
}
