/** What can be done with a widget: a menu that is made when it is asked for. */
import { Dropdown } from 'antd';
import { type ReactNode, useEffect, useState } from 'react';
import { createPortal } from 'react-dom';
import { useTranslation } from 'react-i18next';
import { useMay } from '../../api/session.ts';
import type { Closer } from './use-closer.ts';

export type WidgetAct = 'data' | 'sql' | 'freshness' | 'png' | 'copy' | 'csv' | 'workbench';

export interface WidgetMenuProps {
  hasData: boolean;
  hasPicture: () => boolean;
  onAct: (act: WidgetAct) => void;
  /** How it can be looked at more closely. */
  ways: () => readonly Closer[];
}

/** Pixels, of the menu with everything in it. */
const TALLEST = 280;

/** `button` opened it, and has the focus again when it goes. */
export default function WidgetMenu(props: WidgetMenuProps & { button: HTMLElement; onClose: () => void }): ReactNode {
  const { t } = useTranslation(['dashboards', 'widgets']);
  const mayEdit = useMay('editor');
  const [ways] = useState(props.ways);
  const { hasData, button, onClose } = props;
  const { left, top, width, height } = button.getBoundingClientRect();
  // Made open and without motion, the library finds its place across and not down.
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  const close = () => {
    onClose();
    button.focus();
  };
  useEffect(() => {
    // What scrolls the widget away takes its menu along.
    const opened = button.getBoundingClientRect();
    const scrolled = ({ target }: Event) => {
      const now = button.getBoundingClientRect();
      // The last word of a scroll from before the press moves nothing.
      if (!(target as Node).contains(button) || (now.top === opened.top && now.left === opened.left)) return;
      onClose();
      button.focus({ preventScroll: true });
    };
    window.addEventListener('scroll', scrolled, { capture: true });
    return () => window.removeEventListener('scroll', scrolled, { capture: true });
  }, [button, onClose]);
  return createPortal(
    <Dropdown
      open
      autoFocus
      trigger={['click']}
      placement="bottomRight"
      {...(isStill ? { styles: { root: { top: Math.min(top + height, window.innerHeight - TALLEST) } } } : {})}
      onOpenChange={(open) => {
        if (!open) close();
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
            : [{ key: 'closer', label: t('closer.menu'), children: ways.map(({ key, label }) => ({ key, label })) }]),
          { type: 'divider' as const },
          ...(props.hasPicture() ? [{ key: 'png', label: t('widgets:menu.png'), disabled: !hasData }] : []),
          { key: 'copy', label: t('widgets:menu.copy'), disabled: !hasData },
          { key: 'csv', label: t('widgets:menu.csv'), disabled: !hasData },
          ...(mayEdit ? [{ type: 'divider' as const }, { key: 'workbench', label: t('widgets:menu.workbench') }] : []),
        ],
        onClick: ({ key }) => {
          close();
          const way = ways.find((each) => each.key === key);
          if (way === undefined) props.onAct(key as WidgetAct);
          else way.act();
        },
      }}
    >
      <span className="menu-place" style={{ left, top, width, height }} />
    </Dropdown>,
    document.body,
  );
}
