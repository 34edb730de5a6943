/** The head of an item: its title and what can be done; in edit mode the handle by which pointer and arrow keys move it. */
import type { KeyboardEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export function ItemHead(props: {
  name: string;
  editing: boolean;
  onMoveKey: (event: KeyboardEvent) => void;
  children: ReactNode;
}): ReactNode {
  const { t } = useTranslation('dashboards');
  const handle = props.editing
    ? { tabIndex: 0, role: 'group', 'aria-label': t('item.move', { name: props.name }), onKeyDown: props.onMoveKey }
    : {};
  return (
    <div className="widget-head" {...handle}>
      {props.children}
    </div>
  );
}
