/** Decides where a widget goes on a dashboard that it is added to: the first free place of the first tab. */
import type { Dashboard, Widget } from '@rtdp/davinci-api/client';
import { api } from '../../api/client.ts';
import { queryClient } from '../../api/query-client.ts';
import { widgetKind } from '../../widgets/registry.ts';
import { edit } from '../dashboards/draft.ts';

/** @throws ApiError, also when somebody changed the dashboard in between */
export async function addToDashboard(dashboardId: string, widget: Widget): Promise<void> {
  const path = `/api/dashboards/${encodeURIComponent(dashboardId)}`;
  const { createdAt: _, updatedAt: __, ...dashboard } = await api<Dashboard>(path);
  const tab = dashboard.tabs[0];
  if (tab === undefined) return;
  const size = widgetKind(widget.kind)?.schema.size ?? { w: 12, h: 9 };
  const item = { id: crypto.randomUUID(), kind: 'widget', widgetId: widget.id, ...size };
  const { now } = edit({ now: dashboard as Dashboard, past: [], future: [] }, { do: 'add', tab: tab.id, item });
  await api(path, { method: 'PUT', body: now });
  await queryClient.invalidateQueries({
    predicate: ({ queryKey }) => String(queryKey[0]).startsWith('/api/dashboards'),
  });
}
