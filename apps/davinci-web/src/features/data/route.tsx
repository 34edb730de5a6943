/** Decides what the page of data holds: every table somebody may ask, and the sources that views draw from. */
import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { Page } from '../../shell/page.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { CatalogTab } from './catalog-tab.tsx';
import { DataSources } from './data-sources.tsx';

export default function Route(): ReactNode {
  const { t } = useTranslation('console-data');
  const mayEdit = useMay('editor');
  const [tab, setTab] = useUrlState<string>('tab', 'tables');
  return (
    <Page title={t('title')} description={t('description')} size="wide">
      <Tabs
        activeKey={tab}
        onChange={(key) => setTab(key, { push: true })}
        destroyOnHidden
        items={[
          { key: 'tables', label: t('tab.tables'), children: <CatalogTab /> },
          ...(mayEdit ? [{ key: 'sources', label: t('tab.sources'), children: <DataSources /> }] : []),
        ]}
      />
    </Page>
  );
}
