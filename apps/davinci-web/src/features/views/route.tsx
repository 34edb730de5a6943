/** Decides which of the pages about views a URL shows: the list, or the editor of one (`new` for a view to be). */
import type { Source, View } from '@rtdp/davinci-api/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { type List, useApi } from '../../api/use-api.ts';
import { Page } from '../../shell/page.tsx';
import { ErrorState, Loading } from '../../shell/states.tsx';
import { usePathName } from '../../shell/url-state.ts';
import { EditorPage } from './editor-page.tsx';
import { ViewList } from './view-list.tsx';

export default function Route(): ReactNode {
  const id = usePathName();
  if (id === undefined) return <ViewList />;
  return <LoadedEditor key={id} id={id} />;
}

function LoadedEditor({ id }: { id: string }): ReactNode {
  const { t } = useTranslation('views');
  const isNew = id === 'new';
  const view = useApi<View>(`/api/views/${encodeURIComponent(id)}`, { enabled: !isNew });
  const sources = useApi<List<Source>>('/api/sources');
  const failed =
    sources.error !== null && sources.data === undefined
      ? sources
      : view.error !== null && view.data === undefined
        ? view
        : undefined;
  if (failed === undefined && sources.data !== undefined && (isNew || view.data !== undefined)) {
    return <EditorPage sources={sources.data.items} {...(view.data === undefined ? {} : { view: view.data })} />;
  }
  return (
    <Page title={isNew ? t('new') : t('one')} crumbs={[{ label: t('title'), to: '/views' }]} size="fill">
      {failed === undefined ? <Loading /> : <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />}
    </Page>
  );
}
