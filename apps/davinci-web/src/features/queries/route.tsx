/** Decides what the page of the gateway holds: its queries, its mounts, who may read what, and how a program connects. */
import { Button, Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { usePathName, useUrlState } from '../../shell/url-state.ts';
import { MountList } from '../mounts/mount-list.tsx';
import { ConnectTab } from './connect-tab.tsx';
import { GrantsTab } from './grants-tab.tsx';
import './queries.css';
import { QueryList } from './query-list.tsx';
import { QueryPage } from './query-page.tsx';

export default function Route(): ReactNode {
  const id = usePathName();
  return id === undefined ? <Gateway /> : <QueryPage id={id} />;
}

function Gateway(): ReactNode {
  const { t } = useTranslation('console-queries');
  const isAdmin = useMay('admin');
  const mayAsk = useMay('editor');
  const go = useGo();
  const [tab, setTab] = useUrlState<string>('tab', 'queries');
  return (
    <Page
      title={t('title')}
      description={t('description')}
      size="wide"
      // SQL is written in one place, with completion and its errors where they are.
      actions={mayAsk ? <Button onClick={() => go('/views/new')}>{t('new')}</Button> : undefined}
    >
      <Tabs
        activeKey={tab}
        onChange={(key) => setTab(key, { push: true })}
        destroyOnHidden
        items={[
          { key: 'queries', label: t('tab.queries'), children: <QueryList /> },
          { key: 'mounts', label: t('tab.mounts'), children: <MountList /> },
          ...(isAdmin ? [{ key: 'rights', label: t('tab.rights'), children: <GrantsTab /> }] : []),
          { key: 'connect', label: t('tab.connect'), children: <ConnectTab /> },
        ]}
      />
    </Page>
  );
}
