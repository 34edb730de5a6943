/** Decides how a trial on real rows is told: each step with what it gave, and the rows that failed. Nothing was written. */
import type { DryRunView } from '@rtdp/wormhole/client';
import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DataGrid } from '../../shell/data-grid.tsx';
import { Empty } from '../../shell/states.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { Reason } from '../console/reason.tsx';
import './flows.css';

export function DryRunResult({ result }: { result: DryRunView }): ReactNode {
  const { t } = useTranslation('console-flows');
  const tell = useTell();
  if (result.tables.length === 0) return <Empty title={t('dryRun.none')}>{result.notes.join(' ')}</Empty>;
  return (
    <>
      <p className="muted">{t('dryRun.about')}</p>
      {result.tables.map((table) => (
        <section key={table.source} className="stack tight">
          <h3>
            <code>{table.source}</code> · {t('dryRun.rows', { count: table.rows })}
          </h3>
          {table.failed.slice(0, 5).map(({ row, reason }) => (
            <Reason
              key={row}
              reason={{ ...reason, message: t('dryRun.failed', { row, message: tell(reason.message) }) }}
            />
          ))}
          <Tabs
            size="small"
            defaultActiveKey={table.steps.at(-1)?.name}
            items={table.steps.map((step) => ({
              key: step.name,
              label: `${step.name} (${step.rows.length})`,
              children: (
                <div className="dry-run-grid">
                  <DataGrid
                    label={t('sql.of', { step: step.name })}
                    columns={step.fields.map(({ name }) => ({ key: name, title: name }))}
                    rows={step.rows.map(({ values }) => values)}
                    empty={<Empty small title={t('dryRun.stepEmpty')} />}
                  />
                </div>
              ),
            }))}
          />
        </section>
      ))}
    </>
  );
}
