/** Decides what the list of views tells: what each is for, where its data comes from, and who uses it when it cannot be removed. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import type { Source, View } from '@rtdp/davinci-api/client';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';
import { Link, useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { Quantity, When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { useUndo } from '../../shell/undo.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { SearchField } from '../console/search-field.tsx';

export function ViewList(): ReactNode {
  const { t } = useTranslation('views');
  const go = useGo();
  const mayEdit = useMay('editor');
  const [find, setFind] = useUrlState<string>('find', '');
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const { hidden, remove } = useUndo();
  const views = useApi<List<View>>('/api/views');
  const isNone = views.data?.items.length === 0;
  const sources = useApi<List<Source>>('/api/sources');
  const nameOfSource = (id: string): string => sources.data?.items.find((source) => source.id === id)?.name ?? '';
  const add = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => go('/views/new')}>
      {t('new')}
    </Button>
  );
  const columns: ListColumn<View>[] = [
    {
      key: 'name',
      title: t('list.name'),
      sort: ({ name }) => name,
      cell: ({ id, name }) => <Link to={`/views/${id}`}>{name}</Link>,
    },
    {
      key: 'source',
      title: t('list.source'),
      sort: ({ sourceId }) => nameOfSource(sourceId),
      cell: ({ sourceId }) => nameOfSource(sourceId),
    },
    {
      key: 'columns',
      title: t('list.columns'),
      align: 'end',
      sort: ({ model }) => model.length,
      cell: ({ model }) => <Quantity value={model.length} />,
    },
    {
      key: 'changed',
      title: t('list.changed'),
      sort: ({ updatedAt }) => updatedAt,
      cell: ({ updatedAt }) => <When at={updatedAt} />,
    },
    {
      key: 'description',
      title: t('list.description'),
      wide: true,
      cell: ({ description }) => (description === '' ? null : <span title={description}>{description}</span>),
    },
    ...(mayEdit
      ? [
          {
            key: 'act',
            title: t('list.act'),
            quiet: true,
            cell: ({ id, name }: View) => (
              <Button
                type="text"
                size="small"
                icon={<DeleteOutlined />}
                aria-label={t('list.remove', { name })}
                title={t('list.remove', { name })}
                onClick={() =>
                  remove(id, name, async () => {
                    await api(`/api/views/${id}`, { method: 'DELETE' });
                    setRemoved((before) => new Set([...before, id]));
                  })
                }
              />
            ),
          },
        ]
      : []),
  ];
  return (
    <Page
      title={t('title')}
      description={t('description')}
      size="wide"
      // Where there is nothing yet, it stands where that is told.
      actions={mayEdit && !isNone ? add : undefined}
    >
      {isNone ? null : <SearchField label={t('list.find')} value={find} onChange={setFind} />}
      <Answer
        query={views}
        shape="lines"
        isEmpty={({ items }) => items.length === 0}
        empty={
          <Empty title={t('empty.title')} {...(mayEdit ? { action: add } : {})}>
            {t('empty.text')}
          </Empty>
        }
      >
        {({ items }) => {
          const shown = items.filter(
            ({ id, name, description }) =>
              !hidden.has(id) &&
              !removed.has(id) &&
              `${name} ${description}`.toLowerCase().includes(find.toLowerCase()),
          );
          return (
            <>
              {shown.length === 0 ? (
                <Empty title={t('list.none')} />
              ) : (
                <ListTable
                  label={t('title')}
                  rows={shown}
                  columns={columns}
                  rowKey={({ id }) => id}
                  onChoose={({ id }) => go(`/views/${id}`)}
                />
              )}
            </>
          );
        }}
      </Answer>
    </Page>
  );
}
