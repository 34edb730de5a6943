/** The filters that readers set: a choice, a text, a range, a span of time. */
import type { Controller, Dashboard, ViewModel, valuesResultSchema } from '@rtdp/davinci-api/client';
import { useQuery } from '@tanstack/react-query';
import { DatePicker, Input, InputNumber, Select } from 'antd';
import dayjs from 'dayjs';
import { type ReactNode, useEffect, useId, useState } from 'react';
import { useTranslation } from 'react-i18next';
import type { z } from 'zod';
import { type ApiError, api } from '../../api/client.ts';
import { viewerZone } from '../../shell/numbers.ts';
import type { Cell } from '../../widgets/contract.ts';
import { type Asked, type ControllerValue, choicesRequest, MOST_CHOICES } from './filters.ts';
import { offeredSpans, relativeKey, relativeOf, tellSpan } from './relative-spans.ts';
import type { Filters } from './use-filters.ts';

/** Milliseconds. */
const ASK_AGAIN_AFTER = 5_000;

export function ControllersBar({
  dashboard,
  views,
  filters,
}: {
  dashboard: Dashboard;
  views: readonly ViewModel[];
  filters: Filters;
}): ReactNode {
  const { t } = useTranslation('dashboards');
  const narrowed = ({ id, options }: Controller): Asked | undefined => {
    const view = 'from' in options ? views.find((each) => each.id === options.viewId) : undefined;
    return view === undefined ? undefined : filters.cascadeOf(view, id);
  };
  return (
    <search className="controllers" aria-label={t('filters')}>
      {dashboard.controllers.map((controller) => (
        <ControllerField
          key={controller.id}
          controller={controller}
          value={filters.valueOf(controller.id)}
          onChange={(value) => filters.setValue(controller.id, value)}
          narrowed={narrowed(controller)}
        />
      ))}
    </search>
  );
}

export interface ControllerFieldProps {
  controller: Controller;
  value: ControllerValue | undefined;
  onChange: (value: ControllerValue | undefined) => void;
  /** What others narrow its choices to. */
  narrowed?: Asked | undefined;
}

export function ControllerField(props: ControllerFieldProps): ReactNode {
  const id = useId();
  const Field = FIELDS[props.controller.kind];
  return (
    <div className={`controller ${props.controller.multiple ? 'multiple' : ''}`}>
      <label className="controller-label" htmlFor={id}>
        {props.controller.label || '\u00A0'}
      </label>
      <Field {...props} id={id} />
    </div>
  );
}

type FieldProps = ControllerFieldProps & { id: string };

const FIELDS: Record<Controller['kind'], (props: FieldProps) => ReactNode> = {
  select: SelectField,
  text: TextField,
  number: NumberField,
  'number-range': NumberRangeField,
  'date-range': DateRangeField,
};

const NOT_NARROWED: Asked = { filters: [], values: {} };

function SelectField({ controller, value, onChange, narrowed, id }: FieldProps): ReactNode {
  const { t } = useTranslation(['dashboards', 'widgets']);
  const [search, setSearch] = useState('');
  const { options } = controller;
  const fromView = 'from' in options ? options : undefined;
  const request =
    fromView === undefined
      ? undefined
      : choicesRequest({ viewId: fromView.viewId, column: fromView.column }, narrowed ?? NOT_NARROWED, search);
  const choices = useQuery<z.output<typeof valuesResultSchema>, ApiError>({
    queryKey: ['/api/query/values', request],
    enabled: request !== undefined,
    placeholderData: (previous) => previous,
    // A table that is still to be made, or a store that is away, comes by itself, and nobody opens a list that failed.
    refetchInterval: ({ state }) => (state.status === 'error' ? ASK_AGAIN_AFTER : false),
    queryFn: ({ signal }) => api('/api/query/values', { signal, body: { timeZone: viewerZone(), ...request } }),
  });
  const values: readonly Cell[] = 'values' in options ? options.values : (choices.data?.values ?? []);
  // Where nobody said what there is to choose from, what is typed is a choice.
  const isFree = 'values' in options && options.values.length === 0;
  const typed = isFree && search !== '' ? [search] : [];
  const chosen = value !== undefined && 'values' in value ? value.values : [];
  // Numbers and texts that look alike stay what they are: the JSON is the key.
  const known = [...new Map([...typed, ...chosen, ...values].map((each) => [JSON.stringify(each), each])).values()];
  return (
    <Select
      id={id}
      aria-label={controller.label}
      {...(controller.multiple
        ? {
            mode: 'multiple' as const,
            maxTagCount: 'responsive' as const,
            maxTagPlaceholder: (rest: unknown[]) => `+${rest.length}`,
          }
        : {})}
      allowClear
      // Few enough to be drawn: the hidden list of one that draws what is seen reads out its keys.
      virtual={known.length > MOST_CHOICES}
      showSearch={{
        optionFilterProp: 'label',
        ...(fromView === undefined && !isFree ? {} : { onSearch: setSearch, filterOption: false }),
      }}
      placeholder={t('controller.any')}
      loading={choices.isFetching}
      onOpenChange={(open) => {
        if (open && request !== undefined && choices.isStale) void choices.refetch();
      }}
      {...(choices.data?.truncated
        ? {
            popupRender: (menu: ReactNode) => (
              <>
                {menu}
                <p className="muted small controller-more" role="note">
                  {t('controller.more', { count: choices.data.values.length })}
                </p>
              </>
            ),
          }
        : {})}
      {...(isFree ? { notFoundContent: t('controller.type') } : {})}
      {...(choices.isError ? { status: 'error' as const, notFoundContent: choices.error.message } : {})}
      value={
        controller.multiple
          ? chosen.map((each) => JSON.stringify(each))
          : chosen.length > 0
            ? JSON.stringify(chosen[0])
            : null
      }
      options={known.map((each) => ({
        value: JSON.stringify(each),
        label: each === null ? t('widgets:none') : String(each),
      }))}
      onChange={(next: string | string[] | null | undefined) => {
        const keys = next === undefined || next === null ? [] : [next].flat();
        onChange(keys.length === 0 ? undefined : { values: keys.map((key) => JSON.parse(key) as Cell) });
      }}
    />
  );
}

/** Typing waits this long before it asks, in milliseconds. */
const TYPING = 300;

function TextField({ controller, value, onChange, id }: FieldProps): ReactNode {
  const { t } = useTranslation('dashboards');
  const outside = value !== undefined && 'values' in value ? String(value.values[0] ?? '') : '';
  const [text, setText] = useState(outside);
  useEffect(() => setText(outside), [outside]);
  useEffect(() => {
    if (text === outside) return undefined;
    const timer = setTimeout(() => onChange(text === '' ? undefined : { values: [text] }), TYPING);
    return () => clearTimeout(timer);
  }, [text, outside, onChange]);
  return (
    <Input
      id={id}
      allowClear
      aria-label={controller.label}
      placeholder={t('controller.any')}
      value={text}
      onChange={(event) => setText(event.target.value)}
    />
  );
}

function NumberField({ controller, value, onChange, id }: FieldProps): ReactNode {
  const { t } = useTranslation('dashboards');
  const outside =
    value !== undefined && 'values' in value ? ((value.values[0] ?? null) as number | string | null) : null;
  const [number, setNumber] = useState(outside);
  useEffect(() => setNumber(outside), [outside]);
  useEffect(() => {
    if (number === outside) return undefined;
    const timer = setTimeout(() => onChange(number === null ? undefined : { values: [number] }), TYPING);
    return () => clearTimeout(timer);
  }, [number, outside, onChange]);
  return (
    <InputNumber
      id={id}
      aria-label={controller.label}
      placeholder={t('controller.any')}
      value={number}
      changeOnWheel={false}
      onChange={setNumber}
    />
  );
}

function NumberRangeField({ controller, value, onChange, id }: FieldProps): ReactNode {
  const { t } = useTranslation('dashboards');
  const range = value !== undefined && 'from' in value ? value : { from: null, to: null };
  const set = (part: Partial<typeof range>) => {
    const next = { ...range, ...part };
    onChange(next.from === null && next.to === null ? undefined : next);
  };
  const end = (name: 'from' | 'to') => (
    <InputNumber
      {...(name === 'from' ? { id } : {})}
      aria-label={`${controller.label} ${t(`controller.${name}`)}`}
      placeholder={t(`controller.${name}`)}
      value={range[name] as number | null}
      changeOnWheel={false}
      changeOnBlur
      onChange={(next) => set({ [name]: next })}
    />
  );
  return (
    <div className="controller-range">
      {end('from')}
      <span aria-hidden="true">–</span>
      {end('to')}
    </div>
  );
}

function DateRangeField({ controller, value, onChange, id }: FieldProps): ReactNode {
  const { t } = useTranslation('dashboards');
  const [custom, setCustom] = useState(false);
  const range = value !== undefined && 'from' in value ? value : undefined;
  const isCustom = custom || range !== undefined;
  const relative = value !== undefined && 'relative' in value ? value.relative : undefined;
  const key = relative !== undefined ? relativeKey(relative) : isCustom ? 'custom' : 'all';
  return (
    <div className="controller-range">
      <Select
        id={id}
        aria-label={controller.label}
        popupMatchSelectWidth={false}
        virtual={false}
        value={key}
        options={[
          { value: 'all', label: t('controller.all') },
          ...offeredSpans(relative).map((each) => ({ value: relativeKey(each), label: tellSpan(each, t) })),
          { value: 'custom', label: t('controller.custom') },
        ]}
        onChange={(next: string) => {
          setCustom(next === 'custom');
          if (next === 'all') onChange(undefined);
          else if (next !== 'custom') onChange({ relative: relativeOf(next) });
        }}
      />
      {isCustom ? (
        <DatePicker.RangePicker
          allowEmpty={[true, true]}
          aria-label={controller.label}
          value={[range?.from ? dayjs(range.from) : null, range?.to ? dayjs(range.to) : null]}
          onChange={(next) => {
            const from = next?.[0]?.format('YYYY-MM-DD') ?? null;
            const to = next?.[1]?.format('YYYY-MM-DD') ?? null;
            onChange(from === null && to === null ? undefined : { from, to });
          }}
        />
      ) : null}
    </div>
  );
}
