/** Decides what the list of views tells: what each is for, where its data comes from, and who uses it when it cannot be removed. */
import { DeleteOutlined } from '@ant-design/icons';
import type { Source, View } from '@rtdp/davinci-api/client';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { api } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';
import { Link, useGo } from '../../shell/link.tsx';
import { ListPage } from '../../shell/list-page.tsx';
import { Quantity, When } from '../../shell/quantity.tsx';
import { useUndo } from '../../shell/undo.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';

export function ViewList(): ReactNode {
  const { t } = useTranslation('views');
  const go = useGo();
  const mayEdit = useMay('editor');
  const [find, setFind] = useUrlState<string>('find', '');
  const [removed, setRemoved] = useState<ReadonlySet<string>>(new Set());
  const { hidden, remove } = useUndo();
  const views = useApi<List<View>>('/api/views');
  const sources = useApi<List<Source>>('/api/sources');
  const nameOfSource = (id: string): string => sources.data?.items.find((source) => source.id === id)?.name ?? '';
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
    <ListPage
      title={t('title')}
      description={t('description')}
      size="wide"
      query={views}
      shape="lines"
      search={{ label: t('list.find'), value: find, onChange: setFind }}
      textOf={({ name, description }) => `${name} ${description}`}
      isHidden={({ id }) => hidden.has(id) || removed.has(id)}
      add={mayEdit ? { word: t('new'), run: () => go('/views/new') } : undefined}
      empty={{ title: t('empty.title'), text: t('empty.text') }}
      none={t('list.none')}
    >
      {(shown) => (
        <ListTable
          label={t('title')}
          rows={shown}
          columns={columns}
          rowKey={({ id }) => id}
          onChoose={({ id }) => go(`/views/${id}`)}
        />
      )}
    </ListPage>
  );
}
