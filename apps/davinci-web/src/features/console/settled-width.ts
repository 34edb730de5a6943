/** Decides which width a picture is laid out for: the first at once, another one when it rests, and none for what a scrollbar takes. */

/** Pixels: wider than any scrollbar. */
const SCROLLBAR = 24;
/** Milliseconds without another width, as while an edge of the window is dragged. */
export const RESTED = 150;

export interface SettledWidth {
  /** @param width as it is now, in pixels */
  tell(width: number): void;
  stop(): void;
}

/** @param take called with each width that there is to lay out for */
export function settledWidth(take: (width: number) => void): SettledWidth {
  let taken = 0;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const settle = (width: number): void => {
    // A wider picture may be a taller one, which brings the scrollbar of the page, which leaves less room: a little more of it is not taken.
    if (width === taken || (width > taken && width < taken + SCROLLBAR && taken > 0)) return;
    taken = width;
    take(width);
  };
  return {
    tell(width) {
      clearTimeout(timer);
      if (taken === 0) settle(width);
      else timer = setTimeout(() => settle(width), RESTED);
    },
    stop: () => clearTimeout(timer),
  };
}
