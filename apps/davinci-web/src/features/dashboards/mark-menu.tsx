/** What can be done with a mark of a chart, in a menu where it was asked for. */
import type { ReactNode } from 'react';
import type { Anchor } from '../../shell/floating.tsx';
import { FloatingMenu } from '../../shell/floating-menu.tsx';

export interface MarkMenuProps {
  anchor: Anchor;
  items: readonly { key: string; label: string; act: () => void }[];
  onClose: () => void;
}

export function MarkMenu({ anchor, items, onClose }: MarkMenuProps): ReactNode {
  return (
    <FloatingMenu
      anchor={anchor}
      items={items.map(({ key, label }) => ({ key, label }))}
      onChoose={(chosen) => items.find(({ key }) => key === chosen)?.act()}
      onClose={onClose}
    />
  );
}
