/** Decides how one query is shown: who asked what, how it went, what it read, and the plan of the same statement now. */
import type { ExplanationView, QueryRecordView } from '@rtdp/moonbox/client';
import { Button } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type List, useApi } from '../../api/use-api.ts';
import { Link } from '../../shell/link.tsx';
import { formatDuration } from '../../shell/numbers.ts';
import { Page } from '../../shell/page.tsx';
import { Quantity, When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { LOOK_EVERY, moonboxPath } from '../console/console-api.ts';
import { Figure, Figures } from '../console/figures.tsx';
import { Reason } from '../console/reason.tsx';
import { Statement } from '../console/statement.tsx';
import { useAct } from '../console/use-act.ts';
import { isExplainable } from './explainable.ts';
import { PlanView } from './plan-view.tsx';
import { isUnderWay, QueryState } from './query-state.tsx';
import { type QueryPurpose, useLabel } from './use-label.ts';
import { useWho } from './use-who.ts';

/** How far back the audit is looked through for one query. */
const FAR = 1_000;

export function QueryPage({ id }: { id: string }): ReactNode {
  const { t } = useTranslation('console-queries');
  const queries = useApi<List<QueryRecordView>>(moonboxPath('queries'), { query: { limit: FAR }, every: LOOK_EVERY });
  const query = queries.data?.items.find((one) => one.id === id);
  const { run, busy } = useAct([moonboxPath('queries')]);
  return (
    <Page
      title={t('one')}
      crumbs={[{ label: t('title'), to: '/queries' }]}
      size="wide"
      badge={query === undefined ? undefined : <QueryState query={query} tag />}
      actions={
        query !== undefined && isUnderWay(query) ? (
          <Button
            danger
            disabled={busy}
            onClick={() =>
              void run({ method: 'POST', path: moonboxPath('queries', id, 'cancel'), done: t('cancelled') })
            }
          >
            {t('cancel')}
          </Button>
        ) : undefined
      }
    >
      <Answer query={queries} shape="record">
        {() => (query === undefined ? <Empty title={t('gone.title')}>{t('gone.text')}</Empty> : <Body query={query} />)}
      </Answer>
    </Page>
  );
}

function Body({ query }: { query: QueryRecordView }): ReactNode {
  const { t, i18n } = useTranslation('console-queries');
  const who = useWho();
  const purpose = useLabel();
  const [plan, setPlan] = useState<ExplanationView>();
  const { run, busy } = useAct([]);
  const explain = async (analyze: boolean): Promise<void> => {
    const body = { sql: query.sql, analyze, ...(query.database === null ? {} : { database: query.database }) };
    const answer = await run<ExplanationView>({ method: 'POST', path: moonboxPath('explain'), body });
    if (answer !== undefined) setPlan(answer);
  };
  return (
    <>
      {query.error === null ? null : <Reason reason={query.error} />}
      <Figures>
        <Figure
          name={t('column.time')}
          note={
            query.queuedMilliseconds < 1
              ? t('queuedNot')
              : t('queued', { time: formatDuration(query.queuedMilliseconds, i18n.language) })
          }
        >
          <Quantity value={query.milliseconds} format={{ kind: 'milliseconds' }} />
        </Figure>
        <Figure name={t('column.rows')}>
          <Quantity value={query.rows} />
        </Figure>
        <Figure name={t('column.started')}>
          <When at={query.startedAt} />
        </Figure>
        <Figure name={t('column.via')}>{t(`via.${query.via}`)}</Figure>
      </Figures>
      {query.sql === null ? <p>{t('sqlForEditors')}</p> : <Statement text={query.sql} label="SQL" />}
      <dl className="facts">
        <dt>{t('column.who')}</dt>
        <dd title={query.subject}>{who(query.subject)}</dd>
        {query.label === null ? null : (
          <>
            <dt>{t('column.label')}</dt>
            <dd title={query.label}>
              <Purpose {...purpose(query.label, query.startedAt)} />
            </dd>
          </>
        )}
        <dt>{t('decision')}</dt>
        <dd>{t(`decisions.${query.decision}`)}</dd>
        <dt>{t('read')}</dt>
        <dd>
          {query.tables.length === 0
            ? t('readNothing')
            : query.tables
                .map(({ database, table, columns }) =>
                  columns.length === 0 ? `${database}.${table}` : `${database}.${table} (${columns.join(', ')})`,
                )
                .join('; ')}
        </dd>
      </dl>
      {isExplainable(query) ? (
        <section className="card stack">
          <div className="row wrap">
            <h2 className="grow">{t('plan.title')}</h2>
            <Button disabled={busy} onClick={() => void explain(false)}>
              {t('plan.explain')}
            </Button>
            <Button disabled={busy} title={t('plan.analyzeHint')} onClick={() => void explain(true)}>
              {t('plan.analyze')}
            </Button>
          </div>
          {plan === undefined ? <p className="muted">{t('plan.about')}</p> : <PlanView plan={plan} />}
        </section>
      ) : null}
    </>
  );
}

function Purpose({ text, href }: QueryPurpose): ReactNode {
  return href === undefined ? text : <Link to={href}>{text}</Link>;
}
