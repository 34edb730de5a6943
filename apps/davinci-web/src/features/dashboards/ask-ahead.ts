/**
 * Decides what is asked for a dashboard while its page is still on the way: its bundle, and then the data of the widgets that the first window
 * will show. The page finds the answers, or that they are being waited for, under the same keys.
 */
import type { DashboardBundle } from '@rtdp/davinci-api/client';
import { api } from '../../api/client.ts';
import { queryClient } from '../../api/query-client.ts';
import { bundlePath } from '../../api/sent-ahead.ts';
import { keyOf } from '../../api/use-api.ts';
import { viewerZone } from '../../shell/numbers.ts';
import { DASHBOARD_GRID } from '../../shell/tokens.ts';
import { widgetKind } from '../../widgets/registry.ts';
import { rehearse } from '../../widgets/rehearsal.ts';
import { widgetQuery } from '../../widgets/use-widget-data.ts';
import { readDrills } from './drill.ts';
import { askedOf, readCrossFilters, readValues } from './filters.ts';
import { noteOpening, type OpenedBy } from './opening.ts';
import { versionOf, widgetRequest } from './widget-request.ts';

/** What goes wrong is told by the page, which asks again. */
export async function askAhead(id: string, url: URLSearchParams, by: OpenedBy): Promise<void> {
  if (!noteOpening(id, by)) return;
  const path = bundlePath(id);
  const asked = queryClient.prefetchQuery({
    queryKey: keyOf(path),
    queryFn: ({ signal }) => api<DashboardBundle>(path, { signal }),
  });
  // Every question will name it, and a browser takes its time to tell.
  viewerZone();
  await asked;
  const bundle = queryClient.getQueryData<DashboardBundle>(keyOf(path));
  if (bundle === undefined) return;
  let isAnswered = false;
  for (const question of questionsOf(bundle, url)) {
    void queryClient.prefetchQuery(question).then(() => {
      isAnswered = true;
    });
  }
  // Behind the questions, which are sent together when this has run.
  setTimeout(() => readWhatDraws(bundle, () => isAnswered));
}

/** While the answers are on their way; what does not come is asked for again, and told, by what needs it. */
function readWhatDraws({ dashboard, widgets }: DashboardBundle, isAnswered: () => boolean): void {
  const kinds = new Set(widgets.map(({ kind }) => kind));
  for (const kind of kinds)
    void widgetKind(kind)
      ?.picture.fetch()
      .catch(() => undefined);
  void rehearse(kinds, isAnswered).catch(() => undefined);
  if (dashboard.controllers.length > 0) void import('./controllers-bar.tsx').catch(() => undefined);
}

function questionsOf({ dashboard, widgets, views }: DashboardBundle, url: URLSearchParams) {
  const tab = dashboard.tabs.find(({ id }) => id === url.get('tab')) ?? dashboard.tabs[0];
  const values = readValues(dashboard.controllers, url);
  const crossFilters = readCrossFilters(url);
  const drills = readDrills(url);
  const bottom = window.innerHeight / (DASHBOARD_GRID.rowHeight + DASHBOARD_GRID.gap);
  return (tab?.items ?? []).flatMap((item) => {
    const widget = widgets.find(({ id }) => item.kind === 'widget' && id === item.widgetId);
    const view = views.find(({ id }) => id === widget?.viewId);
    if (widget === undefined || view === undefined || item.y >= bottom) return [];
    const request = widgetRequest(widget, view, askedOf(view, item.id, dashboard, values, crossFilters, drills));
    // Whatever is kept is of an opening before.
    const { queryKey, queryFn } = widgetQuery(request, versionOf(view));
    return request === undefined ? [] : [{ queryKey, queryFn: queryFn!, staleTime: 0 }];
  });
}
