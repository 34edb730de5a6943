/** Decides how a menu behaves that is made when it is asked for: it has the focus while it stands, and gives it back. */
import { Dropdown, type MenuProps } from 'antd';
import { type ReactNode, useCallback, useState } from 'react';
import { type Anchor, Floating } from './floating.tsx';

export function FloatingMenu(props: {
  anchor: Anchor;
  items: NonNullable<MenuProps['items']>;
  placement?: 'bottomLeft' | 'bottomRight';
  /** Told the key of the item, when the menu is gone already. */
  onChoose: (key: string) => void;
  onClose: () => void;
}): ReactNode {
  const { anchor, onClose } = props;
  const [focused] = useState(() => document.activeElement);
  const { of } = anchor;
  const close = useCallback(() => {
    onClose();
    const back = focused instanceof HTMLElement && focused !== document.body ? focused : of;
    back.focus({ preventScroll: true });
  }, [onClose, focused, of]);
  return (
    <Floating anchor={anchor} onMoved={close}>
      {(place) => (
        <Dropdown
          open
          autoFocus
          trigger={['click']}
          placement={props.placement ?? 'bottomLeft'}
          onOpenChange={(open) => {
            if (!open) close();
          }}
          menu={{
            items: props.items,
            onClick: ({ key }) => {
              close();
              props.onChoose(key);
            },
          }}
        >
          {place}
        </Dropdown>
      )}
    </Floating>
  );
}
