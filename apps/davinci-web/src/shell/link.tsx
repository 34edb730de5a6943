/** Decides how a place in the application is linked and gone to, by its plain path. */
import { useRouter } from '@tanstack/react-router';
import { type AnchorHTMLAttributes, type MouseEvent, type PointerEvent, type ReactNode, useCallback } from 'react';

/** Goes to a path with its query: `go('/flows/orders?tab=errors')`. */
export function useGo(): (href: string, options?: { replace?: boolean }) => void {
  const router = useRouter();
  return useCallback(
    (href, options) => {
      if (options?.replace) router.history.replace(href);
      else router.history.push(href);
    },
    [router],
  );
}

/** A link inside of the application; loads the page's file when the pointer rests on it. */
export function Link({
  to,
  children,
  ...rest
}: { to: string; children: ReactNode } & Omit<AnchorHTMLAttributes<HTMLAnchorElement>, 'href'>): ReactNode {
  const router = useRouter();
  const follow = (event: MouseEvent<HTMLAnchorElement>) => {
    rest.onClick?.(event);
    if (
      event.defaultPrevented ||
      event.button !== 0 ||
      event.metaKey ||
      event.ctrlKey ||
      event.shiftKey ||
      event.altKey
    )
      return;
    event.preventDefault();
    router.history.push(to);
  };
  const preload = (event: PointerEvent<HTMLAnchorElement>) => {
    rest.onPointerEnter?.(event);
    // What does not come now is asked for again, and told, when the link is followed.
    void router.preloadRoute({ to } as never).catch(() => undefined);
  };
  return (
    <a {...rest} href={to} onClick={follow} onPointerEnter={preload}>
      {children}
    </a>
  );
}
