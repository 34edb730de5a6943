/** Decides what is shown and done about the tables of a source: captured or not and why, version, changes, lag; add, take out, pull, resume. */
import type { CapturedTableView, SourceView } from '@rtdp/dbus/client';
import { Button, Checkbox, Segmented } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { Link } from '../../shell/link.tsx';
import { Quantity } from '../../shell/quantity.tsx';
import { SearchField } from '../../shell/search-field.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { useTell } from '../../shell/use-tell.ts';
import { BudgetBar } from '../console/budget-bar.tsx';
import { dbusPath, LOOK_SELDOM } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { BUDGETS, capturedTableStatus } from '../console/statuses.ts';
import { useAct } from '../console/use-act.ts';
import { losses } from './group-problems.ts';
import { ProblemList } from './problem-list.tsx';
import { tablePattern } from './table-pattern.ts';

const nameOf = ({ schema, table }: { schema: string; table: string }): string => `${schema}.${table}`;

export function TablesTab({ source }: { source: SourceView }): ReactNode {
  const { t } = useTranslation('console-sources');
  const tables = useApi<CapturedTableView[]>(dbusPath('sources', source.name, 'tables'), {
    every: LOOK_SELDOM,
    keep: true,
  });
  return (
    <Answer
      query={tables}
      shape="lines"
      isEmpty={(list) => list.length === 0}
      empty={<Empty title={t('tables.empty.title')}>{t('tables.empty.text')}</Empty>}
    >
      {(list) => <Tables source={source} tables={list} />}
    </Answer>
  );
}

function Tables({ source, tables }: { source: SourceView; tables: readonly CapturedTableView[] }): ReactNode {
  const { t } = useTranslation('console-sources');
  const tell = useTell();
  const mayAct = useMay('editor');
  const [show, setShow] = useUrlState<'captured' | 'all' | 'problems'>('show', 'captured');
  const [find, setFind] = useUrlState<string>('find', '');
  const [opened, setOpened] = useUrlState<string>('table', '');
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const { run, busy } = useAct([dbusPath('sources', source.name)]);

  const shown = tables
    .filter(
      (table) =>
        show === 'all' ||
        (show === 'captured' ? table.captured || table.chosen : losses(table.problems).length > 0 || table.stopped),
    )
    .filter((table) => nameOf(table).toLowerCase().includes(find.toLowerCase()));
  const advices = shown.flatMap(({ captured, problems }) =>
    captured ? problems.filter(({ severity }) => severity === 'advice') : [],
  );
  const picked = tables.filter((table) => marked.has(nameOf(table)));
  const patterns = picked.map(tablePattern);
  // What was marked while the action ran stays marked.
  const finish = (): void =>
    setMarked((before) => new Set([...before].filter((name) => !picked.some((table) => nameOf(table) === name))));
  const mark = (name: string, isMarked: boolean): void =>
    setMarked((before) => new Set(isMarked ? [...before, name] : [...before].filter((each) => each !== name)));

  const columns: ListColumn<CapturedTableView>[] = [
    ...(mayAct
      ? [
          {
            key: 'mark',
            title: t('tables.mark'),
            quiet: true,
            cell: (table: CapturedTableView) => (
              <Checkbox
                checked={marked.has(nameOf(table))}
                aria-label={t('tables.markOne', { table: nameOf(table) })}
                onChange={(event) => mark(nameOf(table), event.target.checked)}
              />
            ),
          },
        ]
      : []),
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
      sort: capturedTableStatus,
      cell: (table) => <Status kind={capturedTableStatus(table)} word={t(`tables.state.${stateOf(table)}`)} />,
    },
    {
      key: 'version',
      title: t('tables.column.version'),
      align: 'end',
      cell: ({ version }) => <Quantity value={version} />,
    },
    {
      key: 'rows',
      title: t('tables.column.changes'),
      align: 'end',
      sort: ({ rows }) => rows,
      cell: ({ rows, captured }) => <Quantity value={captured ? rows : null} />,
    },
    {
      key: 'lag',
      title: t('column.lag'),
      sort: ({ lagMillis }) => lagMillis,
      cell: ({ lagMillis, captured }) => (
        <BudgetBar
          value={captured ? lagMillis : null}
          budget={BUDGETS.sourceLagMs}
          format={{ kind: 'milliseconds' }}
          label={t('column.lag')}
        />
      ),
    },
    {
      key: 'estimate',
      title: t('tables.column.rows'),
      align: 'end',
      sort: ({ estimatedRows }) => estimatedRows,
      cell: ({ estimatedRows }) => <Quantity value={estimatedRows < 0 ? null : estimatedRows} />,
    },
    {
      key: 'bytes',
      title: t('tables.column.size'),
      align: 'end',
      sort: ({ bytes }) => bytes,
      cell: ({ bytes }) => <Quantity value={bytes} format={{ kind: 'bytes' }} />,
    },
    {
      key: 'why',
      title: t('tables.column.why'),
      wraps: true,
      cell: ({ problems }) => {
        const missed = losses(problems);
        if (missed.length === 0) return <span className="muted">{t('tables.nothing')}</span>;
        return missed.map(({ message }) => tell(message)).join(' ');
      },
    },
  ];
  const one = tables.find((table) => nameOf(table) === opened);
  return (
    <div className="stack">
      <div className="row wrap">
        <Segmented
          value={show}
          onChange={(value) => setShow(value as typeof show)}
          options={[
            { value: 'captured', label: t('tables.show.captured') },
            { value: 'all', label: t('tables.show.all') },
            { value: 'problems', label: t('tables.show.problems') },
          ]}
        />
        <SearchField label={t('tables.find')} value={find} onChange={setFind} />
        <span className="grow" />
        {picked.length === 0 ? null : (
          <div className="row wrap">
            <span className="muted">{t('tables.picked', { count: picked.length })}</span>
            <Button
              loading={busy}
              disabled={!picked.some(({ captured }) => captured)}
              onClick={() =>
                void run({
                  method: 'POST',
                  path: dbusPath('sources', source.name, 'pulls'),
                  body: { tables: patterns },
                  done: t('tables.pulling'),
                }).then((answer) => answer && finish())
              }
            >
              {t('tables.pull')}
            </Button>
            <Button
              loading={busy}
              disabled={picked.every(({ captured }) => captured)}
              onClick={() =>
                void run({
                  method: 'POST',
                  path: dbusPath('sources', source.name, 'tables'),
                  body: { tables: patterns },
                  done: t('tables.added'),
                }).then((answer) => answer && finish())
              }
            >
              {t('tables.add')}
            </Button>
            <Button
              danger
              loading={busy}
              disabled={!picked.some(({ captured }) => captured)}
              title={t('tables.takeOutHint')}
              onClick={() =>
                void run({
                  method: 'DELETE',
                  path: dbusPath('sources', source.name, 'tables'),
                  body: { tables: patterns },
                  done: t('tables.takenOut'),
                }).then((answer) => answer && finish())
              }
            >
              {t('tables.takeOut')}
            </Button>
          </div>
        )}
      </div>
      {one === undefined ? null : <TableDetail source={source} table={one} onClose={() => setOpened(undefined)} />}
      {shown.length === 0 ? (
        <Empty title={t('tables.none')} />
      ) : (
        <>
          <ListTable label={t('tab.tables')} rows={shown} columns={columns} rowKey={nameOf} chosen={opened} />
          <p className="muted small">{t('tables.counted')}</p>
        </>
      )}
      {one === undefined ? <ProblemList problems={advices} /> : null}
    </div>
  );
}

function stateOf(table: CapturedTableView): 'stopped' | 'inserts' | 'captured' | 'waiting' | 'blocked' | 'out' {
  if (table.stopped) return 'stopped';
  if (table.captured) return table.capture === 'inserts and truncates' ? 'inserts' : 'captured';
  if (!table.chosen) return 'out';
  return table.capture === null ? 'blocked' : 'waiting';
}

function TableDetail(props: { source: SourceView; table: CapturedTableView; onClose: () => void }): ReactNode {
  const { t } = useTranslation('console-sources');
  const mayAct = useMay('editor');
  const { source, table, onClose } = props;
  const { run, busy } = useAct([dbusPath('sources', source.name)]);
  return (
    <section className="card stack" aria-label={nameOf(table)}>
      <div className="row">
        <h2 className="grow">{nameOf(table)}</h2>
        {mayAct && table.stopped ? (
          <Button
            type="primary"
            loading={busy}
            onClick={() =>
              void run({
                method: 'POST',
                path: dbusPath('sources', source.name, 'tables', 'resume'),
                body: { schema: table.schema, table: table.table },
                done: t('tables.resumed'),
              })
            }
          >
            {t('tables.resume')}
          </Button>
        ) : null}
        <Button onClick={onClose}>{t('close')}</Button>
      </div>
      <dl className="facts">
        <dt>{t('tables.column.key')}</dt>
        <dd>{table.keyColumns.length === 0 ? t('tables.noKey') : table.keyColumns.join(', ')}</dd>
        <dt>{t('tables.identity')}</dt>
        <dd>{table.replicaIdentity}</dd>
        <dt>{t('tables.namespace')}</dt>
        <dd>{table.namespace === null ? t('tables.notMet') : <code>{table.namespace}</code>}</dd>
        {table.namespace === null || !mayAct ? null : (
          <>
            <dt>{t('tables.messages')}</dt>
            <dd>
              <Link
                to={`/topics/${encodeURIComponent(source.topic)}?namespace=${encodeURIComponent(`.${nameOf(table)}.`)}`}
              >
                {source.topic}
              </Link>
            </dd>
          </>
        )}
      </dl>
      <ProblemList problems={table.problems} />
    </section>
  );
}
