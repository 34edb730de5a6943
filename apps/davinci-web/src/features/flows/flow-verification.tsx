/** Decides how the newest verification of a flow is shown: how far it is, what came of it as a whole and table by table, and what to do then. */
import type { FlowStatus, VerificationView } from '@rtdp/wormhole/client';
import { Button, Progress } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useApi } from '../../api/use-api.ts';
import { Link } from '../../shell/link.tsx';
import { formatNumber } from '../../shell/numbers.ts';
import { When } from '../../shell/quantity.tsx';
import { Answer, Empty } from '../../shell/states.tsx';
import { tableName } from '../../shell/table-name.ts';
import { LOOK_EVERY, wormholePath } from '../console/console-api.ts';
import { Reason } from '../console/reason.tsx';
import { useAct } from '../console/use-act.ts';
import { useWording } from '../console/use-wording.ts';
import { flowCommands } from './flow-commands.ts';
import { useVerify, verificationPath } from './use-verify.ts';
import { type Outcome, outcomeOf, percentOf, tableUnderWay } from './verification-outcome.ts';
import { VerifiedTables } from './verified-tables.tsx';

export function FlowVerification({ flow }: { flow: FlowStatus }): ReactNode {
  const { t } = useTranslation('console-flows');
  const newest = useApi<{ verification: VerificationView | null }>(verificationPath(flow.name), {
    every: (answer) => (answer?.verification?.state === 'running' ? LOOK_EVERY : undefined),
  });
  const { verify, busy } = useVerify(flow.name);
  return (
    <Answer query={newest} shape="lines">
      {({ verification }) =>
        verification === null ? (
          <Empty
            title={t('verify.none')}
            action={
              <Button type="primary" disabled={busy} onClick={() => void verify()}>
                {t('verify.begin')}
              </Button>
            }
          >
            {t('verify.noneText')}
          </Empty>
        ) : (
          <div className="stack">
            {verification.state === 'running' ? (
              <Running flow={flow} verification={verification} />
            ) : (
              <Ended flow={flow} verification={verification} />
            )}
            <VerifiedTables tables={verification.tables} />
          </div>
        )
      }
    </Answer>
  );
}

function Running({ flow, verification }: { flow: FlowStatus; verification: VerificationView }): ReactNode {
  const { t, i18n } = useTranslation('console-flows');
  const { progress, table } = verification;
  const path = verificationPath(flow.name);
  const { run, busy } = useAct([path]);
  const next = tableUnderWay(flow.tables, verification);
  return (
    <section className="card stack tight" aria-label={t('verify.title')}>
      <div className="row wrap">
        <h2 className="grow">{table === null ? t('verify.running') : t('verify.runningOf', { table })}</h2>
        <Button disabled={busy} onClick={() => void run({ method: 'POST', path: `${path}/cancel` })}>
          {t('verify.cancel')}
        </Button>
      </div>
      <Progress
        percent={progress === null ? 0 : percentOf(progress)}
        showInfo={progress !== null}
        size="small"
        status="active"
        aria-label={t('verify.title')}
      />
      {progress === null ? (
        <p>{next === undefined ? t('verify.last') : t('verify.waiting', { table: next })}</p>
      ) : (
        <p className="numbers">
          {t('verify.progress', {
            table: tableName(progress.source),
            rows: formatNumber(progress.rows, i18n.language, { kind: 'number' }, 'exact'),
            about: formatNumber(Math.max(progress.rows, progress.estimatedRows), i18n.language),
          })}
        </p>
      )}
      <p className="muted small">
        {t('verify.begun')} <When at={verification.startedAt} />
      </p>
    </section>
  );
}

const KINDS: Readonly<Record<Outcome['is'], 'ok' | 'late' | 'broken' | 'paused'>> = {
  equal: 'ok',
  different: 'broken',
  undecided: 'late',
  partly: 'late',
  nothing: 'late',
  none: 'paused',
};

function Ended({ flow, verification }: { flow: FlowStatus; verification: VerificationView }): ReactNode {
  const { t } = useTranslation('console-flows');
  const words = useWording();
  const { verify, busy } = useVerify(flow.name);
  const { state, reason, table, tables, startedAt, endedAt } = verification;
  return (
    <>
      <div className="row wrap">
        <p className="muted grow">
          {table === null ? null : <>{t('verify.only', { table })} · </>}
          {t('verify.ended')} <When at={endedAt} />
          {endedAt === null ? null : (
            <> · {t('verify.took', { time: words.duration(Date.parse(endedAt) - Date.parse(startedAt)) })}</>
          )}
        </p>
        <Button disabled={busy} onClick={() => void verify(table ?? undefined)}>
          {t('verify.again')}
        </Button>
      </div>
      <div role="status">
        {state === 'failed' && reason !== null ? <Reason reason={reason} /> : null}
        {state === 'cancelled' ? (
          <div className="reason paused">
            <p className="reason-message">{t('verify.cancelled')}</p>
            {tables.length === 0 ? null : <p>{t('verify.cancelledText')}</p>}
          </div>
        ) : null}
        {state === 'done' ? <Told flow={flow} outcome={outcomeOf(tables)} all={tables.length} /> : null}
      </div>
    </>
  );
}

/** One sentence for the whole, and the next step. */
function Told({ flow, outcome, all }: { flow: FlowStatus; outcome: Outcome; all: number }): ReactNode {
  const { t } = useTranslation('console-flows');
  const { run, busy } = useAct([wormholePath('flows')]);
  const { is, names } = outcome;
  return (
    <div className={`reason ${KINDS[is]}`}>
      <p className="reason-message">{t(`verify.outcome.${is}`, { count: names.length, all, name: names[0] ?? '' })}</p>
      {is === 'equal' ? null : <p>{t(`verify.next.${is}`)}</p>}
      {is !== 'different' ? null : (
        <div className="row wrap">
          {flowCommands(flow.state).includes('pull') ? (
            <Button
              disabled={busy}
              title={t('command.pull.hint')}
              onClick={() =>
                void run({
                  method: 'POST',
                  path: wormholePath('flows', flow.name, 'pull'),
                  done: t('command.pull.done', { name: flow.name }),
                })
              }
            >
              {t('command.pull.verb')}
            </Button>
          ) : null}
          {flow.openDeadLetters > 0 ? (
            <Link to={`/flows/${encodeURIComponent(flow.name)}?tab=dead-letters`}>{t('dead.look')}</Link>
          ) : null}
        </div>
      )}
    </div>
  );
}
