/** Decides which of the pages about views a URL shows: the list, or the editor of one (`new` for a view to be). */
import type { Source, View } from '@rtdp/davinci-api/client';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type List, useApi } from '../../api/use-api.ts';
import { MissingThing } from '../../shell/dead-ends.tsx';
import { isMissing } from '../../shell/is-missing.ts';
import { Page } from '../../shell/page.tsx';
import { ErrorState } from '../../shell/states.tsx';
import { usePathName } from '../../shell/url-state.ts';
import { EditorPage } from './editor-page.tsx';
import { EditorSkeleton } from './editor-skeleton.tsx';
import { ViewList } from './view-list.tsx';

export default function Route(): ReactNode {
  const id = usePathName();
  // A view that was made here keeps its editor, with the result that is shown, under the address it got, until another address is opened.
  const [editor, setEditor] = useState<{ id: string | undefined; made?: string; round: number }>({ id, round: 0 });
  if (editor.id !== id) setEditor(id === editor.made ? { ...editor, id } : { id, round: editor.round + 1 });
  if (id === undefined) return <ViewList />;
  // The address follows a moment after the view was made.
  const isMade = id === 'new' || id === editor.made;
  return (
    <LoadedEditor
      key={isMade ? `new ${editor.round}` : id}
      id={isMade ? 'new' : id}
      onMade={(made) => setEditor((now) => ({ ...now, made }))}
    />
  );
}

function LoadedEditor({ id, onMade }: { id: string; onMade: (id: string) => void }): ReactNode {
  const { t } = useTranslation('views');
  const isNew = id === 'new';
  const view = useApi<View>(`/api/views/${encodeURIComponent(id)}`, { enabled: !isNew });
  const sources = useApi<List<Source>>('/api/sources');
  // Whoever comes from the list knows its name already.
  const known = useApi<List<View>>('/api/views', { enabled: false }).data?.items.find((one) => one.id === id);
  const failed =
    sources.error !== null && sources.data === undefined
      ? sources
      : view.error !== null && view.data === undefined
        ? view
        : undefined;
  if (failed === undefined && sources.data !== undefined && (isNew || view.data !== undefined)) {
    return (
      <EditorPage
        sources={sources.data.items}
        onMade={onMade}
        {...(view.data === undefined ? {} : { view: view.data })}
      />
    );
  }
  if (isMissing(view.error)) {
    return <MissingThing title={t('noSuch')} back={{ label: t('noSuchBack'), to: '/views' }} />;
  }
  return (
    <Page
      title={isNew ? t('new') : (known?.name ?? t('one'))}
      crumbs={[{ label: t('title'), to: '/views' }]}
      size="fill"
      actions={<div className="editor-bone-room" />}
    >
      {failed === undefined ? (
        <EditorSkeleton />
      ) : (
        <ErrorState error={failed.error} onRetry={() => void failed.refetch()} />
      )}
    </Page>
  );
}
