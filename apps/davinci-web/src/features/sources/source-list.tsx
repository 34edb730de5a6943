/** Decides what the list of sources tells: state, lag against its budget, rate, what the slot holds back, and what is wrong. */
import type { SourceView } from '@rtdp/dbus/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { Link } from '../../shell/link.tsx';
import { Null, Quantity } from '../../shell/quantity.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { BudgetBar } from '../console/budget-bar.tsx';
import { dbusPath, LOOK_EVERY } from '../console/console-api.ts';
import type { ListColumn } from '../console/list-table.tsx';
import { NamedList } from '../console/named-list.tsx';
import { BUDGETS } from '../console/statuses.ts';
import { tellDetail } from '../console/tell-detail.ts';
import { SourceRate } from './source-rate.tsx';
import { SourceState } from './source-state.tsx';

export function SourceList(): ReactNode {
  const { t } = useTranslation('console-sources');
  const { t: consoleWords } = useTranslation('console');
  const tell = useTell();
  const mayAdd = useMay('admin');
  const sources = useApi<SourceView[]>(dbusPath('sources'), { every: LOOK_EVERY });
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
    { key: 'rate', title: t('column.rate'), align: 'end', cell: (source) => <SourceRate source={source} /> },
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
        const detail = tell(source.reason?.message ?? tellDetail(source.health.detail, consoleWords));
        return detail === '' ? <Null /> : <span title={detail}>{detail}</span>;
      },
    },
  ];
  return (
    <NamedList
      title={t('title')}
      description={t('description')}
      query={sources}
      columns={columns}
      nameOf={({ name }) => name}
      pathOf={({ name }) => `/sources/${encodeURIComponent(name)}`}
      add={mayAdd ? { word: t('add'), path: '/sources?new=connection' } : undefined}
      empty={{ title: t('empty.title'), text: mayAdd ? t('empty.text') : t('empty.askAdmin') }}
    />
  );
}
