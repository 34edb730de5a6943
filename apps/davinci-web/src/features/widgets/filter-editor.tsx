/** Decides how a filter of a widget is said: an operator that suits the column's type, and its values. */
import type { ModelColumn, View } from '@rtdp/davinci-api/client';
import { useQuery } from '@tanstack/react-query';
import { DatePicker, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { type ApiError, api } from '../../api/client.ts';
import { type Cell, type Filter, TIME_TYPES } from '../../widgets/contract.ts';
import { offeredSpans, relativeKey, relativeOf, tellSpan } from '../dashboards/relative-spans.ts';

type Operator = Filter['operator'];

const NULLS: readonly Operator[] = ['is null', 'is not null'];

export function operatorsOf(type: ModelColumn['type'] | undefined): readonly Operator[] {
  if (type !== undefined && TIME_TYPES.includes(type)) return ['relative', '>=', '<=', 'between', ...NULLS];
  if (type === 'number') return ['=', '!=', '<', '<=', '>', '>=', 'between', 'in', ...NULLS];
  if (type === 'boolean') return ['=', ...NULLS];
  return ['in', 'not in', 'like', '=', '!=', ...NULLS];
}

interface EditorProps {
  filter: Filter;
  model: View['model'];
  viewId: string;
  onChange: (filter: Filter) => void;
}

export function FilterEditor({ filter, model, viewId, onChange }: EditorProps): ReactNode {
  const { t } = useTranslation(['workbench', 'dashboards']);
  const column = model.find((each) => each.column === filter.column);
  return (
    <div className="filter-editor">
      <strong>{column?.label || filter.column}</strong>
      <Select
        aria-label={t('operator')}
        value={filter.operator}
        options={operatorsOf(column?.type).map((each) => ({ value: each, label: t(`operators.${each}`) }))}
        onChange={(operator: Operator) =>
          onChange({ ...filter, operator, values: firstValues(operator, column?.type) })
        }
      />
      <FilterValues filter={filter} type={column?.type} viewId={viewId} onChange={onChange} />
    </div>
  );
}

/** What a filter of this operator means before anything was entered: one that leaves every row where that can be said. */
function firstValues(operator: Operator, type: ModelColumn['type'] | undefined): Filter['values'] {
  if (operator === 'relative') return [{ unit: 'day', amount: 7 }];
  if (NULLS.includes(operator) || operator === 'in' || operator === 'not in') return [];
  if (operator === 'like') return ['%'];
  const isTime = type !== undefined && TIME_TYPES.includes(type);
  const one = type === 'number' ? 0 : type === 'boolean' ? true : isTime ? dayjs().format('YYYY-MM-DD') : '';
  return operator === 'between' ? [one, one] : [one];
}

function FilterValues({
  filter,
  type,
  viewId,
  onChange,
}: Omit<EditorProps, 'model'> & { type: ModelColumn['type'] | undefined }): ReactNode {
  const { t } = useTranslation('workbench');
  const { t: spanWords } = useTranslation('dashboards');
  const { operator, values } = filter;
  const set = (next: Filter['values']) => onChange({ ...filter, values: next });
  const at = (index: number, value: Cell) => set(values.map((each, place) => (place === index ? value : each)));
  if (NULLS.includes(operator)) return null;
  if (operator === 'relative') {
    const first = values[0];
    const chosen = typeof first === 'object' && first !== null ? first : undefined;
    return (
      <Select
        aria-label={t('span')}
        value={chosen === undefined ? undefined : relativeKey(chosen)}
        options={offeredSpans(chosen).map((each) => ({ value: relativeKey(each), label: tellSpan(each, spanWords) }))}
        onChange={(key: string) => set([relativeOf(key)])}
      />
    );
  }
  if (operator === 'in' || operator === 'not in' || type === 'text' || type === 'other' || type === undefined) {
    return <ValueChoice filter={filter} viewId={viewId} onChange={set} />;
  }
  if (type === 'boolean') {
    return (
      <Select
        aria-label={t('value')}
        value={values[0] === true}
        options={[true, false].map((each) => ({ value: each, label: t(each ? 'shell:yes' : 'shell:no') }))}
        onChange={(value: boolean) => set([value])}
      />
    );
  }
  return values.map((value, index) =>
    type === 'number' ? (
      <InputNumber
        // biome-ignore lint/suspicious/noArrayIndexKey: a value is its place: from, to.
        key={index}
        aria-label={t('value')}
        value={value as number}
        onChange={(next) => at(index, next ?? 0)}
      />
    ) : (
      <DatePicker
        // biome-ignore lint/suspicious/noArrayIndexKey: a value is its place: from, to.
        key={index}
        aria-label={t('value')}
        value={typeof value === 'string' ? dayjs(value) : null}
        onChange={(next) => at(index, next?.format('YYYY-MM-DD') ?? null)}
      />
    ),
  );
}

/** Values of the column to choose from; anything else can be typed. */
function ValueChoice({
  filter,
  viewId,
  onChange,
}: {
  filter: Filter;
  viewId: string;
  onChange: (values: Filter['values']) => void;
}): ReactNode {
  const { t } = useTranslation(['workbench', 'dashboards']);
  const [search, setSearch] = useState('');
  const several = filter.operator === 'in' || filter.operator === 'not in';
  const found = useQuery<{ values: Cell[] }, ApiError>({
    queryKey: ['/api/query/values', viewId, filter.column, search],
    placeholderData: (previous) => previous,
    queryFn: ({ signal }) =>
      api('/api/query/values', {
        signal,
        body: { viewId, column: filter.column, limit: 100, ...(search === '' ? {} : { search }) },
      }),
  });
  const chosen = filter.values.map(String);
  const known = (found.data?.values ?? []).filter((each) => each !== null);
  const typed = (text: string): Cell => known.find((each) => String(each) === text) ?? text;
  return (
    <Select
      mode="tags"
      {...(several ? {} : { maxCount: 1 })}
      aria-label={t('value')}
      loading={found.isFetching}
      {...(found.isError ? { status: 'error' as const } : {})}
      showSearch={{ onSearch: setSearch, filterOption: false }}
      value={chosen}
      options={known.map((each) => ({ value: String(each), label: String(each) }))}
      onChange={(next: string[]) => onChange(next.map(typed))}
    />
  );
}

export function FilterText({ filter, model }: { filter: Filter; model: View['model'] }): ReactNode {
  const { t } = useTranslation('workbench');
  const { t: spanWords } = useTranslation('dashboards');
  const label = model.find((each) => each.column === filter.column)?.label || filter.column;
  const values = filter.values.map((value) =>
    typeof value === 'object' && value !== null ? tellSpan(value, spanWords) : String(value),
  );
  return `${label} ${filter.operator === 'relative' ? '' : t(`operators.${filter.operator}`)} ${values.join(', ')}`
    .replace(/\s+/g, ' ')
    .trim();
}
