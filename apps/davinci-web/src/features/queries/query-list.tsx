/** Decides how queries are listed: those that run first, then the audit's newest, narrowed by state and by who asked; what a widget asks again and again is one line. */
import type { QueryRecordView } from '@rtdp/moonbox/client';
import { Button, Checkbox, Segmented } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay, useSession } from '../../api/session.ts';
import { type List, useApi } from '../../api/use-api.ts';
import { Link, useGo } from '../../shell/link.tsx';
import { Null, Quantity, When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { LOOK_EVERY, moonboxPath } from '../console/console-api.ts';
import { type ListColumn, ListTable } from '../console/list-table.tsx';
import { useAct } from '../console/use-act.ts';
import { type FoldedQuery, foldQueries } from './fold-queries.ts';
import { isUnderWay, QueryState } from './query-state.tsx';
import { type QueryPurpose, useLabel } from './use-label.ts';
import { useWho } from './use-who.ts';

/** How many of the newest are listed, and how many are looked at where many become one line. */
const SHOWN = 200;
const LOOKED_AT = 500;
const STATES = ['all', 'running', 'done', 'failed', 'refused', 'cancelled'] as const;

export function QueryList(): ReactNode {
  const { t } = useTranslation('console-queries');
  const go = useGo();
  const me = useSession()?.user.id;
  const mayAsk = useMay('editor');
  const [state, setState] = useUrlState<(typeof STATES)[number]>('state', 'all');
  const [whose, setWhose] = useUrlState<'all' | 'me'>('who', 'all');
  const [repeats, setRepeats] = useUrlState<'folded' | 'all'>('repeats', 'folded');
  const who = useWho();
  const purpose = useLabel();
  const { run, busy } = useAct([moonboxPath('queries')]);
  const queries = useApi<List<QueryRecordView>>(moonboxPath('queries'), {
    query: {
      limit: repeats === 'all' ? SHOWN : LOOKED_AT,
      state: state === 'all' ? undefined : state,
      subject: whose === 'me' ? me : undefined,
    },
    every: LOOK_EVERY,
    keep: true,
  });
  const columns: ListColumn<FoldedQuery>[] = [
    {
      key: 'started',
      title: t('column.started'),
      sort: ({ query }) => query.startedAt,
      cell: ({ query: { id, startedAt } }) => (
        <Link to={`/queries/${encodeURIComponent(id)}`}>
          <When at={startedAt} />
        </Link>
      ),
    },
    {
      key: 'state',
      title: t('column.state'),
      sort: ({ query }) => query.state,
      cell: ({ query }) => <QueryState query={query} />,
    },
    {
      key: 'time',
      title: t('column.time'),
      align: 'end',
      sort: ({ query }) => query.milliseconds,
      cell: ({ query }) => <Quantity value={query.milliseconds} format={{ kind: 'milliseconds' }} />,
    },
    {
      key: 'rows',
      title: t('column.rows'),
      align: 'end',
      sort: ({ query }) => query.rows,
      cell: ({ query }) => <Quantity value={query.rows} />,
    },
    {
      key: 'times',
      title: t('column.times'),
      align: 'end',
      sort: ({ times }) => times,
      cell: ({ times }) => <Quantity value={times} />,
    },
    {
      key: 'via',
      title: t('column.via'),
      sort: ({ query }) => query.via,
      cell: ({ query }) => t(`via.${query.via}`),
    },
    {
      key: 'who',
      title: t('column.who'),
      sort: ({ query }) => who(query.subject),
      cell: ({ query: { subject } }) => <span title={subject}>{shortened(who(subject))}</span>,
    },
    {
      key: 'label',
      title: t('column.label'),
      cell: ({ query: { label, startedAt } }) =>
        label === null ? <Null /> : <Purpose {...purpose(label, startedAt)} label={label} />,
    },
    {
      key: 'sql',
      title: 'SQL',
      wide: true,
      cell: ({ query: { sql } }) =>
        sql === null ? t('sqlForEditors') : <code title={sql}>{sql.replaceAll(/\s+/g, ' ').slice(0, 200)}</code>,
    },
    {
      key: 'act',
      title: t('column.act'),
      quiet: true,
      cell: ({ query }) =>
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
        <Checkbox
          checked={repeats === 'folded'}
          onChange={(event) => setRepeats(event.target.checked ? 'folded' : 'all')}
        >
          {t('foldRepeats')}
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
            rows={
              repeats === 'folded' ? foldQueries(items) : items.map((query) => ({ key: query.id, query, times: 1 }))
            }
            columns={repeats === 'folded' ? columns : columns.filter(({ key }) => key !== 'times')}
            rowKey={({ key }) => key}
            onChoose={({ query }) => go(`/queries/${encodeURIComponent(query.id)}`)}
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
