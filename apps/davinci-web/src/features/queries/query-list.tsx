/** Decides how queries are listed: those that run first, then the audit's newest, narrowed by state and by who asked. */
import type { QueryRecordView } from '@rtdp/moonbox/client';
import { Button, Checkbox, Segmented } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay, useSession } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';
import { Link, useGo } from '../../shell/link.tsx';
import { Quantity, When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { LOOK_EVERY, moonboxPath } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { useAct } from '../console/use-act.ts';
import { isUnderWay, QueryState } from './query-state.tsx';
import { type QueryPurpose, useLabel } from './use-label.ts';
import { useWho } from './use-who.ts';

const STATES = ['all', 'running', 'done', 'failed', 'refused', 'cancelled'] as const;

export function QueryList(): ReactNode {
  const { t } = useTranslation('console-queries');
  const go = useGo();
  const me = useSession()?.user.id;
  const mayAsk = useMay('editor');
  const [state, setState] = useUrlState<(typeof STATES)[number]>('state', 'all');
  const [whose, setWhose] = useUrlState<'all' | 'me'>('who', 'all');
  const who = useWho();
  const purpose = useLabel();
  const { run, busy } = useAct([moonboxPath('queries')]);
  const queries = useApi<List<QueryRecordView>>(moonboxPath('queries'), {
    query: { limit: 200, state: state === 'all' ? undefined : state, subject: whose === 'me' ? me : undefined },
    every: LOOK_EVERY,
    keep: true,
  });
  const columns: ListColumn<QueryRecordView>[] = [
    {
      key: 'started',
      title: t('column.started'),
      sort: ({ startedAt }) => startedAt,
      cell: ({ id, startedAt }) => (
        <Link to={`/queries/${encodeURIComponent(id)}`}>
          <When at={startedAt} />
        </Link>
      ),
    },
    {
      key: 'state',
      title: t('column.state'),
      sort: ({ state: own }) => own,
      cell: (query) => <QueryState query={query} />,
    },
    {
      key: 'time',
      title: t('column.time'),
      align: 'end',
      sort: ({ milliseconds }) => milliseconds,
      cell: ({ milliseconds }) => <Quantity value={milliseconds} format={{ kind: 'milliseconds' }} />,
    },
    {
      key: 'rows',
      title: t('column.rows'),
      align: 'end',
      sort: ({ rows }) => rows,
      cell: ({ rows }) => <Quantity value={rows} />,
    },
    { key: 'via', title: t('column.via'), sort: ({ via }) => via, cell: ({ via }) => t(`via.${via}`) },
    {
      key: 'who',
      title: t('column.who'),
      sort: ({ subject }) => who(subject),
      cell: ({ subject }) => <span title={subject}>{shortened(who(subject))}</span>,
    },
    {
      key: 'label',
      title: t('column.label'),
      cell: ({ label }) => (label === null ? <Quantity value={null} /> : <Purpose {...purpose(label)} label={label} />),
    },
    {
      key: 'sql',
      title: 'SQL',
      wide: true,
      cell: ({ sql }) =>
        sql === null ? t('sqlForEditors') : <code title={sql}>{sql.replaceAll(/\s+/g, ' ').slice(0, 200)}</code>,
    },
    {
      key: 'act',
      title: t('column.act'),
      quiet: true,
      cell: (query) =>
        isUnderWay(query) ? (
          <Button
            size="small"
            disabled={busy}
            onClick={() =>
              void run({ method: 'POST', path: moonboxPath('queries', query.id, 'cancel'), done: t('cancelled') })
            }
          >
            {t('cancel')}
          </Button>
        ) : null,
    },
  ];
  return (
    <div className="stack">
      <div className="row wrap">
        <Segmented
          value={state}
          aria-label={t('column.state')}
          onChange={(value) => setState(value as typeof state)}
          options={STATES.map((value) => ({ value, label: t(`state.${value}`) }))}
        />
        <Checkbox checked={whose === 'me'} onChange={(event) => setWhose(event.target.checked ? 'me' : 'all')}>
          {t('onlyMine')}
        </Checkbox>
      </div>
      <Answer
        query={queries}
        shape="lines"
        isEmpty={({ items }) => items.length === 0}
        empty={
          <Empty
            title={t(state === 'all' ? 'empty.title' : 'empty.filtered')}
            {...(mayAsk && state === 'all'
              ? {
                  action: (
                    <Button type="primary" onClick={() => go('/views/new')}>
                      {t('empty.action')}
                    </Button>
                  ),
                }
              : {})}
          >
            {t('empty.text')}
          </Empty>
        }
      >
        {({ items }) => (
          <ListTable
            label={t('tab.queries')}
            rows={items}
            columns={columns}
            rowKey={({ id }) => id}
            onChoose={({ id }) => go(`/queries/${encodeURIComponent(id)}`)}
          />
        )}
      </Answer>
    </div>
  );
}

function Purpose({ text, href, label }: QueryPurpose & { label: string }): ReactNode {
  const shown = shortened(text);
  return href === undefined ? (
    <span title={label}>{shown}</span>
  ) : (
    <Link to={href} title={text}>
      {shown}
    </Link>
  );
}

function shortened(text: string): string {
  return text.length > 24 ? `${text.slice(0, 23)}…` : text;
}
