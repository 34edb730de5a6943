/** Decides what the list of sources tells: state, lag against its budget, rate, what the slot holds back, and what is wrong. */
import { PlusOutlined } from '@ant-design/icons';
import type { SourceView } from '@rtdp/dbus/client';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { Link, useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { Quantity } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { BudgetBar } from '../console/budget-bar.tsx';
import { dbusPath, LOOK_EVERY } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { BUDGETS } from '../console/statuses.ts';
import { SourceRate } from './source-rate.tsx';
import { SourceState } from './source-state.tsx';

export function SourceList(): ReactNode {
  const { t } = useTranslation('console-sources');
  const go = useGo();
  const mayAdd = useMay('admin');
  const sources = useApi<SourceView[]>(dbusPath('sources'), { every: LOOK_EVERY });
  const add = (
    <Button type="primary" icon={<PlusOutlined />} onClick={() => go('/sources?new=connection')}>
      {t('add')}
    </Button>
  );
  const columns: ListColumn<SourceView>[] = [
    {
      key: 'name',
      title: t('column.name'),
      sort: ({ name }) => name,
      cell: ({ name }) => <Link to={`/sources/${encodeURIComponent(name)}`}>{name}</Link>,
    },
    {
      key: 'state',
      title: t('column.state'),
      sort: ({ state }) => state,
      cell: (source) => <SourceState source={source} />,
    },
    {
      key: 'lag',
      title: t('column.lag'),
      sort: ({ stream }) => stream?.lagMillis ?? null,
      cell: ({ stream }) => (
        <BudgetBar
          value={stream?.lagMillis}
          budget={BUDGETS.sourceLagMs}
          format={{ kind: 'milliseconds' }}
          label={t('column.lag')}
        />
      ),
    },
    { key: 'rate', title: t('column.rate'), cell: (source) => <SourceRate source={source} /> },
    {
      key: 'slot',
      title: t('column.slot'),
      sort: ({ slot }) => slot?.lagBytes ?? null,
      cell: ({ slot }) => (
        <BudgetBar
          value={slot?.lagBytes}
          budget={slot?.budgetBytes ?? 0}
          format={{ kind: 'bytes' }}
          label={t('column.slot')}
        />
      ),
    },
    {
      key: 'dead',
      title: t('column.dead'),
      align: 'end',
      sort: ({ stream }) => stream?.deadLetters ?? null,
      cell: ({ stream }) => <Quantity value={stream?.deadLetters} />,
    },
    {
      key: 'detail',
      title: t('column.detail'),
      wide: true,
      cell: (source) => {
        const detail = source.reason?.message ?? source.health.detail;
        return <span title={detail}>{detail}</span>;
      },
    },
  ];
  return (
    <Page
      title={t('title')}
      description={t('description')}
      size="wide"
      actions={mayAdd && (sources.data?.length ?? 0) > 0 ? add : undefined}
    >
      <Answer
        query={sources}
        shape="lines"
        isEmpty={(list) => list.length === 0}
        empty={
          <Empty title={t('empty.title')} {...(mayAdd ? { action: add } : {})}>
            {mayAdd ? t('empty.text') : t('empty.askAdmin')}
          </Empty>
        }
      >
        {(list) => (
          <ListTable
            label={t('title')}
            rows={list}
            columns={columns}
            rowKey={({ name }) => name}
            onChoose={({ name }) => go(`/sources/${encodeURIComponent(name)}`)}
          />
        )}
      </Answer>
    </Page>
  );
}
