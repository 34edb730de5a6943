/** Decides how it is told where a message went: the batches of the flows that took it, and the flows that have not come to it yet. */
import type { MessageDetail } from '@rtdp/dbus/client';
import type { TraceView } from '@rtdp/wormhole/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { Link } from '../../shell/link.tsx';
import { Exact, Quantity, When } from '../../shell/quantity.tsx';
import { Answer } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { LOOK_SELDOM, wormholePath } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { LatencyBar, longestOf } from '../flows/latency-bar.tsx';
import type { Topic } from './topics.ts';

type Batch = TraceView['batches'][number];

export function MessageTrace({ topic, message }: { topic: Topic; message: MessageDetail }): ReactNode {
  const { t } = useTranslation('console-health');
  const { partition, offset, at } = message;
  const trace = useApi<TraceView>(wormholePath('trace'), {
    query: { topic: topic.name, partition, offset, at },
    every: LOOK_SELDOM,
  });
  const longest = longestOf((trace.data?.batches ?? []).map(({ latency }) => latency)) ?? 0;
  const columns: ListColumn<Batch>[] = [
    {
      key: 'flow',
      title: t('topics.flow'),
      cell: ({ flow }) => <Link to={`/flows/${encodeURIComponent(flow)}`}>{flow}</Link>,
    },
    {
      key: 'state',
      title: t('topics.state'),
      cell: ({ rowsDead }) => (
        <Status
          kind={rowsDead > 0 ? 'broken' : 'ok'}
          word={t(rowsDead > 0 ? 'messages.forth.dead' : 'messages.forth.stored', { count: rowsDead })}
        />
      ),
    },
    { key: 'at', title: t('messages.forth.at'), cell: ({ storedAt }) => <When at={storedAt} /> },
    {
      key: 'rows',
      title: t('messages.forth.rows'),
      align: 'end',
      cell: ({ rowsApplied, rowsIn }) => (
        <>
          <Quantity value={rowsApplied} /> / <Quantity value={rowsIn} />
        </>
      ),
    },
    {
      key: 'commit',
      title: t('messages.forth.commit'),
      align: 'end',
      cell: ({ commitNumber }) => <Exact value={commitNumber} />,
    },
    {
      key: 'time',
      title: t('messages.forth.time'),
      cell: ({ latency }) => <LatencyBar latency={latency} longest={longest} />,
    },
    {
      key: 'sink',
      title: t('messages.forth.sink'),
      wide: true,
      cell: ({ sinkNamespace }) => <code title={sinkNamespace}>{sinkNamespace}</code>,
    },
  ];
  const waiting = topic.flows.filter((flow) => isBefore(topic, flow.name, partition, BigInt(offset)));
  return (
    <section className="stack tight" aria-label={t('messages.forth.title')}>
      <h3>{t('messages.forth.title')}</h3>
      <Answer query={trace} shape="lines">
        {({ batches, isComplete }) => (
          <>
            {batches.length === 0 ? (
              <p className="muted">{t(topic.flows.length === 0 ? 'topics.noFlow' : 'messages.forth.none')}</p>
            ) : (
              <ListTable
                label={t('messages.forth.batches')}
                rows={batches}
                columns={columns}
                rowKey={(batch) => `${batch.flow} ${batch.sinkNamespace} ${batch.firstOffset} ${batch.storedAt}`}
              />
            )}
            {isComplete ? null : <p className="muted small">{t('messages.forth.cut')}</p>}
          </>
        )}
      </Answer>
      {waiting.map(({ name }) => (
        <p key={name}>
          <Status kind="late" word={t('messages.forth.waiting', { flow: name })} />{' '}
          <Link to={`/flows/${encodeURIComponent(name)}`}>{t('messages.forth.look')}</Link>
        </p>
      ))}
    </section>
  );
}

/** Whether a table of the flow stands before this message in its partition. */
function isBefore(topic: Topic, flow: string, partition: number, offset: bigint): boolean {
  const tables = topic.statuses.get(flow)?.tables ?? [];
  return tables.some((table) =>
    table.partitions.some((place) => place.partition === partition && BigInt(place.doneOffset) <= offset),
  );
}
