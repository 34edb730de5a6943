/** What can be done with a mark of a chart, in a menu where it was asked for. */
import { Dropdown } from 'antd';
import type { ReactNode } from 'react';
import { createPortal } from 'react-dom';

export interface MarkMenuProps {
  /** In the window, in pixels. */
  at: { x: number; y: number };
  items: readonly { key: string; label: string; act: () => void }[];
  onClose: () => void;
}

export function MarkMenu({ at, items, onClose }: MarkMenuProps): ReactNode {
  // Made open and without motion, the library finds its place in one direction only.
  const isStill = matchMedia('(prefers-reduced-motion: reduce)').matches;
  // Items of a dashboard are moved by a transformation: within one, nothing stands where the window is meant.
  return createPortal(
    <Dropdown
      open
      trigger={['click']}
      autoFocus
      {...(isStill ? { styles: { root: { left: at.x, top: at.y } } } : {})}
      menu={{
        items: items.map(({ key, label }) => ({ key, label })),
        onClick: ({ key }) => {
          items.find((each) => each.key === key)?.act();
          onClose();
        },
      }}
      onOpenChange={(open) => {
        if (!open) onClose();
      }}
    >
      <span className="mark-menu" style={{ left: at.x, top: at.y }} />
    </Dropdown>,
    document.body,
  );
}
