/** Decides how the columns of a view are told to its readers: dimension or measure, label, format, what a measure does. */
import type { ModelColumn } from '@rtdp/davinci-api/client';
import { AutoComplete, Button, Input, Segmented, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../shell/states.tsx';
import { FORMATS, readFormat, type SayFormat, writeFormat } from './format-words.ts';

const TYPES = ['text', 'number', 'boolean', 'date', 'datetime', 'instant', 'other'] as const;
const AGGREGATIONS = ['sum', 'avg', 'count', 'count_distinct', 'min', 'max'] as const;
export function ModelPanel(props: {
  model: readonly ModelColumn[];
  onChange: (model: ModelColumn[]) => void;
  onGuess?: (() => void) | undefined;
  isReadOnly: boolean;
}): ReactNode {
  const { t } = useTranslation('views');
  const { model, onChange, isReadOnly } = props;
  const sayFormat: SayFormat = (key, holes) => t(`model.formats.${key}`, { ...holes });
  const change = (column: string, part: Partial<ModelColumn>): void =>
    onChange(model.map((field) => (field.column === column ? { ...field, ...part } : field)));
  if (model.length === 0) {
    return (
      <Empty small title={t('model.none')}>
        {t('model.how')}
      </Empty>
    );
  }
  return (
    <div className="stack tight">
      {props.onGuess === undefined || isReadOnly ? null : (
        <div>
          <Button size="small" onClick={props.onGuess}>
            {t('model.guess')}
          </Button>
        </div>
      )}
      {model.map((field) => {
        const named = (what: string): string => t('model.of', { what: t(`model.${what}`), column: field.column });
        return (
          <fieldset key={field.column} className="model-field" disabled={isReadOnly}>
            <legend>
              <code>{field.column}</code>
            </legend>
            <Segmented
              size="small"
              block
              disabled={isReadOnly}
              aria-label={named('role')}
              value={field.role}
              onChange={(role) => change(field.column, { role: role as ModelColumn['role'] })}
              options={(['dimension', 'measure'] as const).map((value) => ({
                value,
                label: t(`model.roles.${value}`),
              }))}
            />
            <Input
              size="small"
              aria-label={named('label')}
              value={field.label}
              placeholder={field.column}
              onChange={(event) => change(field.column, { label: event.target.value })}
            />
            <div className="row">
              <Select
                size="small"
                className="grow"
                disabled={isReadOnly}
                aria-label={named('type')}
                value={field.type}
                onChange={(type) => change(field.column, { type })}
                options={TYPES.map((value) => ({ value, label: t(`model.types.${value}`) }))}
              />
              {field.role === 'dimension' ? null : (
                <Select
                  size="small"
                  className="grow"
                  disabled={isReadOnly}
                  aria-label={named('aggregation')}
                  value={field.aggregation}
                  onChange={(aggregation) => change(field.column, { aggregation })}
                  options={AGGREGATIONS.map((value) => ({ value, label: t(`model.aggregations.${value}`) }))}
                />
              )}
              {field.type !== 'number' ? null : (
                <AutoComplete
                  size="small"
                  className="model-format"
                  disabled={isReadOnly}
                  aria-label={named('format')}
                  placeholder={t('model.format')}
                  value={writeFormat(field.format, sayFormat)}
                  onChange={(text: string) => change(field.column, { format: readFormat(text, sayFormat) })}
                  popupMatchSelectWidth={false}
                  options={FORMATS.map((format) => ({
                    value: writeFormat(format, sayFormat),
                    label:
                      format === ''
                        ? sayFormat('plain')
                        : format === 'unit:'
                          ? sayFormat('anyUnit')
                          : writeFormat(format, sayFormat),
                  }))}
                />
              )}
            </div>
          </fieldset>
        );
      })}
    </div>
  );
}
