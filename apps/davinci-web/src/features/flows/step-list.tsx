/** Decides how the steps of a flow are written: named SELECTs in their order, each with its problems at their place. */
import { ArrowDownOutlined, ArrowUpOutlined, DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import type { FlowPlanView } from '@rtdp/wormhole/client';
import { Button, Input } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { errorPlaces } from '../views/error-places.ts';
import { LazySqlEditor } from '../views/lazy-sql-editor.tsx';
import { type FlowForm, nextStepName } from './flow-form.ts';

export function StepList(props: {
  steps: FlowForm['steps'];
  problems: FlowPlanView['problems'];
  onChange: (steps: FlowForm['steps']) => void;
}): ReactNode {
  const { t } = useTranslation('console-flows');
  const { steps, problems, onChange } = props;
  const change = (at: number, part: Partial<FlowForm['steps'][number]>): void =>
    onChange(steps.map((step, other) => (other === at ? { ...step, ...part } : step)));
  const swap = (at: number, other: number): void => {
    const next = [...steps];
    [next[at], next[other]] = [next[other]!, next[at]!];
    onChange(next);
  };
  return (
    <div className="card stack">
      <h2>{t('sql.title')}</h2>
      <p className="muted">{t('sql.about')}</p>
      {steps.map((step, at) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a step has no identity but its place; its name is being typed.
        <section key={at} className="stack tight">
          <div className="row">
            <Input
              className="grow mono"
              value={step.name}
              aria-label={t('sql.name', { number: at + 1 })}
              onChange={(event) => change(at, { name: event.target.value })}
            />
            <Button
              type="text"
              icon={<ArrowUpOutlined />}
              disabled={at === 0}
              aria-label={t('sql.up', { step: step.name })}
              onClick={() => swap(at, at - 1)}
            />
            <Button
              type="text"
              icon={<ArrowDownOutlined />}
              disabled={at === steps.length - 1}
              aria-label={t('sql.down', { step: step.name })}
              onClick={() => swap(at, at + 1)}
            />
            <Button
              type="text"
              icon={<DeleteOutlined />}
              aria-label={t('sql.remove', { step: step.name })}
              onClick={() => onChange(steps.filter((_step, other) => other !== at))}
            />
          </div>
          <div className="step-sql">
            <LazySqlEditor
              label={t('sql.of', { step: step.name })}
              hint="select …"
              value={step.sql}
              problems={problems
                .filter((problem) => problem.step === step.name)
                .flatMap((problem) =>
                  errorPlaces({ ...problem, facts: { line: problem.line, column: problem.column } }, step.sql),
                )}
              onChange={(sql) => change(at, { sql })}
            />
          </div>
        </section>
      ))}
      <div>
        <Button icon={<PlusOutlined />} onClick={() => onChange([...steps, { name: nextStepName(steps), sql: '' }])}>
          {steps.length === 0 ? t('sql.first') : t('sql.next')}
        </Button>
      </div>
    </div>
  );
}
