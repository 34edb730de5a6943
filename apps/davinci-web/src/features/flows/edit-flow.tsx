/** Decides how a flow is made or changed: what it reads, its steps in SQL, where it writes; checked and tried on real rows before it is deployed. */
import type { DeployedFlowView, DryRunView, FlowPlanView } from '@rtdp/wormhole/client';
import { App, Button } from 'antd';
import { type ReactNode, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, api } from '../../api/client.ts';
import { LeaveGuard } from '../../shell/leave-guard.tsx';
import { useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { Empty, ErrorState, Loading } from '../../shell/states.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { wormholePath } from '../console/console-api.ts';
import { useAct } from '../console/use-act.ts';
import { CheckResult } from './check-result.tsx';
import { DryRunResult } from './dry-run-result.tsx';
import { FlowFields } from './flow-fields.tsx';
import { type FlowDefinitionView, type FlowForm, flowDefinition, flowForm, NEW_FLOW } from './flow-form.ts';
import './flows.css';
import { StepList } from './step-list.tsx';

type Tried =
  | { is: 'nothing' }
  | { is: 'asking'; what: 'check' | 'dry-run' }
  | { is: 'checked'; plan: FlowPlanView }
  | { is: 'run'; result: DryRunView }
  | { is: 'failed'; what: 'check' | 'dry-run'; error: ApiError };

export function EditFlow({ before }: { before?: FlowDefinitionView }): ReactNode {
  const { t } = useTranslation('console-flows');
  const tell = useTell();
  const { notification } = App.useApp();
  const go = useGo();
  const [first] = useState<FlowForm>(() => (before === undefined ? NEW_FLOW : flowForm(before)));
  const [form, setForm] = useState(first);
  const [tried, setTried] = useState<Tried>({ is: 'nothing' });
  const { run, busy } = useAct([wormholePath('flows')]);
  const leaves = useRef(false);
  const isChanged = form !== first;
  const home = before === undefined ? '/flows' : `/flows/${encodeURIComponent(before.name)}`;

  const attempt = async (what: 'check' | 'dry-run'): Promise<void> => {
    setTried({ is: 'asking', what });
    const body = flowDefinition(form, before);
    try {
      if (what === 'check') {
        setTried({ is: 'checked', plan: await api<FlowPlanView>(wormholePath('flows', 'check'), { body }) });
      } else {
        setTried({ is: 'run', result: await api<DryRunView>(`${wormholePath('flows', 'dry-run')}?rows=50`, { body }) });
      }
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      setTried({ is: 'failed', what, error });
    }
  };

  const deploy = async (): Promise<void> => {
    const flow = await run<DeployedFlowView>({
      method: before === undefined ? 'POST' : 'PUT',
      path: before === undefined ? wormholePath('flows') : wormholePath('flows', before.name),
      body: flowDefinition(form, before),
      done: t(before === undefined ? 'edit.deployed' : 'edit.changed', { name: form.name }),
    });
    if (flow === undefined) return;
    if (flow.notes.length > 0) {
      notification.info({
        title: t('edit.worthKnowing', { name: flow.name }),
        description: flow.notes.map(tell).join(' '),
        duration: 0,
      });
    }
    leaves.current = true;
    go(`/flows/${encodeURIComponent(flow.name)}`);
  };

  const isReady =
    form.name !== '' &&
    form.namespace !== '' &&
    form.connection.host !== '' &&
    form.connection.database !== '' &&
    form.connection.user !== '' &&
    form.schema !== '' &&
    form.table !== '';
  return (
    <Page
      title={before === undefined ? t('edit.title') : t('edit.changeTitle', { name: before.name })}
      crumbs={[
        { label: t('title'), to: '/flows' },
        ...(before === undefined ? [] : [{ label: before.name, to: home }]),
      ]}
      size="wide"
      actions={
        <>
          <Button disabled={!isReady || tried.is === 'asking'} onClick={() => void attempt('check')}>
            {t('edit.check')}
          </Button>
          <Button
            disabled={!isReady || tried.is === 'asking'}
            title={t('edit.dryRunHint')}
            onClick={() => void attempt('dry-run')}
          >
            {t('edit.dryRun')}
          </Button>
          <Button type="primary" disabled={!isReady} loading={busy} onClick={() => void deploy()}>
            {before === undefined ? t('edit.deploy') : t('edit.save')}
          </Button>
        </>
      }
    >
      <div className="flow-editor">
        <div className="stack">
          <FlowFields
            form={form}
            isChange={before !== undefined}
            kept={before === undefined ? undefined : first.connection}
            error={tried.is === 'failed' ? tried.error : undefined}
            onChange={setForm}
          />
          <StepList
            steps={form.steps}
            problems={tried.is === 'checked' ? tried.plan.problems : []}
            onChange={(steps) => setForm({ ...form, steps })}
          />
        </div>
        <section className="card stack" aria-live="polite" aria-label={t('edit.result')}>
          {tried.is === 'nothing' ? (
            <Empty title={t('edit.try')}>
              {isReady ? t('edit.tryText') : t('edit.fillFirst', { next: t('edit.tryText') })}
            </Empty>
          ) : null}
          {tried.is === 'asking' ? (
            <>
              <p>{t(tried.what === 'check' ? 'edit.checking' : 'edit.trying')}</p>
              <Loading shape="lines" />
            </>
          ) : null}
          {tried.is === 'failed' ? <ErrorState error={tried.error} onRetry={() => void attempt(tried.what)} /> : null}
          {tried.is === 'checked' ? <CheckResult plan={tried.plan} /> : null}
          {tried.is === 'run' ? <DryRunResult result={tried.result} /> : null}
        </section>
      </div>
      <LeaveGuard isChanged={() => isChanged && !leaves.current} />
    </Page>
  );
}
