/** A tooltip that is made when something points at what it tells of: where there are many, they cost nothing before. */
import { Tooltip } from 'antd';
import {
  cloneElement,
  type FocusEvent,
  type HTMLAttributes,
  type PointerEvent,
  type ReactElement,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useRef,
  useState,
} from 'react';
import { Floating } from './floating.tsx';

type Pointable = HTMLAttributes<HTMLElement> & { children?: ReactNode };

/** `title` is asked for when it is shown: pointed at, with the focus, or tapped. Escape, a scroll of what it tells of and a tap elsewhere take it away. */
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
  const frame = useRef(0);
  const hide = useCallback(() => {
    cancelAnimationFrame(frame.current);
    setTarget(undefined);
  }, []);
  useEffect(() => () => cancelAnimationFrame(frame.current), []);
  const own = children.props;
  const isTouch = (event: PointerEvent) => event.pointerType === 'touch';
  return (
    <>
      {cloneElement(children, {
        onPointerEnter: (event: PointerEvent<HTMLElement>) => {
          own.onPointerEnter?.(event);
          if (!isTouch(event)) setTarget(event.currentTarget);
        },
        onPointerLeave: (event: PointerEvent<HTMLElement>) => {
          own.onPointerLeave?.(event);
          if (!isTouch(event)) hide();
        },
        onPointerUp: (event: PointerEvent<HTMLElement>) => {
          own.onPointerUp?.(event);
          // A tap on a link or a button is for what that does.
          if (!isTouch(event) || event.currentTarget.matches('a, button')) return;
          if (target === undefined) setTarget(event.currentTarget);
          else hide();
        },
        onFocus: (event: FocusEvent<HTMLElement>) => {
          own.onFocus?.(event);
          const { currentTarget } = event;
          // What takes the focus is scrolled into view first.
          frame.current = requestAnimationFrame(() => setTarget(currentTarget));
        },
        onBlur: (event: FocusEvent<HTMLElement>) => {
          own.onBlur?.(event);
          hide();
        },
        ...(target === undefined ? {} : { 'aria-describedby': id }),
      })}
      {target === undefined ? null : (
        <Told id={id} title={title()} target={target} placement={placement} onHide={hide} />
      )}
    </>
  );
}

function Told({
  id,
  title,
  target,
  placement,
  onHide,
}: {
  id: string;
  title: ReactNode;
  target: HTMLElement;
  placement: 'top' | 'right';
  onHide: () => void;
}): ReactNode {
  useEffect(() => {
    const ending = new AbortController();
    const options = { capture: true, signal: ending.signal };
    window.addEventListener('keydown', ({ key }) => key === 'Escape' && onHide(), options);
    window.addEventListener('pointerdown', (event) => !target.contains(event.target as Node) && onHide(), options);
    return () => ending.abort();
  }, [target, onHide]);
  return (
    <Floating anchor={{ of: target }} onMoved={onHide}>
      {(place) => (
        <Tooltip open id={id} title={title} placement={placement}>
          {place}
        </Tooltip>
      )}
    </Floating>
  );
}
