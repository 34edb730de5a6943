/** Decides where what floats over the page has its place, and when it goes by itself: beside what it belongs to, until that is moved under it. */
import { type ReactElement, type ReactNode, useEffect, useMemo } from 'react';
import { createPortal } from 'react-dom';
import { LENGTHS } from './tokens.ts';

export interface Anchor {
  /** What it belongs to. */
  of: HTMLElement;
  /** The point of it where it was asked for, in the window, in pixels; unless set, all of it. */
  at?: { x: number; y: number };
}

/**
 * `children` makes what floats, open, around the `place` that it is given; antd finds the room beside that inside of the window. `onMoved` is
 * called when a scroll or another size of the window has moved what it belongs to.
 */
export function Floating({
  anchor: { of, at },
  onMoved,
  children,
}: {
  anchor: Anchor;
  onMoved: () => void;
  children: (place: ReactElement) => ReactNode;
}): ReactNode {
  const opened = useMemo(() => of.getBoundingClientRect(), [of]);
  useEffect(() => {
    const look = ({ target }: Event) => {
      if (target instanceof Node && !target.contains(of)) return;
      const now = of.getBoundingClientRect();
      // The last word of a scroll from before moves nothing.
      if (now.top !== opened.top || now.left !== opened.left) onMoved();
    };
    const ending = new AbortController();
    const { signal } = ending;
    window.addEventListener('scroll', look, { capture: true, signal });
    window.addEventListener('resize', look, { signal });
    return () => ending.abort();
  }, [of, opened, onMoved]);
  const { left, top, width, height } = opened;
  const box =
    at === undefined
      ? { left, top, width, height }
      : { left: at.x, top: at.y, width: LENGTHS.line, height: LENGTHS.line };
  // Items of a dashboard are moved by a transformation: within one, nothing stands where the window is meant.
  return createPortal(children(<span className="floating-place" style={box} />), document.body);
}
