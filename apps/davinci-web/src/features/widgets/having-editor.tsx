/** Decides how a filter on a measure is said: a comparison of what it adds up to. */
import { InputNumber, Select } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { GROUPED } from '../../shell/grouped-number.ts';
import type { Having } from '../../widgets/contract.ts';

const OPERATORS: readonly Having['operator'][] = ['>', '>=', '<', '<=', '=', '!=', 'between', 'is null', 'is not null'];

export function HavingEditor({
  having,
  label,
  onChange,
}: {
  having: Having;
  label: ReactNode;
  onChange: (having: Having) => void;
}): ReactNode {
  const { t } = useTranslation('workbench');
  const { operator, values } = having;
  return (
    <div className="filter-editor">
      <strong>{label}</strong>
      <Select
        aria-label={t('operator')}
        value={operator}
        options={OPERATORS.map((each) => ({ value: each, label: t(`operators.${each}`) }))}
        onChange={(next: Having['operator']) =>
          onChange({ ...having, operator: next, values: valuesFor(next, values) })
        }
      />
      {values.map((value, index) => (
        <InputNumber
          // biome-ignore lint/suspicious/noArrayIndexKey: a value is its place: from, to.
          key={index}
          aria-label={t('value')}
          value={value as number}
          changeOnWheel={false}
          {...GROUPED}
          onChange={(next) =>
            onChange({ ...having, values: values.map((each, at) => (at === index ? (next ?? 0) : each)) })
          }
        />
      ))}
    </div>
  );
}

/** As many as the comparison takes; what was entered stays. */
function valuesFor(operator: Having['operator'], values: Having['values']): Having['values'] {
  if (operator === 'is null' || operator === 'is not null') return [];
  const first = values[0] ?? 0;
  return operator === 'between' ? [first, values[1] ?? first] : [first];
}
