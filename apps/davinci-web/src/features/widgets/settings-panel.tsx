/** The right side of the workbench: kinds that are lit when their rule is met, their settings, order and number of rows. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import type { View } from '@rtdp/davinci-api/client';
import { Button, Input, InputNumber, Select, Switch, Tooltip } from 'antd';
import { type Dispatch, type ReactNode, useId } from 'react';
import { useTranslation } from 'react-i18next';
import { GROUPED } from '../../shell/grouped-number.ts';
import { nameOf, type SettingField } from '../../widgets/contract.ts';
import { linesOf } from '../../widgets/dress.ts';
import { KindIcon } from '../../widgets/kind-icon.tsx';
import { WIDGETS, widgetKind } from '../../widgets/registry.ts';
import { misfit } from '../../widgets/shelves.ts';
import { rulesOf, type ToneRule } from '../../widgets/table/to-option.ts';
import { FieldLabel } from './field-list.tsx';
import { LinesEditor } from './lines-editor.tsx';
import type { Change, WidgetDraft } from './workbench-draft.ts';

interface PanelProps {
  draft: WidgetDraft;
  model: View['model'];
  dispatch: Dispatch<Change>;
}

export function SettingsPanel(props: PanelProps): ReactNode {
  const { t } = useTranslation(['workbench', 'widgets']);
  const { draft, model, dispatch } = props;
  const schema = widgetKind(draft.kind)?.schema;
  const fields = [...draft.query.dimensions, ...draft.query.measures];
  const sort = draft.query.sort[0];
  return (
    <aside className="card workbench-side" aria-label={t('settingsTitle')}>
      <div className="kinds" role="radiogroup" aria-label={t('kind')}>
        {Object.values(WIDGETS).map(({ schema: each }) => {
          const problem = misfit(each, draft.query, model);
          const name = t(`widgets:kinds.${each.kind}`);
          const why =
            problem === undefined
              ? name
              : `${name}: ${t(`misfit.${problem.problem}`, { shelf: t([`shelves.${each.kind}.${problem.shelf}`, `shelves.any.${problem.shelf}`]), kind: name })}`;
          return (
            <Tooltip key={each.kind} title={why}>
              {/* biome-ignore lint/a11y/useSemanticElements: a picture that is pressed, not a circle with a label. */}
              <button
                type="button"
                role="radio"
                aria-checked={draft.kind === each.kind}
                aria-label={why}
                className={`plain kind ${problem === undefined ? '' : 'off'} ${draft.kind === each.kind ? 'chosen' : ''}`}
                onClick={() => dispatch({ do: 'kind', kind: each.kind })}
              >
                <KindIcon kind={each.kind} />
              </button>
            </Tooltip>
          );
        })}
      </div>
      {schema?.settings.map((field) => (
        <Setting key={`${draft.kind}:${field.name}`} {...props} field={field} />
      ))}
      <h2>{t('order')}</h2>
      <div className="row">
        <Select
          aria-label={t('sortBy')}
          className="grow"
          value={sort?.by ?? ''}
          options={[
            { value: '', label: t('sortAuto') },
            ...fields.map((field) => ({
              value: nameOf(field),
              label: <FieldLabel name={nameOf(field)} model={model} query={draft.query} />,
            })),
          ]}
          onChange={(by: string) =>
            dispatch({ do: 'sort', field: by === '' ? undefined : by, direction: sort?.direction ?? 'desc' })
          }
        />
        <Select
          aria-label={t('direction')}
          disabled={sort === undefined}
          value={sort?.direction ?? 'desc'}
          options={[
            { value: 'asc', label: '↑' },
            { value: 'desc', label: '↓' },
          ]}
          onChange={(direction: 'asc' | 'desc') => dispatch({ do: 'sort', field: sort?.by, direction })}
        />
      </div>
      <div className="setting">
        <label htmlFor="limit">{t('limit')}</label>
        <InputNumber
          id="limit"
          size="small"
          min={1}
          max={100_000}
          value={draft.query.limit}
          changeOnWheel={false}
          {...GROUPED}
          onChange={(limit) => limit !== null && dispatch({ do: 'limit', limit })}
        />
      </div>
    </aside>
  );
}

function Setting({ draft, model, dispatch, field }: PanelProps & { field: SettingField }): ReactNode {
  const { t } = useTranslation('workbench');
  const id = useId();
  const value = draft.settings[field.name] ?? field.default;
  const set = (next: unknown) => dispatch({ do: 'setting', name: field.name, value: next });
  if (field.type === 'rules') return <Rules draft={draft} model={model} onChange={set} />;
  if (field.type === 'lines') return <LinesEditor lines={linesOf(draft.settings)} onChange={set} />;
  return (
    <div className="setting">
      <label htmlFor={id}>{t(`settings.${field.name}`)}</label>
      {field.type === 'boolean' ? (
        <Switch id={id} size="small" checked={value === true} onChange={set} />
      ) : field.type === 'number' ? (
        <InputNumber
          id={id}
          size="small"
          value={value as number | null}
          changeOnWheel={false}
          {...GROUPED}
          onChange={set}
        />
      ) : (
        <Select
          id={id}
          size="small"
          value={value as string}
          options={field.choices.map((choice) => ({ value: choice, label: t(`settings.${field.name}_${choice}`) }))}
          onChange={set}
        />
      )}
    </div>
  );
}

/** Conditional formatting: when a column compares so, its cell gets a tone. */
function Rules({
  draft,
  model,
  onChange,
}: {
  draft: WidgetDraft;
  model: View['model'];
  onChange: (rules: ToneRule[]) => void;
}): ReactNode {
  const { t } = useTranslation('workbench');
  const rules = rulesOf(draft.settings);
  const fields = [...draft.query.dimensions, ...draft.query.measures];
  const set = (index: number, part: Partial<ToneRule>) =>
    onChange(rules.map((rule, at) => (at === index ? { ...rule, ...part } : rule)));
  return (
    <div className="stack tight">
      <div className="setting">
        <span>{t('settings.rules')}</span>
        <Button
          type="text"
          size="small"
          icon={<PlusOutlined />}
          aria-label={t('addRule')}
          disabled={fields.length === 0}
          onClick={() =>
            onChange([...rules, { column: nameOf(fields.at(-1)!), operator: '>', value: 0, tone: 'late' }])
          }
        />
      </div>
      {rules.map((rule, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a rule is its place: the first that holds wins.
        <div key={index} className="stack tight card">
          <Select
            size="small"
            aria-label={t('ruleColumn')}
            value={rule.column}
            options={fields.map((field) => ({
              value: nameOf(field),
              label: <FieldLabel name={nameOf(field)} model={model} query={draft.query} />,
            }))}
            onChange={(column: string) => set(index, { column })}
          />
          <div className="row">
            <Select
              size="small"
              aria-label={t('operator')}
              value={rule.operator}
              options={(['<', '<=', '=', '!=', '>=', '>'] as const).map((each) => ({ value: each, label: each }))}
              onChange={(operator: ToneRule['operator']) => set(index, { operator })}
            />
            <Input
              size="small"
              aria-label={t('value')}
              value={String(rule.value)}
              onChange={(event) => set(index, { value: event.target.value })}
            />
          </div>
          <div className="row">
            <Select
              size="small"
              className="grow"
              aria-label={t('tone')}
              value={rule.tone}
              options={(['ok', 'late', 'broken'] as const).map((each) => ({ value: each, label: t(`tones.${each}`) }))}
              onChange={(tone: ToneRule['tone']) => set(index, { tone })}
            />
            <Button
              size="small"
              type="text"
              icon={<DeleteOutlined />}
              aria-label={t('removeRule')}
              onClick={() => onChange(rules.filter((_, at) => at !== index))}
            />
          </div>
        </div>
      ))}
    </div>
  );
}
