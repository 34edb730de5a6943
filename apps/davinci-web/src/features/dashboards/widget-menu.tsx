/** What can be done with a widget: a menu that is made when it is asked for. */
import { type ReactNode, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import { FloatingMenu } from '../../shell/floating-menu.tsx';
import type { Closer } from './use-closer.ts';

export type WidgetAct = 'data' | 'sql' | 'freshness' | 'png' | 'copy' | 'csv' | 'workbench';

export interface WidgetMenuProps {
  hasData: boolean;
  hasPicture: () => boolean;
  onAct: (act: WidgetAct) => void;
  /** How it can be looked at more closely. */
  ways: () => readonly Closer[];
}

/** `button` opened it. */
export default function WidgetMenu(props: WidgetMenuProps & { button: HTMLElement; onClose: () => void }): ReactNode {
  const { t } = useTranslation(['dashboards', 'widgets']);
  const mayEdit = useMay('editor');
  const [ways] = useState(props.ways);
  const { hasData, button, onClose } = props;
  const items = [
    ...(mayEdit ? (['data', 'sql', 'freshness'] as const) : (['data', 'freshness'] as const)).map((key) => ({
      key,
      label: t(`widgets:menu.${key}`),
      disabled: !hasData,
    })),
    ...(ways.length === 0
      ? []
      : [{ key: 'closer', label: t('closer.menu'), children: ways.map(({ key, label }) => ({ key, label })) }]),
    { type: 'divider' as const },
    ...(props.hasPicture() ? [{ key: 'png', label: t('widgets:menu.png'), disabled: !hasData }] : []),
    { key: 'copy', label: t('widgets:menu.copy'), disabled: !hasData },
    { key: 'csv', label: t('widgets:menu.csv'), disabled: !hasData },
    ...(mayEdit ? [{ type: 'divider' as const }, { key: 'workbench', label: t('widgets:menu.workbench') }] : []),
  ];
  return (
    <FloatingMenu
      anchor={{ of: button }}
      placement="bottomRight"
      items={items}
      onChoose={(key) => {
        const way = ways.find((each) => each.key === key);
        if (way === undefined) props.onAct(key as WidgetAct);
        else way.act();
      }}
      onClose={onClose}
    />
  );
}
