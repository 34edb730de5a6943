/** Decides what a dashboard that is being edited is painted from: what is stored, and what was put on it since, before anything is saved. */
import type { Dashboard, DashboardBundle } from '@rtdp/davinci-api/client';
import { useMemo } from 'react';
import type { ApiError } from '../../api/client.ts';
import { bundlePath } from '../../api/sent-ahead.ts';
import { useApi } from '../../api/use-api.ts';

/** Widgets of the draft that the bundle does not hold, each once, sorted. Pure. */
export function draftedWidgets({ tabs }: Pick<Dashboard, 'tabs'>, { widgets }: DashboardBundle): string[] {
  const ids = tabs.flatMap(({ items }) => items.map(({ widgetId }) => widgetId));
  const known = new Set(widgets.map(({ id }) => id));
  return [...new Set(ids.filter((id) => id !== undefined && !known.has(id)))].sort() as string[];
}

/** The bundle with the widgets and views that another one has besides. Pure. */
export function withDrafted(bundle: DashboardBundle, more: DashboardBundle | undefined): DashboardBundle {
  if (more === undefined) return bundle;
  return {
    ...bundle,
    widgets: [...bundle.widgets, ...newIn(more.widgets, bundle.widgets)],
    views: [...bundle.views, ...newIn(more.views, bundle.views)],
  };
}

function newIn<Document extends { id: string }>(more: readonly Document[], known: readonly Document[]): Document[] {
  const ids = new Set(known.map(({ id }) => id));
  return more.filter(({ id }) => !ids.has(id));
}

/** What stands on the draft and is not known yet. */
export interface Drafted {
  awaited: ReadonlySet<string>;
  /** Why it cannot be had; null while it is on its way. */
  error: ApiError | null;
  retry: () => void;
}

/** `draft` is undefined while nobody edits; then the bundle is as it is stored. `besides`: ids of what the draft has more, with a comma between. */
export function useDraftBundle(
  bundle: DashboardBundle,
  draft: Dashboard | undefined,
): { whole: DashboardBundle; drafted: Drafted; besides: string } {
  const ids = draft === undefined ? '' : draftedWidgets(draft, bundle).join(',');
  const { data, error, isPlaceholderData, refetch } = useApi<DashboardBundle>(bundlePath(bundle.dashboard.id), {
    query: { widgets: ids },
    enabled: ids !== '',
    keep: true,
  });
  const more = ids === '' ? undefined : data;
  const isOpen = ids !== '' && (data === undefined || isPlaceholderData);
  return useMemo(() => {
    const whole = withDrafted(bundle, more);
    const awaited = new Set(isOpen ? ids.split(',').filter((id) => !whole.widgets.some((each) => each.id === id)) : []);
    return { whole, drafted: { awaited, error, retry: () => void refetch() }, besides: ids };
  }, [bundle, more, ids, isOpen, error, refetch]);
}
