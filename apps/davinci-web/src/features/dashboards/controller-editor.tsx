/** The panel in which an editor makes the filters of a dashboard. */
import { DeleteOutlined, PlusOutlined } from '@ant-design/icons';
import type { Controller, ViewModel } from '@rtdp/davinci-api/client';
import { Button, Drawer, Input, Select, Switch } from 'antd';
import type { ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { Empty } from '../../shell/states.tsx';
import { type Target, withTargets } from './controller-kind.ts';
import { ControllerField } from './controllers-bar.tsx';
import { defaultValue } from './filters.ts';

/** In the order in which they are offered. */
const KINDS: readonly Controller['kind'][] = ['select', 'text', 'number', 'number-range', 'date-range'];

export function ControllerEditor(props: {
  controllers: readonly Controller[];
  views: readonly ViewModel[];
  onChange: (controllers: Controller[]) => void;
  onClose: () => void;
}): ReactNode {
  const { t } = useTranslation('dashboards');
  const { controllers, onChange } = props;
  const set = (id: string, part: Partial<Controller>) =>
    onChange(controllers.map((each) => (each.id === id ? { ...each, ...part } : each)));
  const add = (
    <Button
      icon={<PlusOutlined />}
      onClick={() =>
        onChange([
          ...controllers,
          { id: crypto.randomUUID(), kind: 'select', label: '', targets: [], options: { values: [] } },
        ])
      }
    >
      {t('controller.add')}
    </Button>
  );
  return (
    <Drawer open title={t('controller.title')} mask={false} onClose={props.onClose}>
      <div className="stack">
        {controllers.length === 0 ? <Empty title={t('controller.none')} small /> : null}
        {controllers.map((controller) => (
          <ControllerForm
            key={controller.id}
            controller={controller}
            views={props.views}
            onSet={(part) => set(controller.id, part)}
            onRemove={() => onChange(controllers.filter((each) => each.id !== controller.id))}
          />
        ))}
        {add}
      </div>
    </Drawer>
  );
}

function ControllerForm(props: {
  controller: Controller;
  views: readonly ViewModel[];
  onSet: (part: Partial<Controller>) => void;
  onRemove: () => void;
}): ReactNode {
  const { t } = useTranslation('dashboards');
  const { controller, views, onSet } = props;
  return (
    <div className="card stack tight">
      <Input
        aria-label={t('controller.label')}
        placeholder={t('controller.label')}
        value={controller.label}
        maxLength={200}
        onChange={(event) => onSet({ label: event.target.value })}
      />
      <Select
        virtual={false}
        aria-label={t('controller.kind')}
        value={controller.kind}
        options={KINDS.map((kind) => ({
          value: kind,
          label: t(`controller.kinds.${kind}`),
        }))}
        onChange={(kind) => onSet({ kind, default: undefined, options: { values: [] } })}
      />
      <Select
        mode="multiple"
        virtual={false}
        aria-label={t('controller.targets')}
        placeholder={t('controller.targets')}
        value={controller.targets.map((target) => JSON.stringify(target))}
        options={views.map((view) => ({
          label: view.name,
          options: [
            ...view.model.map((column) => ({
              value: JSON.stringify({ viewId: view.id, column: column.column } satisfies Target),
              label: column.label || column.column,
            })),
            ...view.variables.map((variable) => ({
              value: JSON.stringify({ viewId: view.id, variable: variable.name } satisfies Target),
              label: `:${variable.name}`,
            })),
          ],
        }))}
        onChange={(keys) =>
          onSet(
            withTargets(
              controller,
              keys.map((key) => JSON.parse(key) as Target),
              views,
            ),
          )
        }
      />
      {controller.kind === 'select' ? (
        // biome-ignore lint/a11y/noLabelWithoutControl: the switch stands inside.
        <label className="row">
          <Switch size="small" checked={controller.multiple ?? false} onChange={(multiple) => onSet({ multiple })} />
          {t('controller.multiple')}
        </label>
      ) : null}
      <ControllerField
        controller={{ ...controller, label: t('controller.default') }}
        value={defaultValue(controller)}
        onChange={(value) =>
          onSet({
            default:
              value === undefined
                ? undefined
                : 'relative' in value
                  ? value.relative
                  : 'values' in value
                    ? value.values
                    : value,
          })
        }
      />
      <Button size="small" type="text" danger icon={<DeleteOutlined />} onClick={props.onRemove}>
        {t('controller.remove')}
      </Button>
    </div>
  );
}
