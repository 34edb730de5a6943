/** Decides how one flow is shown: its picture, figures and actions, and its tables, SQL, dead letters and settings in tabs. */
import type { FlowStatus } from '@rtdp/wormhole/client';
import { Button, Tabs } from 'antd';
import { type ReactNode, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { useApi } from '../../api/use-api.ts';
import { useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { Quantity } from '../../shell/quantity.tsx';
import { Answer, Empty, Loading } from '../../shell/states.tsx';
import { useUrlState } from '../../shell/url-state.ts';
import { useTell } from '../../shell/use-tell.ts';
import { BudgetBar } from '../console/budget-bar.tsx';
import { LOOK_EVERY, wormholePath } from '../console/console-api.ts';
import { Figure, Figures } from '../console/figures.tsx';
import { GraphSkeleton } from '../console/graph-skeleton.tsx';
import { LazyGraph } from '../console/lazy-graph.tsx';
import { Reason } from '../console/reason.tsx';
import { Statement } from '../console/statement.tsx';
import { BUDGETS, flowStateStatus } from '../console/statuses.ts';
import { useAct } from '../console/use-act.ts';
import { useWording } from '../console/use-wording.ts';
import { FlowDeadLetters } from './dead-letters.tsx';
import { flowCommands } from './flow-commands.ts';
import type { FlowDefinitionView } from './flow-form.ts';
import { flowGraph } from './flow-graph.ts';
import { FlowPast } from './flow-past.tsx';
import { FlowSettings } from './flow-settings.tsx';
import { FlowState } from './flow-state.tsx';
import { FlowTables } from './flow-tables.tsx';
import { FlowVerification } from './flow-verification.tsx';
import { LatencyBar } from './latency-bar.tsx';
import { MissingFlow } from './missing-flow.tsx';
import { RemoveFlow } from './remove-flow.tsx';
import { TableCommand } from './table-command.tsx';
import { UnwrittenNote } from './unwritten-note.tsx';
import { useVerify, VERIFICATION_TAB } from './use-verify.ts';

const FIRST_TAB = 'flow';

export function FlowPage({ name }: { name: string }): ReactNode {
  const { t } = useTranslation('console-flows');
  const [tab] = useUrlState<string>('tab', FIRST_TAB);
  const status = useApi<FlowStatus>(wormholePath('flows', name, 'status'), { every: LOOK_EVERY });
  return (
    <Page
      title={name}
      size="wide"
      crumbs={[{ label: t('title'), to: '/flows' }]}
      {...(status.data?.description ? { description: status.data.description } : {})}
      badge={status.data === undefined ? undefined : <FlowState flow={status.data} status={status.data} tag />}
      actions={status.data === undefined ? undefined : <Actions flow={status.data} />}
    >
      <Answer
        query={status}
        missing={<MissingFlow name={name} />}
        skeleton={<Loading shape="thing">{tab === FIRST_TAB ? <GraphSkeleton shape="flat" /> : undefined}</Loading>}
      >
        {(flow) => <Body flow={flow} />}
      </Answer>
    </Page>
  );
}

function Body({ flow }: { flow: FlowStatus }): ReactNode {
  const { t } = useTranslation('console-flows');
  const [tab, setTab] = useUrlState<string>('tab', FIRST_TAB);
  const tell = useTell();
  const mayVerify = useMay('editor');
  const kind = flowStateStatus(flow);
  const worst = flow.tables.toSorted((a, b) => (b.freshnessMs ?? 0) - (a.freshnessMs ?? 0))[0];
  const slowest = flow.tables.toSorted((a, b) => (b.latency?.total ?? 0) - (a.latency?.total ?? 0))[0];
  const stopped = flow.tables.filter(({ reason }) => reason !== null);
  return (
    <>
      {flow.reason === null ? null : <Reason reason={flow.reason} kind={kind === 'ok' ? 'late' : kind} />}
      {flow.pull?.state === 'waiting' ? (
        <div className="reason late">
          <p>{t('pullWaits', { what: flow.pull.waitsFor })}</p>
        </div>
      ) : null}
      {stopped.slice(0, 3).map((table) => (
        <Reason
          key={`${table.schema}.${table.table}`}
          kind={table.state === 'paused' ? 'broken' : 'late'}
          reason={{ ...table.reason!, message: `${table.schema}.${table.table}: ${tell(table.reason!.message)}` }}
        >
          {table.state === 'paused' ? (
            <div>
              <TableCommand flow={flow} table={table} />
            </div>
          ) : null}
        </Reason>
      ))}
      <UnwrittenNote flow={flow} />
      <Figures>
        <Figure name={t('figure.lag')} note={t('figure.lagNote')}>
          <BudgetBar value={flow.lag} budget={BUDGETS.flowLag} format={{ kind: 'number' }} label={t('figure.lag')} />
        </Figure>
        <Figure name={t('figure.rate')} note={t('figure.rateNote')}>
          <Quantity value={flow.rowsPerSecond} format={{ kind: 'number', unit: t('figure.rowsUnit') }} />
        </Figure>
        <Figure name={t('figure.freshness')} note={worst?.loading ? t('figure.loading') : t('figure.freshnessNote')}>
          <BudgetBar
            value={worst?.freshnessMs}
            budget={BUDGETS.freshnessMs}
            format={{ kind: 'milliseconds' }}
            label={t('figure.freshness')}
          />
        </Figure>
        <Figure name={t('figure.dead')} note={t('figure.deadNote')}>
          <Quantity value={flow.openDeadLetters} />
        </Figure>
      </Figures>
      <Tabs
        activeKey={tab}
        onChange={(key) => setTab(key, { push: true })}
        destroyOnHidden
        items={[
          {
            key: FIRST_TAB,
            label: t('tab.flow'),
            children: (
              <div className="stack">
                <FlowPicture flow={flow} />
                {slowest?.latency ? (
                  <section className="card stack tight">
                    <h2>{t('latency.title')}</h2>
                    <p className="muted">{t('latency.of', { table: `${slowest.schema}.${slowest.table}` })}</p>
                    <LatencyBar latency={slowest.latency} legend />
                  </section>
                ) : null}
              </div>
            ),
          },
          {
            key: 'tables',
            label: t('tab.tables', { count: flow.tables.length }),
            children: <FlowTables flow={flow} />,
          },
          { key: 'sql', label: t('tab.sql'), children: <Steps flow={flow} /> },
          {
            key: 'dead-letters',
            label: t('tab.dead', { count: flow.openDeadLetters }),
            children: <FlowDeadLetters flow={flow} />,
          },
          ...(mayVerify
            ? [{ key: VERIFICATION_TAB, label: t('tab.verification'), children: <FlowVerification flow={flow} /> }]
            : []),
          { key: 'history', label: t('tab.history'), children: <FlowPast flow={flow} /> },
          { key: 'settings', label: t('tab.settings'), children: <FlowSettings flow={flow} /> },
        ]}
      />
    </>
  );
}

function FlowPicture({ flow }: { flow: FlowStatus }): ReactNode {
  const { t } = useTranslation('console-flows');
  const words = useWording();
  const graph = useMemo(() => flowGraph(flow, words), [flow, words]);
  return <LazyGraph graph={graph} label={t('picture', { name: flow.name })} />;
}

function Steps({ flow }: { flow: FlowStatus }): ReactNode {
  const { t } = useTranslation('console-flows');
  const steps = (flow.definition as FlowDefinitionView).steps ?? [];
  if (steps.length === 0) return <Empty title={t('sql.none')}>{t('sql.noneText')}</Empty>;
  return (
    <div className="stack">
      {steps.map(({ name, sql }) => (
        <section key={name} className="stack tight">
          <h2>{name}</h2>
          <Statement text={sql} label={t('sql.of', { step: name })} />
        </section>
      ))}
    </div>
  );
}

function Actions({ flow }: { flow: FlowStatus }): ReactNode {
  const { t } = useTranslation('console-flows');
  const go = useGo();
  const mayAct = useMay('editor');
  const [isRemoving, setRemoving] = useState(false);
  const { run, busy } = useAct([wormholePath('flows')]);
  const { verify, busy: isBeginning } = useVerify(flow.name);
  if (!mayAct) return null;
  return (
    <>
      {flowCommands(flow.state).map((command) => (
        <Button
          key={command}
          type={command === 'start' || command === 'resume' ? 'primary' : 'default'}
          disabled={busy}
          title={t(`command.${command}.hint`)}
          onClick={() =>
            void run({
              method: 'POST',
              path: wormholePath('flows', flow.name, command),
              done: t(`command.${command}.done`, { name: flow.name }),
            })
          }
        >
          {t(`command.${command}.verb`)}
        </Button>
      ))}
      <Button disabled={isBeginning} title={t('verify.hint')} onClick={() => void verify()}>
        {t('verify.verb')}
      </Button>
      <Button onClick={() => go(`/flows/${encodeURIComponent(flow.name)}?edit=1`)}>{t('edit.verb')}</Button>
      <Button danger onClick={() => setRemoving(true)}>
        {t('remove.verb')}
      </Button>
      {isRemoving ? <RemoveFlow flow={flow} onClose={() => setRemoving(false)} /> : null}
    </>
  );
}
