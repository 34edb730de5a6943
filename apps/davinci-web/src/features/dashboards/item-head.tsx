/** The head of an item: its title and what can be done; in edit mode the handle by which pointer and arrow keys move it. */
import type { KeyboardEvent, ReactNode } from 'react';
import { useTranslation } from 'react-i18next';

export function ItemHead(props: {
  name: string;
  editing: boolean;
  onMoveKey: (event: KeyboardEvent) => void;
  children: ReactNode;
}): ReactNode {
  return props.editing ? <Handle {...props} /> : <div className="widget-head">{props.children}</div>;
}

function Handle(props: { name: string; onMoveKey: (event: KeyboardEvent) => void; children: ReactNode }): ReactNode {
  const { t } = useTranslation('dashboards');
  const name = t('item.move', { name: props.name });
  return (
    // biome-ignore lint/a11y/useSemanticElements: it groups a title and its buttons, no fields
    // biome-ignore lint/a11y/noNoninteractiveTabindex: the arrow keys move it
    <div className="widget-head" role="group" tabIndex={0} aria-label={name} onKeyDown={props.onMoveKey}>
      {props.children}
    </div>
  );
}
