/** Decides how a plan is told: what each store is sent, what the gateway does itself, and why. */
import type { ExplanationView } from '@rtdp/moonbox/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { formatDuration, formatNumber } from '../../shell/numbers.ts';
import { Status } from '../../shell/status.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { Statement } from '../console/statement.tsx';

interface Measured {
  rows?: number | undefined;
  milliseconds?: number | undefined;
}

export function PlanView({ plan }: { plan: ExplanationView }): ReactNode {
  const { t, i18n } = useTranslation('console-queries');
  const tell = useTell();
  const measured = ({ rows, milliseconds }: Measured): string =>
    [
      ...(rows === undefined ? [] : [t('plan.rows', { count: rows, rows: formatNumber(rows, i18n.language) })]),
      ...(milliseconds === undefined ? [] : [formatDuration(milliseconds, i18n.language)]),
    ].join(' · ');
  const step = (key: string, title: ReactNode, sql: string, figures: Measured): ReactNode => (
    <section key={key} className="stack tight">
      <div className="row">
        <h3 className="grow">{title}</h3>
        <span className="muted numbers">{measured(figures)}</span>
      </div>
      <Statement text={sql} label={t('plan.sent')} />
    </section>
  );
  return (
    <div className="stack">
      {plan.whole === null
        ? null
        : step('whole', t('plan.whole', { store: plan.whole.store }), plan.whole.sql, plan.whole)}
      {plan.parts.map((part, at) =>
        step(
          `${part.store} ${part.table} ${at}`,
          t('plan.part', { store: part.store, table: part.table }),
          part.sql,
          part,
        ),
      )}
      {plan.local === null ? null : step('local', t('plan.local'), plan.local.sql, plan.local)}
      {plan.decisions.length === 0 ? null : (
        <section className="stack tight">
          <h3>{t('plan.decisions')}</h3>
          <ul className="decisions">
            {plan.decisions.map(({ what, where, why }) => (
              <li key={`${what} ${why}`}>
                <Status kind={where === 'pushed' ? 'ok' : 'unknown'} word={t(`plan.where.${where}`)} />
                <div>
                  <code>{tell(what)}</code>
                  <p className="muted small">{tell(why)}</p>
                </div>
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  );
}
