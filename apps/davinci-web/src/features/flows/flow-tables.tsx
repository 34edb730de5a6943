/** Decides what is shown and done about the sink tables of a flow: state, rate, lag, freshness, counts, partitions; pause and resume one. */
import type { FlowStatus, TableStatus } from '@rtdp/wormhole/client';
import { Button } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { Link } from '../../shell/link.tsx';
import { Exact, Quantity, When } from '../../shell/quantity.tsx';
import { Empty } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { useTell } from '../../shell/use-tell.ts';
import { BudgetBar } from '../console/budget-bar.tsx';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { Reason } from '../console/reason.tsx';
import { BUDGETS, flowTableStatus, flowTablesCondition } from '../console/statuses.ts';
import { useWording } from '../console/use-wording.ts';
import { LatencyBar, longestOf } from './latency-bar.tsx';
import { TableCommand } from './table-command.tsx';
import { useVerify } from './use-verify.ts';

const nameOf = ({ schema, table }: TableStatus): string => `${schema}.${table}`;

export function FlowTables({ flow }: { flow: FlowStatus }): ReactNode {
  const { t } = useTranslation('console-flows');
  const words = useWording();
  const [opened, setOpened] = useUrlState<string>('table', '');
  if (flow.tables.length === 0) return <Empty title={t('tables.none')}>{t('tables.noneText')}</Empty>;
  const longest = longestOf(flow.tables.map(({ latency }) => latency)) ?? 0;
  const columns: ListColumn<TableStatus>[] = [
    {
      key: 'table',
      title: t('tables.column.table'),
      sort: nameOf,
      cell: (table) => (
        <Button
          type="link"
          size="small"
          onClick={() => setOpened(opened === nameOf(table) ? undefined : nameOf(table))}
        >
          {nameOf(table)}
        </Button>
      ),
    },
    {
      key: 'state',
      title: t('column.state'),
      sort: ({ state }) => state,
      cell: (table) => <TableState table={table} />,
    },
    {
      key: 'dead',
      title: t('column.dead'),
      align: 'end',
      sort: ({ openDeadLetters }) => openDeadLetters,
      cell: ({ openDeadLetters }) =>
        openDeadLetters > 0 ? (
          <Link to={`/flows/${encodeURIComponent(flow.name)}?tab=dead-letters`}>
            <Quantity value={openDeadLetters} />
          </Link>
        ) : (
          <Quantity value={openDeadLetters} />
        ),
    },
    {
      key: 'rate',
      title: t('column.rate'),
      align: 'end',
      sort: ({ rowsPerSecond }) => rowsPerSecond,
      cell: ({ rowsPerSecond }) => words.rate(rowsPerSecond),
    },
    {
      key: 'lag',
      title: t('column.lag'),
      sort: ({ lag }) => lag,
      cell: ({ lag }) => (
        <BudgetBar value={lag} budget={BUDGETS.flowLag} format={{ kind: 'number' }} label={t('column.lag')} />
      ),
    },
    {
      key: 'freshness',
      title: t('figure.freshness'),
      sort: ({ freshnessMs }) => freshnessMs,
      cell: ({ freshnessMs }) => (
        <BudgetBar
          value={freshnessMs}
          budget={BUDGETS.freshnessMs}
          format={{ kind: 'milliseconds' }}
          label={t('figure.freshness')}
        />
      ),
    },
    {
      key: 'latency',
      title: t('column.latency'),
      sort: ({ latency }) => latency?.total ?? null,
      cell: ({ latency }) => <LatencyBar latency={latency} longest={longest} />,
    },
    {
      key: 'in',
      title: t('tables.column.in'),
      align: 'end',
      sort: ({ rowsIn }) => rowsIn,
      cell: ({ rowsIn }) => <Quantity value={rowsIn} />,
    },
    {
      key: 'applied',
      title: t('tables.column.applied'),
      align: 'end',
      sort: ({ applied }) => applied,
      cell: ({ applied }) => <Quantity value={applied} />,
    },
    {
      key: 'deleted',
      title: t('tables.column.deleted'),
      align: 'end',
      sort: ({ deleted }) => deleted,
      cell: ({ deleted }) => <Quantity value={deleted} />,
    },
  ];
  const one = flow.tables.find((table) => nameOf(table) === opened);
  return (
    <div className="stack">
      {one === undefined ? null : <TableDetail flow={flow} table={one} onClose={() => setOpened(undefined)} />}
      <ListTable
        label={t('tab.tables', { count: 0 })}
        rows={flow.tables}
        columns={columns}
        rowKey={nameOf}
        chosen={opened}
      />
      {flow.tables.length === 0 ? null : <p className="muted small">{t('tables.counted')}</p>}
    </div>
  );
}

function TableDetail(props: { flow: FlowStatus; table: TableStatus; onClose: () => void }): ReactNode {
  const { t } = useTranslation('console-flows');
  const tell = useTell();
  const mayAct = useMay('editor');
  const { flow, table, onClose } = props;
  const { verify, busy: isBeginning } = useVerify(flow.name);
  const partitions: ListColumn<TableStatus['partitions'][number]>[] = [
    { key: 'partition', title: t('tables.partition'), align: 'end', cell: ({ partition }) => partition },
    {
      key: 'state',
      title: t('column.state'),
      cell: ({ state }) => t(`tables.state.${state}`, { defaultValue: state }),
    },
    { key: 'done', title: t('tables.done'), align: 'end', cell: ({ doneOffset }) => <Exact value={doneOffset} /> },
    {
      key: 'stored',
      title: t('tables.stored'),
      align: 'end',
      cell: ({ storedOffset }) => <Exact value={storedOffset} />,
    },
    {
      key: 'end',
      title: t('tables.end'),
      align: 'end',
      cell: ({ highWatermark }) => <Exact value={highWatermark} />,
    },
    {
      key: 'behind',
      title: t('column.lag'),
      align: 'end',
      cell: ({ doneOffset, highWatermark }) => (
        <Quantity value={highWatermark === null ? null : Math.max(0, Number(highWatermark) - Number(doneOffset))} />
      ),
    },
    { key: 'epoch', title: t('tables.epoch'), align: 'end', cell: ({ epoch }) => <Exact value={epoch} /> },
    { key: 'reason', title: t('column.detail'), wide: true, cell: ({ reason }) => tell(reason?.message ?? '') },
  ];
  return (
    <section className="card stack" aria-label={nameOf(table)}>
      <div className="row">
        <h2 className="grow">{nameOf(table)}</h2>
        <TableCommand flow={flow} table={table} />
        {mayAct ? (
          <Button disabled={isBeginning} title={t('verify.hint')} onClick={() => void verify(nameOf(table))}>
            {t('verify.verbOfTable')}
          </Button>
        ) : null}
        <Button onClick={onClose}>{t('close')}</Button>
      </div>
      {table.reason === null ? null : <Reason reason={table.reason} kind={flowTableStatus(table)} />}
      {table.onlyInserts ? <p className="muted">{t('tables.onlyInsertsWhy')}</p> : null}
      <dl className="facts">
        <dt>{t('tables.sinkNamespace')}</dt>
        <dd>
          <code>{table.sinkNamespace}</code>
        </dd>
        <dt>{t('tables.sources')}</dt>
        <dd>
          <code>{table.sources.join(', ')}</code>
        </dd>
        <dt>{t('tables.commit')}</dt>
        <dd>
          <Exact value={table.commitNumber} />
        </dd>
        <dt>{t('tables.column.stale')}</dt>
        <dd>
          <Exact value={table.stale} />
        </dd>
        <dt>{t('tables.watermark')}</dt>
        <dd>
          <When at={table.watermark === null ? null : `${table.watermark.replace(' ', 'T')}Z`} />
        </dd>
      </dl>
      {table.latency === null ? null : <LatencyBar latency={table.latency} legend />}
      <ListTable
        label={t('tables.partitions')}
        rows={table.partitions}
        columns={partitions}
        rowKey={({ partition }) => String(partition)}
      />
    </section>
  );
}

function TableState({ table }: { table: TableStatus }): ReactNode {
  const { t } = useTranslation('console-flows');
  const words = useWording();
  const { status, cause } = flowTablesCondition([table]);
  const word =
    cause !== undefined
      ? words.cause(cause)
      : table.loading && table.loadFailed
        ? t('tables.loadFailed')
        : table.state === 'running' && status === 'late'
          ? t('runningBut.late')
          : t(`tables.state.${table.state}`);
  const why =
    table.reason?.message ?? (cause?.is === 'dead-letters' ? t('dead.why', { count: cause.count }) : undefined);
  return (
    <>
      <Status kind={status} word={word} {...(why === undefined ? {} : { why })} />
      {table.onlyInserts ? (
        <span className="muted" title={t('tables.onlyInsertsWhy')}>
          {' '}
          · {t('tables.onlyInserts')}
        </span>
      ) : null}
    </>
  );
}
