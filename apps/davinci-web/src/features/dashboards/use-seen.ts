/** Decides when an item is near enough to be worth a query: once it was seen, it stays so. */
import { type RefObject, useEffect, useState } from 'react';

/** `before`: it is known to be near from the beginning. */
export function useSeen(place: RefObject<HTMLElement | null>, before: boolean): boolean {
  const [seen, setSeen] = useState(before);
  useEffect(() => {
    const element = place.current;
    if (element === null || seen) return undefined;
    const observer = new IntersectionObserver(
      (entries) => {
        if (entries.some((entry) => entry.isIntersecting)) setSeen(true);
      },
      { rootMargin: '25%' },
    );
    observer.observe(element);
    return () => observer.disconnect();
  }, [place, seen]);
  return seen;
}
