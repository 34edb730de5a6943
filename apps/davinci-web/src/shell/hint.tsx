/** A tooltip that is made when something points at what it tells of: where there are many, they cost nothing before. */
import { Tooltip } from 'antd';
import { cloneElement, type HTMLAttributes, type ReactElement, type ReactNode, useId, useState } from 'react';
import { createPortal } from 'react-dom';

type Pointable = HTMLAttributes<HTMLElement> & { children?: ReactNode };

/** `title` is asked for when it is shown. */
export function Hint({
  title,
  placement = 'top',
  children,
}: {
  title: () => ReactNode;
  placement?: 'top' | 'right';
  children: ReactElement<Pointable>;
}): ReactNode {
  const id = useId();
  const [target, setTarget] = useState<HTMLElement>();
  const show = (event: { currentTarget: HTMLElement }) => setTarget(event.currentTarget);
  const hide = () => setTarget(undefined);
  return (
    <>
      {cloneElement(children, {
        onPointerEnter: show,
        onPointerLeave: hide,
        onFocus: show,
        onBlur: hide,
        ...(target === undefined ? {} : { 'aria-describedby': id }),
      })}
      {target === undefined ? null : <Told id={id} title={title()} target={target} placement={placement} />}
    </>
  );
}

function Told({
  id,
  title,
  target,
  placement,
}: {
  id: string;
  title: ReactNode;
  target: HTMLElement;
  placement: 'top' | 'right';
}): ReactNode {
  const { left, top, width, height } = target.getBoundingClientRect();
  return createPortal(
    <Tooltip open id={id} title={title} placement={placement}>
      <span className="hint-place" style={{ left, top, width, height }} />
    </Tooltip>,
    document.body,
  );
}
