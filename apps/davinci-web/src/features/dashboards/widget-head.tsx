/** The head of a widget: its name, how fresh it is, and the menu of what can be done with it; drawn anew only when one of them changes. */
import { CloseOutlined, EllipsisOutlined } from '@ant-design/icons';
import type { Freshness } from '@rtdp/davinci-api/client';
import { Button, Dropdown, Tooltip } from 'antd';
import { type KeyboardEvent, memo, type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { FreshnessMark } from '../../widgets/freshness-mark.tsx';
import { ItemHead } from './item-head.tsx';
import type { Closer } from './use-closer.ts';

export type WidgetAct = 'data' | 'sql' | 'freshness' | 'png' | 'copy' | 'csv' | 'workbench';

export const WidgetHead = memo(function WidgetHead(props: {
  name: string;
  description: string;
  freshness: readonly Freshness[];
  editing: boolean;
  hasData: boolean;
  hasPicture: boolean;
  onMoveKey: (event: KeyboardEvent) => void;
  onRemove: () => void;
  onAct: (act: WidgetAct) => void;
  /** Asked when the menu opens. */
  ways: () => readonly Closer[];
}): ReactNode {
  const { t } = useTranslation(['dashboards', 'widgets']);
  const mayEdit = useMay('editor');
  const [ways, setWays] = useState<readonly Closer[]>([]);
  const { name, editing, hasData } = props;
  return (
    <ItemHead name={name} editing={editing} onMoveKey={props.onMoveKey}>
      <Tooltip title={props.description}>
        <h2 className="ellipsis">{name}</h2>
      </Tooltip>
      <FreshnessMark freshness={props.freshness} />
      {editing ? (
        <Button
          type="text"
          size="small"
          icon={<CloseOutlined />}
          aria-label={t('item.remove', { name })}
          onClick={props.onRemove}
        />
      ) : (
        <Dropdown
          trigger={['click']}
          placement="bottomRight"
          onOpenChange={(open) => {
            if (open) setWays(props.ways());
          }}
          menu={{
            items: [
              ...(['data', 'sql', 'freshness'] as const).map((key) => ({
                key,
                label: t(`widgets:menu.${key}`),
                disabled: !hasData,
              })),
              ...(ways.length === 0
                ? []
                : [
                    {
                      key: 'closer',
                      label: t('closer.menu'),
                      children: ways.map(({ key, label }) => ({ key, label })),
                    },
                  ]),
              { type: 'divider' as const },
              ...(props.hasPicture ? [{ key: 'png', label: t('widgets:menu.png'), disabled: !hasData }] : []),
              { key: 'copy', label: t('widgets:menu.copy'), disabled: !hasData },
              { key: 'csv', label: t('widgets:menu.csv'), disabled: !hasData },
              ...(mayEdit
                ? [{ type: 'divider' as const }, { key: 'workbench', label: t('widgets:menu.workbench') }]
                : []),
            ],
            onClick: ({ key }) => {
              const way = ways.find((each) => each.key === key);
              if (way === undefined) props.onAct(key as WidgetAct);
              else way.act();
            },
          }}
        >
          <Button type="text" size="small" icon={<EllipsisOutlined />} aria-label={t('widgets:menu.label', { name })} />
        </Dropdown>
      )}
    </ItemHead>
  );
});
