/** Decides how the variables of a view are declared: found in the statement by themselves, then given a type, a label, a default and who may set them. */
import type { Variable } from '@rtdp/davinci-api/client';
import { Button, Input, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../shell/states.tsx';
import { Field } from '../console/field.tsx';
import { DefaultValue } from './default-value.tsx';

const TYPES = ['text', 'number', 'date', 'datetime', 'boolean', 'list'] as const;

export function VariablesPanel(props: {
  variables: readonly Variable[];
  used: ReadonlySet<string>;
  onChange: (variables: Variable[]) => void;
  isReadOnly: boolean;
}): ReactNode {
  const { t } = useTranslation('views');
  const { variables, used, onChange, isReadOnly } = props;
  const change = (name: string, part: Partial<Variable>): void =>
    onChange(variables.map((variable) => (variable.name === name ? { ...variable, ...part } : variable)));
  if (variables.length === 0) {
    return (
      <Empty small title={t('variables.none')}>
        {t('variables.how')}
      </Empty>
    );
  }
  return (
    <div className="stack">
      {variables.map((variable) => (
        <fieldset key={variable.name} className="card" disabled={isReadOnly}>
          <legend className="row">
            <code>:{variable.name}</code>
            {used.has(variable.name) ? null : (
              <>
                <span className="muted small">{t('variables.unused')}</span>
                <Button
                  size="small"
                  type="link"
                  onClick={() => onChange(variables.filter(({ name }) => name !== variable.name))}
                >
                  {t('variables.remove')}
                </Button>
              </>
            )}
          </legend>
          <Field label={t('variables.label')}>
            {(id) => (
              <Input
                id={id}
                value={variable.label}
                placeholder={variable.name}
                onChange={(event) => change(variable.name, { label: event.target.value })}
              />
            )}
          </Field>
          <Field label={t('variables.type')}>
            {(id) => (
              <Select
                id={id}
                disabled={isReadOnly}
                value={variable.type}
                onChange={(type) => change(variable.name, { type, default: null })}
                options={TYPES.map((value) => ({ value, label: t(`variables.types.${value}`) }))}
              />
            )}
          </Field>
          <Field label={t('variables.default')} hint={t('variables.defaultHint')}>
            {(id) => (
              <DefaultValue
                id={id}
                variable={variable}
                isReadOnly={isReadOnly}
                onChange={(value) => change(variable.name, { default: value })}
              />
            )}
          </Field>
          <Field label={t('variables.scope')} hint={t(`variables.scopeHint.${variable.scope}`)}>
            {(id) => (
              <Select
                id={id}
                disabled={isReadOnly}
                value={variable.scope}
                onChange={(scope) => change(variable.name, { scope })}
                options={(['query', 'authorization'] as const).map((value) => ({
                  value,
                  label: t(`variables.scopes.${value}`),
                }))}
              />
            )}
          </Field>
        </fieldset>
      ))}
    </div>
  );
}
