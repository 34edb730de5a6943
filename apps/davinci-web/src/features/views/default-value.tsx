/** Decides how the default of a variable is given, by its type: a fixed value, or for times one that moves with today. */
import type { RelativeDate, Variable, VariableValue } from '@rtdp/davinci-api/client';
import { Input, InputNumber, Segmented, Select } from 'antd';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import '../console/console.css';

const UNITS = ['minute', 'hour', 'day', 'week', 'month', 'quarter', 'year'] as const;

export function DefaultValue(props: {
  id: string;
  variable: Variable;
  isReadOnly: boolean;
  onChange: (value: VariableValue) => void;
}): ReactNode {
  const { t } = useTranslation('views');
  const { id, variable, isReadOnly, onChange } = props;
  const value = variable.default;
  switch (variable.type) {
    case 'number':
      return (
        <NumberValue
          id={id}
          value={typeof value === 'number' ? value : null}
          isReadOnly={isReadOnly}
          onChange={onChange}
        />
      );
    case 'boolean':
      return (
        <Select
          id={id}
          disabled={isReadOnly}
          value={value === true ? 'yes' : value === false ? 'no' : 'none'}
          onChange={(next) => onChange(next === 'none' ? null : next === 'yes')}
          options={(['none', 'yes', 'no'] as const).map((each) => ({
            value: each,
            label: t(`variables.booleans.${each}`),
          }))}
        />
      );
    case 'list':
      return (
        <Select
          id={id}
          mode="tags"
          disabled={isReadOnly}
          open={false}
          suffixIcon={null}
          placeholder={t('variables.listHint')}
          value={Array.isArray(value) ? value.map(String) : []}
          onChange={(next: string[]) => onChange(next.length === 0 ? null : next)}
        />
      );
    case 'date':
    case 'datetime': {
      const relative = isRelative(value) ? value : undefined;
      return (
        <div className="stack tight">
          <Segmented
            size="small"
            disabled={isReadOnly}
            aria-label={t('variables.kindOfTime')}
            value={relative === undefined ? 'fixed' : 'relative'}
            onChange={(next) => onChange(next === 'relative' ? { unit: 'day', amount: -7, edge: 'start' } : null)}
            options={[
              { value: 'fixed', label: t('variables.fixed') },
              { value: 'relative', label: t('variables.relative') },
            ]}
          />
          {relative === undefined ? (
            <Input
              id={id}
              type={variable.type === 'date' ? 'date' : 'datetime-local'}
              step={variable.type === 'date' ? undefined : 1}
              value={typeof value === 'string' ? value.replace(' ', 'T') : ''}
              onChange={(event) => onChange(event.target.value === '' ? null : event.target.value.replace('T', ' '))}
            />
          ) : (
            <div className="row">
              <InputNumber
                id={id}
                disabled={isReadOnly}
                value={relative.amount}
                min={-10_000}
                max={10_000}
                onChange={(amount) => onChange({ ...relative, amount: amount ?? 0 })}
              />
              <Select
                className="grow"
                disabled={isReadOnly}
                aria-label={t('variables.unit')}
                value={relative.unit}
                onChange={(unit) => onChange({ ...relative, unit })}
                options={UNITS.map((each) => ({ value: each, label: t(`variables.units.${each}`) }))}
              />
              <Select
                className="grow"
                disabled={isReadOnly}
                aria-label={t('variables.edge')}
                value={relative.edge ?? 'start'}
                onChange={(edge) => onChange({ ...relative, edge })}
                options={(['start', 'end'] as const).map((each) => ({
                  value: each,
                  label: t(`variables.edges.${each}`),
                }))}
              />
            </div>
          )}
        </div>
      );
    }
    case 'text':
      return (
        <Input
          id={id}
          value={typeof value === 'string' ? value : ''}
          onChange={(event) => onChange(event.target.value === '' ? null : event.target.value)}
        />
      );
  }
}

/** What is typed stays as it is: a text that is no number is told, not taken away. */
function NumberValue(props: {
  id: string;
  value: number | null;
  isReadOnly: boolean;
  onChange: (value: number | null) => void;
}): ReactNode {
  const { t } = useTranslation('views');
  const { id, value, isReadOnly, onChange } = props;
  const [typed, setTyped] = useState<string>();
  const isWrong = typed !== undefined && typed.trim() !== '' && numberOf(typed) === null;
  return (
    <>
      <Input
        id={id}
        inputMode="decimal"
        disabled={isReadOnly}
        value={typed ?? (value === null ? '' : String(value))}
        {...(isWrong ? { status: 'error' as const, 'aria-invalid': true, 'aria-describedby': `${id}-problem` } : {})}
        onChange={(event) => {
          setTyped(event.target.value);
          onChange(numberOf(event.target.value));
        }}
        onBlur={() => {
          if (!isWrong) setTyped(undefined);
        }}
      />
      {isWrong ? (
        <p id={`${id}-problem`} className="field-problem" role="alert">
          {t('variables.noNumber', { text: typed.trim() })}
        </p>
      ) : null}
    </>
  );
}

function numberOf(text: string): number | null {
  const number = Number(text);
  return text.trim() === '' || !Number.isFinite(number) ? null : number;
}

function isRelative(value: VariableValue): value is RelativeDate {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
