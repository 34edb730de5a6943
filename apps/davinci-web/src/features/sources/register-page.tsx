/** Decides how a source is registered: connection, what its server lacks and how to mend it, which tables, start. */
import type { SourceView } from '@rtdp/dbus/client';
import { App, Button, Steps } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { ApiError, api } from '../../api/client.ts';
import { useGo } from '../../shell/link.tsx';
import { Page } from '../../shell/page.tsx';
import { ErrorState, Loading } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { connectionField } from '../console/connection.ts';
import { dbusPath } from '../console/console-api.ts';
import { Reason } from '../console/reason.tsx';
import { useAct } from '../console/use-act.ts';
import { ChooseTables } from './choose-tables.tsx';
import type { SourceCheck } from './group-problems.ts';
import { NameAndConnection } from './name-and-connection.tsx';
import { ProblemList } from './problem-list.tsx';
import { NEW_SOURCE, proposeName, type SourceForm, sourceDefinition } from './source-form.ts';

const STEPS = ['connection', 'check', 'tables'] as const;
type Step = (typeof STEPS)[number];

export function RegisterPage(): ReactNode {
  const { t } = useTranslation('console-sources');
  const { message } = App.useApp();
  const go = useGo();
  const [step, setStep] = useState<Step>('connection');
  const [form, setForm] = useState<SourceForm>(NEW_SOURCE);
  const [report, setReport] = useState<SourceCheck>();
  const [error, setError] = useState<ApiError>();
  const [isChecking, setChecking] = useState(false);
  const { run, busy } = useAct([dbusPath('sources')]);

  const check = async (): Promise<void> => {
    const named = form.name === '' ? { ...form, name: proposeName(form.connection.database) } : form;
    setForm(named);
    setStep('check');
    setChecking(true);
    setError(undefined);
    try {
      setReport(await api<SourceCheck>(dbusPath('sources', 'check'), { body: sourceDefinition(named) }));
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      setReport(undefined);
      setError(cause);
      // What is wrong with a field is told at the field.
      if (connectionField(cause) !== undefined) setStep('connection');
    } finally {
      setChecking(false);
    }
  };

  const register = async (): Promise<void> => {
    const source = await run<SourceView>({ method: 'POST', path: dbusPath('sources'), body: sourceDefinition(form) });
    if (source === undefined) return;
    void message.success(t('register.done', { name: source.name }));
    go(`/sources/${encodeURIComponent(source.name)}`);
  };

  const back = (to: Step): ReactNode => <Button onClick={() => setStep(to)}>{t('back')}</Button>;
  return (
    <Page title={t('register.title')} crumbs={[{ label: t('title'), to: '/sources' }]}>
      <Steps
        size="small"
        current={STEPS.indexOf(step)}
        items={STEPS.map((key) => ({ title: t(`register.step.${key}`) }))}
      />
      {step === 'connection' ? (
        <form
          className="card stack"
          onSubmit={(event) => {
            event.preventDefault();
            void check();
          }}
        >
          {error === undefined ? null : <Reason reason={error} />}
          <NameAndConnection form={form} error={error} onChange={setForm} />
          <div className="row">
            <Button type="primary" htmlType="submit">
              {t('register.test')}
            </Button>
            <Button onClick={() => go('/sources')}>{t('cancel')}</Button>
          </div>
        </form>
      ) : null}
      {step === 'check' ? (
        <section className="card stack" aria-live="polite">
          {isChecking ? (
            <>
              <p>{t('register.checking', { host: form.connection.host, port: form.connection.port })}</p>
              <Loading shape="lines" lines={4} />
            </>
          ) : error !== undefined ? (
            <>
              {error.code.startsWith('WEB_') ? (
                <ErrorState error={error} onRetry={() => void check()} />
              ) : (
                <Reason reason={error} />
              )}
              <div className="row">
                {back('connection')}
                <Button type="primary" onClick={() => void check()}>
                  {t('register.testAgain')}
                </Button>
              </div>
            </>
          ) : report === undefined ? null : (
            <>
              <Status
                kind={report.ready ? 'ok' : 'broken'}
                word={report.ready ? t('check.ready', { version: report.serverVersion }) : t('check.notReady')}
              />
              <p className="muted">
                {report.problems.length === 0
                  ? t('check.nothingMissing', { count: report.tables.length })
                  : report.ready
                    ? t('check.onlyWarnings')
                    : t('check.mend')}
              </p>
              <ProblemList problems={report.problems} />
              <div className="row">
                {back('connection')}
                <Button onClick={() => void check()}>{t('register.testAgain')}</Button>
                <Button type="primary" disabled={!report.ready} onClick={() => setStep('tables')}>
                  {t('register.toTables')}
                </Button>
              </div>
            </>
          )}
        </section>
      ) : null}
      {step === 'tables' && report !== undefined ? (
        <section className="card stack">
          <ChooseTables form={form} onChange={setForm} tables={report.tables} />
          <div className="row">
            {back('check')}
            <Button
              type="primary"
              loading={busy}
              disabled={form.choice === 'some' && form.tables.length === 0}
              onClick={() => void register()}
            >
              {t('register.start')}
            </Button>
          </div>
        </section>
      ) : null}
    </Page>
  );
}
