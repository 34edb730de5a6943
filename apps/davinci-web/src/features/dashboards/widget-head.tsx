/** The head of a widget: its name, how fresh it is, and the menu of what can be done with it; drawn anew only when one of them changes. */
import { CloseOutlined, EllipsisOutlined } from '@ant-design/icons';
import type { Freshness } from '@rtdp/davinci-api/client';
import { Button, Dropdown, Tooltip } from 'antd';
import { type KeyboardEvent, memo, type ReactNode } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { FreshnessMark } from '../../widgets/freshness-mark.tsx';
import { ItemHead } from './item-head.tsx';

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
}): ReactNode {
  const { t } = useTranslation(['dashboards', 'widgets']);
  const mayEdit = useMay('editor');
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
          menu={{
            items: [
              ...(['data', 'sql', 'freshness'] as const).map((key) => ({
                key,
                label: t(`widgets:menu.${key}`),
                disabled: !hasData,
              })),
              { type: 'divider' as const },
              ...(props.hasPicture ? [{ key: 'png', label: t('widgets:menu.png'), disabled: !hasData }] : []),
              { key: 'copy', label: t('widgets:menu.copy'), disabled: !hasData },
              { key: 'csv', label: t('widgets:menu.csv'), disabled: !hasData },
              ...(mayEdit
                ? [{ type: 'divider' as const }, { key: 'workbench', label: t('widgets:menu.workbench') }]
                : []),
            ],
            onClick: ({ key }) => props.onAct(key as WidgetAct),
          }}
        >
          <Button type="text" size="small" icon={<EllipsisOutlined />} aria-label={t('widgets:menu.label', { name })} />
        </Dropdown>
      )}
    </ItemHead>
  );
});
