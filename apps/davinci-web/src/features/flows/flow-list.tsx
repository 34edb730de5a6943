/** Decides what the list of flows tells: state, rate, lag, how fresh its sinks are, and how many rows wait as dead letters. */
import type { FlowView } from '@rtdp/wormhole/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { Link } from '../../shell/link.tsx';
import { Null, Quantity } from '../../shell/quantity.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { BudgetBar } from '../console/budget-bar.tsx';
import { LOOK_EVERY, wormholePath } from '../console/console-api.ts';
import type { ListColumn } from '../console/list-table.tsx';
import { NamedList } from '../console/named-list.tsx';
import { BUDGETS } from '../console/statuses.ts';
import { useWording } from '../console/use-wording.ts';
import type { FlowDefinitionView } from './flow-form.ts';
import { FlowState } from './flow-state.tsx';
import { LatencyBar, longestOf } from './latency-bar.tsx';
import { useFlowStatuses } from './use-flow-statuses.ts';

export function FlowList(): ReactNode {
  const { t } = useTranslation('console-flows');
  const words = useWording();
  const tell = useTell();
  const mayAdd = useMay('editor');
  const flows = useApi<FlowView[]>(wormholePath('flows'), { every: LOOK_EVERY });
  const statuses = useFlowStatuses(flows.data ?? []);
  const longest = longestOf([...statuses.values()].map(({ tables }) => slowest(tables))) ?? 0;
  const columns: ListColumn<FlowView>[] = [
    {
      key: 'name',
      title: t('column.name'),
      sort: ({ name }) => name,
      cell: ({ name }) => <Link to={`/flows/${encodeURIComponent(name)}`}>{name}</Link>,
    },
    {
      key: 'state',
      title: t('column.state'),
      sort: ({ state }) => state,
      cell: (flow) => <FlowState flow={flow} status={statuses.get(flow.name)} />,
    },
    {
      key: 'from',
      seldom: true,
      title: t('column.from'),
      sort: namespaceOf,
      cell: (flow) => <code>{namespaceOf(flow)}</code>,
    },
    {
      key: 'rate',
      title: t('column.rate'),
      align: 'end',
      sort: ({ name }) => statuses.get(name)?.rowsPerSecond ?? null,
      cell: ({ name }) => {
        const status = statuses.get(name);
        return status === undefined ? <Null /> : <span className="numbers">{words.rate(status.rowsPerSecond)}</span>;
      },
    },
    {
      key: 'lag',
      title: t('column.lag'),
      sort: ({ name }) => statuses.get(name)?.lag ?? null,
      cell: ({ name }) => (
        <BudgetBar
          value={statuses.get(name)?.lag}
          budget={BUDGETS.flowLag}
          format={{ kind: 'number' }}
          label={t('column.lag')}
        />
      ),
    },
    {
      key: 'latency',
      title: t('column.latency'),
      sort: ({ name }) => slowest(statuses.get(name)?.tables)?.total ?? null,
      cell: ({ name }) => <LatencyBar latency={slowest(statuses.get(name)?.tables)} longest={longest} />,
    },
    {
      key: 'tables',
      seldom: true,
      title: t('column.tables'),
      align: 'end',
      cell: ({ name }) => <Quantity value={statuses.get(name)?.tables.length} />,
    },
    {
      key: 'dead',
      title: t('column.dead'),
      align: 'end',
      sort: ({ name }) => statuses.get(name)?.openDeadLetters ?? null,
      cell: ({ name }) => {
        const count = statuses.get(name)?.openDeadLetters;
        if (!count) return <Quantity value={count} />;
        return (
          <Link to={`/flows/${encodeURIComponent(name)}?tab=dead-letters`}>
            <Quantity value={count} />
          </Link>
        );
      },
    },
    {
      key: 'detail',
      title: t('column.detail'),
      wide: true,
      cell: ({ name, reason }) => {
        const text =
          reason?.message ?? statuses.get(name)?.tables.find((table) => table.reason !== null)?.reason?.message ?? '';
        return text === '' ? <Null /> : <span title={tell(text)}>{tell(text)}</span>;
      },
    },
  ];
  return (
    <NamedList
      title={t('title')}
      description={t('description')}
      query={flows}
      columns={columns}
      nameOf={({ name }) => name}
      pathOf={({ name }) => `/flows/${encodeURIComponent(name)}`}
      add={mayAdd ? { word: t('add'), path: '/flows?new=1' } : undefined}
      empty={{ title: t('empty.title'), text: t('empty.text') }}
    />
  );
}

/** Without the parts at its end that are open. */
function namespaceOf({ definition }: FlowView): string {
  return (definition as FlowDefinitionView).source.namespace.replace(/(\.\*)+$/, '.*');
}

function slowest(tables: readonly { latency: Parameters<typeof LatencyBar>[0]['latency'] }[] | undefined) {
  return (
    (tables ?? [])
      .map(({ latency }) => latency)
      .filter((latency) => latency !== null)
      .sort((a, b) => (b.total ?? 0) - (a.total ?? 0))[0] ?? null
  );
}
