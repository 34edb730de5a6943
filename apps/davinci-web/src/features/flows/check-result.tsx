/** Decides how the plan of a flow is told: what must be mended, with its place, then what it would write. */
import type { FlowPlanView } from '@rtdp/wormhole/client';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Status } from '../../shell/status.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { ListTable } from '../console/list-table.tsx';
import { Reason } from '../console/reason.tsx';

export function CheckResult({ plan }: { plan: FlowPlanView }): ReactNode {
  const { t } = useTranslation('console-flows');
  const tell = useTell();
  return (
    <>
      <Status
        kind={plan.problems.length === 0 ? 'ok' : 'broken'}
        word={plan.problems.length === 0 ? t('check.fine') : t('check.problems', { count: plan.problems.length })}
      />
      {plan.problems.map((problem) => (
        <Reason
          key={`${problem.code} ${problem.step} ${problem.line} ${problem.table} ${problem.message}`}
          reason={problem}
        >
          {problem.step === undefined ? null : (
            <p className="small">
              {problem.line === undefined
                ? t('check.step', { step: problem.step })
                : t('check.place', { step: problem.step, line: problem.line, column: problem.column ?? 1 })}
            </p>
          )}
        </Reason>
      ))}
      {plan.notes.map((note) => (
        <p key={note} className="muted">
          {tell(note)}
        </p>
      ))}
      {plan.tables.map((table) => (
        <section key={table.source} className="stack tight">
          <h3>
            <code>{table.source}</code> → {table.sink.schema}.{table.sink.table}
          </h3>
          <ListTable
            label={t('check.columns', { table: table.sink.table })}
            rows={table.fields}
            rowKey={({ name }) => name}
            columns={[
              { key: 'name', title: t('dead.field'), cell: ({ name }) => <code>{name}</code> },
              { key: 'type', title: t('dead.type'), wide: true, cell: ({ type, sourceType }) => sourceType ?? type },
              { key: 'key', title: t('check.key'), cell: ({ key }) => (key === true ? t('check.key') : '') },
            ]}
          />
        </section>
      ))}
    </>
  );
}
