/** Decides how a trial on real rows is told: each step with what it gave, and the rows that failed. Nothing was written. */
import type { DryRunView } from '@rtdp/wormhole/client';
import { Tabs } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { DataGrid, type GridColumn } from '../../shell/data-grid.tsx';
import { Empty } from '../../shell/states.tsx';
import { useTell } from '../../shell/use-tell.ts';
import { Reason } from '../console/reason.tsx';
import { writerOf } from '../views/write-cell.ts';
import './flows.css';

type Step = DryRunView['tables'][number]['steps'][number];

export function DryRunResult({ result }: { result: DryRunView }): ReactNode {
  const { t, i18n } = useTranslation('console-flows');
  const tell = useTell();
  if (result.tables.length === 0) return <Empty title={t('dryRun.none')}>{result.notes.map(tell).join(' ')}</Empty>;
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
                    columns={step.fields.map((field, at) => columnOf(field, at, step.rows, i18n.language))}
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

/** How Postgres calls the types of UMS that are numbers. */
const NUMBERS: Readonly<Record<string, string>> = {
  int: 'int4',
  long: 'int8',
  float: 'float4',
  double: 'float8',
  decimal: 'numeric',
};

function columnOf(
  { name, type }: Step['fields'][number],
  at: number,
  rows: Step['rows'],
  language: string,
): GridColumn {
  const number = NUMBERS[type];
  if (number === undefined) return { key: name, title: name };
  const values = rows.map((row) => row.values[at] ?? null);
  const write = writerOf({ name, type: number, modelType: 'number' }, [], values, language);
  return { key: name, title: name, numeric: true, ...(write === undefined ? {} : { write }) };
}
