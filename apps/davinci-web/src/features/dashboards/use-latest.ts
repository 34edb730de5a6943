/** Gives a function that stays the same and does what the newest one does: what is handed to it need not be drawn anew. */
import { useCallback, useLayoutEffect, useRef } from 'react';

/** Not to be called while drawing. */
export function useLatest<Given extends unknown[], Result>(
  newest: (...given: Given) => Result,
): (...given: Given) => Result {
  const latest = useRef(newest);
  useLayoutEffect(() => {
    latest.current = newest;
  });
  return useCallback((...given: Given) => latest.current(...given), []);
}
