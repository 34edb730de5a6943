/** Decides how the databases behind the gateway are listed, added, read anew and taken away. */
import { PlusOutlined } from '@ant-design/icons';
import type { MountView } from '@rtdp/moonbox/client';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';
import { Quantity, When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { ConfirmLoss } from '../console/confirm-loss.tsx';
import { LOOK_SELDOM, moonboxPath } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { mountStatus } from '../console/statuses.ts';
import { useAct } from '../console/use-act.ts';
import { MountDetail } from './mount-detail.tsx';
import { MountForm } from './mount-form.tsx';

const TOUCHED = [moonboxPath('mounts'), moonboxPath('databases'), '/api/sources'];

export function MountList(): ReactNode {
  const { t } = useTranslation('console-queries');
  const isAdmin = useMay('admin');
  const [opened, setOpened] = useUrlState<string>('mount', '');
  const [isAdding, setAdding] = useUrlState<'1' | ''>('add', '');
  const [removing, setRemoving] = useState<MountView>();
  const mounts = useApi<List<MountView>>(moonboxPath('mounts'), { every: LOOK_SELDOM });
  const { run, busy } = useAct(TOUCHED);
  const add = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => setAdding('1')}>
      {t('mounts.add')}
    </Button>
  );
  const columns: ListColumn<MountView>[] = [
    {
      key: 'name',
      title: t('mounts.column.name'),
      sort: ({ name }) => name,
      cell: ({ name }) => (
        <Button type="link" size="small" onClick={() => setOpened(opened === name ? undefined : name)}>
          {name}
        </Button>
      ),
    },
    {
      key: 'state',
      title: t('column.state'),
      sort: ({ state }) => state,
      cell: (mount) => (
        <Status
          kind={mountStatus(mount)}
          word={t(`mounts.state.${mount.state}`)}
          {...(mount.error === null ? {} : { why: mount.error.message })}
        />
      ),
    },
    {
      key: 'kind',
      title: t('mounts.column.kind'),
      sort: ({ kind }) => kind,
      cell: ({ kind }) => t(`mounts.kind.${kind}`),
    },
    {
      key: 'server',
      title: t('mounts.column.server'),
      wide: true,
      cell: ({ connection }) => `${connection.user}@${connection.host}:${connection.port}/${connection.database}`,
    },
    {
      key: 'tables',
      title: t('mounts.column.tables'),
      align: 'end',
      sort: ({ tables }) => tables,
      cell: ({ tables }) => <Quantity value={tables} />,
    },
    {
      key: 'refreshed',
      title: t('mounts.column.refreshed'),
      sort: ({ refreshedAt }) => refreshedAt,
      cell: ({ refreshedAt }) => <When at={refreshedAt} />,
    },
    {
      key: 'act',
      title: t('column.act'),
      quiet: true,
      cell: (mount) =>
        !isAdmin ? null : (
          <div className="row">
            <Button
              size="small"
              disabled={busy}
              onClick={() =>
                void run({
                  method: 'POST',
                  path: moonboxPath('mounts', mount.name, 'refresh'),
                  done: t('mounts.refreshed', { name: mount.name }),
                })
              }
            >
              {t('mounts.refresh')}
            </Button>
            <Button size="small" danger onClick={() => setRemoving(mount)}>
              {t('mounts.remove')}
            </Button>
          </div>
        ),
    },
  ];
  return (
    <div className="stack">
      {isAdding === '1' ? <MountForm onClose={() => setAdding(undefined)} /> : null}
      {isAdmin && isAdding !== '1' && mounts.data?.items.length !== 0 ? (
        <div className="row">
          <span className="grow" />
          {add}
        </div>
      ) : null}
      <Answer
        query={mounts}
        shape="lines"
        isEmpty={({ items }) => items.length === 0 && isAdding !== '1'}
        empty={
          <Empty title={t('mounts.empty.title')} {...(isAdmin ? { action: add } : {})}>
            {t('mounts.empty.text')}
          </Empty>
        }
      >
        {({ items }) => (
          <>
            {items
              .filter(({ emptySchemas }) => emptySchemas.length > 0)
              .map(({ name, emptySchemas }) => (
                <div key={name} className="reason late">
                  <p>{t('mounts.emptySchemas', { name, schemas: emptySchemas.join(', ') })}</p>
                </div>
              ))}
            {items.length === 0 ? null : (
              <ListTable
                label={t('tab.mounts')}
                rows={items}
                columns={columns}
                rowKey={({ name }) => name}
                chosen={opened}
              />
            )}
            {items.some(({ name }) => name === opened) ? (
              <MountDetail key={opened} mount={items.find(({ name }) => name === opened)!} />
            ) : null}
          </>
        )}
      </Answer>
      {removing === undefined ? null : (
        <ConfirmLoss
          name={removing.name}
          title={t('mounts.removeTitle', { name: removing.name })}
          lost={[t('mounts.lost.name', { name: removing.name }), t('mounts.lost.grants')]}
          stays={[t('mounts.stays')]}
          confirm={t('mounts.remove')}
          onClose={() => setRemoving(undefined)}
          onConfirm={async () => {
            const answer = await run({
              method: 'DELETE',
              path: moonboxPath('mounts', removing.name),
              done: t('mounts.removed', { name: removing.name }),
            });
            if (answer === undefined) return;
            if (opened === removing.name) setOpened(undefined);
            setRemoving(undefined);
          }}
        />
      )}
    </div>
  );
}
