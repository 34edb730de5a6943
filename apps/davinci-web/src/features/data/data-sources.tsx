/** Decides how the sources that views draw from are listed, made, tested, changed and removed. */
import { PlusOutlined } from '@ant-design/icons';
import type { Source, sourceTestSchema } from '@rtdp/davinci-api/client';
import { App, Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { api } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';
import { formatDuration } from '../../shell/numbers.ts';
import { When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { useUndo } from '../../shell/undo.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { useTell } from '../../shell/use-tell.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { useAct } from '../console/use-act.ts';
import { DataSourceForm } from './data-source-form.tsx';

type Tested = z.output<typeof sourceTestSchema>;

export function DataSources(): ReactNode {
  const { t, i18n } = useTranslation('console-data');
  const tell = useTell();
  const { notification } = App.useApp();
  const isAdmin = useMay('admin');
  const [edited, setEdited] = useUrlState<string>('source', '');
  const { hidden, remove } = useUndo();
  const { run, busy } = useAct(['/api/sources']);
  const sources = useApi<List<Source>>('/api/sources');
  const add = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setEdited('new')}>
      {t('add')}
    </Button>
  );
  const test = async (source: Source): Promise<void> => {
    const answer = await run<Tested>({ method: 'POST', path: `/api/sources/${source.id}/test` });
    if (answer === undefined) return;
    notification[answer.ok ? 'success' : 'error']({
      title: t(answer.ok ? 'test.fine' : 'test.failed', {
        name: source.name,
        time: formatDuration(answer.milliseconds, i18n.language),
      }),
      ...(answer.ok ? {} : { description: `${tell(answer.message)} ${tell(answer.next)}`, duration: 0 }),
    });
  };
  const columns: ListColumn<Source>[] = [
    { key: 'name', title: t('column.name'), sort: ({ name }) => name, cell: ({ name }) => name },
    { key: 'kind', title: t('column.kind'), sort: ({ kind }) => kind, cell: ({ kind }) => t(`kind.${kind}`) },
    {
      key: 'where',
      title: t('column.where'),
      wide: true,
      cell: ({ kind, connection }) =>
        kind === 'moonbox'
          ? connection.database
          : `${connection.user}@${connection.host}:${connection.port}/${connection.database}`,
    },
    {
      key: 'changed',
      title: t('column.changed'),
      sort: ({ updatedAt }) => updatedAt,
      cell: ({ updatedAt }) => <When at={updatedAt} />,
    },
    {
      key: 'act',
      title: t('column.act'),
      quiet: true,
      cell: (source) => (
        <div className="row">
          <Button size="small" disabled={busy} onClick={() => void test(source)}>
            {t('test.verb')}
          </Button>
          {isAdmin ? (
            <>
              <Button size="small" onClick={() => setEdited(source.id)}>
                {t('change')}
              </Button>
              <Button
                size="small"
                danger
                onClick={() =>
                  remove(source.id, source.name, async () => {
                    await api(`/api/sources/${source.id}`, { method: 'DELETE' });
                    await sources.refetch();
                  })
                }
              >
                {t('remove')}
              </Button>
            </>
          ) : null}
        </div>
      ),
    },
  ];
  return (
    <Answer
      query={sources}
      shape="lines"
      isEmpty={({ items }) => items.length === 0 && edited === ''}
      empty={
        <Empty title={t('empty.title')} {...(isAdmin ? { action: add } : {})}>
          {t('empty.text')}
        </Empty>
      }
    >
      {({ items }) => {
        const shown = items.filter(({ id }) => !hidden.has(id));
        const one = items.find(({ id }) => id === edited);
        return (
          <div className="stack">
            {edited === 'new' || one !== undefined ? (
              <DataSourceForm
                key={edited}
                {...(one === undefined ? {} : { source: one })}
                onClose={() => setEdited(undefined)}
              />
            ) : isAdmin ? (
              <div>{add}</div>
            ) : null}
            {shown.length === 0 ? null : (
              <ListTable
                label={t('tab.sources')}
                rows={shown}
                columns={columns}
                rowKey={({ id }) => id}
                chosen={edited}
              />
            )}
          </div>
        );
      }}
    </Answer>
  );
}
