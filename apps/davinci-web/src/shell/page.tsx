/** Decides what every page has in common: title, breadcrumb in the bar, actions, and the title of the window. */
import { type ReactNode, useEffect, useLayoutEffect, useSyncExternalStore } from 'react';

export interface Crumb {
  label: ReactNode;
  to?: string;
}

let crumbs: readonly Crumb[] = [];
let aside: ReactNode;
const listeners = new Set<() => void>();

function tell(): void {
  for (const listener of listeners) listener();
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** What the top bar shows; empty while no page stands. */
export function useCrumbs(): readonly Crumb[] {
  return useSyncExternalStore(subscribe, () => crumbs);
}

/** What the page puts at the right of the top bar: freshness, connection. */
export function useBarAside(): ReactNode {
  return useSyncExternalStore(subscribe, () => aside);
}

export interface PageProps {
  /** Text for the window and, if it has no `heading`, for the page's first heading. */
  title: string;
  /** Instead of the title as a heading: something to edit, for example. `null` leaves the head away. */
  heading?: ReactNode;
  /** Beside the title: a status. */
  badge?: ReactNode;
  description?: ReactNode;
  /** What stands over this page; the page itself is added. */
  crumbs?: readonly Crumb[];
  actions?: ReactNode;
  /** At the right of the top bar. */
  aside?: ReactNode;
  /** `normal` for reading, `wide` uses the whole width, `fill` uses the whole height too and scrolls inside. */
  size?: 'normal' | 'wide' | 'fill';
  children: ReactNode;
}

export function Page(props: PageProps): ReactNode {
  const { title, size = 'normal' } = props;
  useEffect(() => {
    document.title = `${title} · Davinci`;
  }, [title]);
  useLayoutEffect(() => {
    crumbs = [...(props.crumbs ?? []), { label: title }];
    aside = props.aside;
    tell();
  });
  useLayoutEffect(
    () => () => {
      // Until the next page stands, the bar names what the menu names.
      crumbs = [];
      aside = undefined;
      tell();
    },
    [],
  );
  return (
    <div className={`page ${size === 'normal' ? '' : size}`}>
      {props.heading === null ? (
        <h1 className="visually-hidden">{title}</h1>
      ) : (
        <div className="page-head">
          <div>
            <div className="page-title">
              {props.heading ?? <h1 className="ellipsis">{title}</h1>}
              {props.badge}
            </div>
            {props.description === undefined ? null : <p className="muted">{props.description}</p>}
          </div>
          {props.actions === undefined ? null : <div className="row wrap">{props.actions}</div>}
        </div>
      )}
      <div className="page-body">{props.children}</div>
    </div>
  );
}
