/** Decides what is shown of topics: which source writes one, which flows read it and how far behind they are, and its messages. */
import type { SourceView, TopicView } from '@rtdp/dbus/client';
import type { FlowStatus, FlowView } from '@rtdp/wormhole/client';
import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { NoSuch } from '../../shell/dead-ends.tsx';
import { Link, useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { Null, Quantity } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { usePathName, useUrlState } from '../../shell/url-state.ts';
import { BudgetBar } from '../console/budget-bar.tsx';
import { dbusPath, LOOK_EVERY, LOOK_SELDOM, wormholePath } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { BUDGETS } from '../console/statuses.ts';
import { FlowState } from '../flows/flow-state.tsx';
import { useFlowStatuses } from '../flows/use-flow-statuses.ts';
import { SourceRate } from '../sources/source-rate.tsx';
import { SourceState } from '../sources/source-state.tsx';
import { GiveTopic } from './give-topic.tsx';
import { MessagesTab } from './messages-tab.tsx';
import { isInternal, type Topic, topicsOf } from './topics.ts';

export default function Route(): ReactNode {
  const { t } = useTranslation('console-health');
  const go = useGo();
  const name = usePathName();
  const sources = useApi<SourceView[]>(dbusPath('sources'), { every: LOOK_EVERY });
  const flows = useApi<FlowView[]>(wormholePath('flows'), { every: LOOK_EVERY });
  const topics = useApi<TopicView[]>(dbusPath('topics'), { every: LOOK_SELDOM });
  const statuses = useFlowStatuses(flows.data ?? []);
  const asked = [topics, sources, flows];
  const both = {
    data:
      topics.data === undefined || sources.data === undefined || flows.data === undefined
        ? undefined
        : topicsOf(topics.data, sources.data, flows.data, statuses),
    error: asked.find(({ error }) => error !== null)?.error ?? null,
    isPending: asked.some(({ isPending }) => isPending),
    refetch: () => {
      for (const each of asked) void each.refetch();
    },
  };
  if (name !== undefined) {
    // A source or flow that is known tells enough to look into its topic: Kafka may take long to list all of them.
    const known = topicsOf(topics.data ?? [], sources.data ?? [], flows.data ?? [], statuses);
    const answer = known.some((topic) => topic.name === name)
      ? { ...both, data: known, error: null, isPending: false }
      : both;
    return (
      <Page title={name} crumbs={[{ label: t('topics.title'), to: '/topics' }]} size="wide">
        <Answer query={answer} shape="search">
          {(all) => {
            const topic = all.find((one) => one.name === name);
            if (topic !== undefined) return <One topic={topic} />;
            return <NoSuch title={t('topics.unknown')} back={{ label: t('topics.all'), to: '/topics' }} />;
          }}
        </Answer>
      </Page>
    );
  }
  const columns: ListColumn<Topic>[] = [
    {
      key: 'name',
      title: t('topics.topic'),
      sort: (topic) => topic.name,
      cell: (topic) => <Link to={`/topics/${encodeURIComponent(topic.name)}`}>{topic.name}</Link>,
    },
    {
      key: 'source',
      title: t('topics.writtenBy'),
      cell: ({ source }) =>
        source === undefined ? <Null /> : <Link to={`/sources/${encodeURIComponent(source.name)}`}>{source.name}</Link>,
    },
    {
      key: 'partitions',
      title: t('topics.partitions'),
      align: 'end',
      cell: ({ partitions, source }) => <Quantity value={partitions.length || source?.partitions} />,
    },
    {
      key: 'messages',
      title: t('topics.end'),
      align: 'end',
      sort: ({ end }) => end,
      cell: ({ end }) => <Quantity value={end} />,
    },
    {
      key: 'lag',
      title: t('topics.lag'),
      sort: ({ lag }) => lag,
      cell: ({ lag }) => (
        <BudgetBar value={lag} budget={BUDGETS.flowLag} format={{ kind: 'number' }} label={t('topics.lag')} />
      ),
    },
    {
      key: 'flows',
      title: t('topics.readBy'),
      wide: true,
      cell: ({ flows: readers }) =>
        readers.map((flow, at) => (
          <span key={flow.name}>
            {at === 0 ? '' : ', '}
            <Link to={`/flows/${encodeURIComponent(flow.name)}`}>{flow.name}</Link>
          </span>
        )),
    },
  ];
  return (
    <Page title={t('topics.title')} description={t('topics.description')} size="wide">
      <Answer
        query={both}
        shape="lines"
        isEmpty={(all) => all.length === 0}
        empty={
          <Empty title={t('topics.empty.title')} action={<Link to="/sources?new=connection">{t('empty.action')}</Link>}>
            {t('topics.empty.text')}
          </Empty>
        }
      >
        {(all) => {
          const internal = all.filter(isInternal);
          const list = (label: string, rows: readonly Topic[]): ReactNode => (
            <ListTable
              label={label}
              rows={rows}
              columns={columns}
              rowKey={(topic) => topic.name}
              onChoose={(topic) => go(`/topics/${encodeURIComponent(topic.name)}`)}
            />
          );
          return (
            <div className="stack">
              {list(
                t('topics.title'),
                all.filter((topic) => !isInternal(topic)),
              )}
              {internal.length === 0 ? null : (
                <details>
                  <summary>{t('topics.internal', { count: internal.length })}</summary>
                  {list(t('topics.internal', { count: internal.length }), internal)}
                </details>
              )}
            </div>
          );
        }}
      </Answer>
    </Page>
  );
}

function One({ topic }: { topic: Topic }): ReactNode {
  const { t } = useTranslation('console-health');
  const [tab, setTab] = useUrlState<string>('tab', 'messages');
  return (
    <Tabs
      activeKey={tab}
      onChange={(key) => setTab(key, { push: true })}
      destroyOnHidden
      items={[
        {
          key: 'messages',
          label: t('messages.tab'),
          children: <MessagesTab topic={topic} partitions={topic.partitions.map(({ partition }) => partition)} />,
        },
        { key: 'readers', label: t('messages.tabReaders'), children: <Readers topic={topic} /> },
      ]}
    />
  );
}

function Readers({ topic }: { topic: Topic }): ReactNode {
  const { t } = useTranslation('console-health');
  const readers: ListColumn<{ flow: FlowView; status: FlowStatus | undefined }>[] = [
    {
      key: 'flow',
      title: t('topics.flow'),
      sort: ({ flow }) => flow.name,
      cell: ({ flow }) => <Link to={`/flows/${encodeURIComponent(flow.name)}`}>{flow.name}</Link>,
    },
    { key: 'state', title: t('topics.state'), cell: ({ flow, status }) => <FlowState flow={flow} status={status} /> },
    {
      key: 'lag',
      title: t('topics.lag'),
      cell: ({ status }) => (
        <BudgetBar value={status?.lag} budget={BUDGETS.flowLag} format={{ kind: 'number' }} label={t('topics.lag')} />
      ),
    },
    {
      key: 'tables',
      title: t('topics.tables'),
      align: 'end',
      cell: ({ status }) => <Quantity value={status?.tables.length} />,
    },
  ];
  return (
    <div className="stack">
      {topic.isNobodys && !isInternal(topic) ? <GiveTopic name={topic.name} /> : null}
      <section className="card stack tight">
        <h2>{t('topics.writtenBy')}</h2>
        {topic.source === undefined ? (
          <p className="muted">{t('topics.noSource')}</p>
        ) : (
          <div className="row wrap">
            <Link to={`/sources/${encodeURIComponent(topic.source.name)}`}>{topic.source.name}</Link>
            <SourceState source={topic.source} />
            <SourceRate source={topic.source} />
          </div>
        )}
      </section>
      <section className="stack tight">
        <h2>{t('topics.readBy')}</h2>
        {topic.flows.length === 0 ? (
          <p className="muted">{t('topics.noFlow')}</p>
        ) : (
          <ListTable
            label={t('topics.readBy')}
            rows={topic.flows.map((flow) => ({ flow, status: topic.statuses.get(flow.name) }))}
            columns={readers}
            rowKey={({ flow }) => flow.name}
          />
        )}
      </section>
      {topic.partitions.length === 0 ? null : (
        <section className="stack tight">
          <h2>{t('topics.partitions')}</h2>
          <ListTable
            label={t('topics.partitions')}
            rows={topic.partitions}
            rowKey={({ partition }) => String(partition)}
            columns={[
              { key: 'partition', title: t('topics.partition'), align: 'end', cell: ({ partition }) => partition },
              { key: 'low', title: t('topics.low'), align: 'end', cell: ({ low }) => <Quantity value={low} /> },
              { key: 'end', title: t('topics.end'), align: 'end', cell: ({ end }) => <Quantity value={end} /> },
              {
                key: 'behind',
                title: t('topics.behind'),
                wide: true,
                cell: ({ behind }) => (
                  <BudgetBar
                    value={behind}
                    budget={BUDGETS.flowLag}
                    format={{ kind: 'number' }}
                    label={t('topics.lag')}
                  />
                ),
              },
            ]}
          />
        </section>
      )}
    </div>
  );
}
