/** Decides where the picture of the platform gets its parts: every service is asked for its own. */
import type { Dashboard, DashboardSummary, View, Widget } from '@rtdp/davinci-api/client';
import type { SourceView } from '@rtdp/dbus/client';
import type { MountView } from '@rtdp/moonbox/client';
import type { FlowView } from '@rtdp/wormhole/client';
import { useQueries } from '@tanstack/react-query';
import { useMemo } from 'react';
import { type ApiError, api } from '../../api/client.ts';
import { useMay } from '../../api/session.ts';
import { keyOf, type List, useApi } from '../../api/use-api.ts';
import { dbusPath, LOOK_EVERY, LOOK_SELDOM, moonboxPath, wormholePath } from '../console/console-api.ts';
import type { Graph } from '../console/graph.ts';
import { useWording } from '../console/use-wording.ts';
import { useFlowStatuses } from '../flows/use-flow-statuses.ts';
import { useSourceRates } from '../sources/use-source-rates.ts';
import { dataFlowGraph, standOf } from './data-flow.ts';
import { useViewStates } from './use-view-states.ts';

export interface DataFlow {
  graph: Graph;
  isPending: boolean;
  /** Of the first part that could not be asked, when nothing at all is known. */
  error: ApiError | null;
  refetch: () => void;
}

export function useDataFlow(): DataFlow {
  const words = useWording();
  const mayRead = useMay('editor');
  const sources = useApi<SourceView[]>(dbusPath('sources'), { every: LOOK_EVERY });
  const flows = useApi<FlowView[]>(wormholePath('flows'), { every: LOOK_EVERY });
  const mounts = useApi<List<MountView>>(moonboxPath('mounts'), { every: LOOK_SELDOM });
  const views = useApi<List<View>>('/api/views', { enabled: mayRead });
  const widgets = useApi<List<Widget>>('/api/widgets', { enabled: mayRead });
  const dashboards = useApi<List<DashboardSummary>>('/api/dashboards');
  const rates = useSourceRates(sources.data);
  const statuses = useFlowStatuses(flows.data ?? []);
  const states = useViewStates();
  const shown = useDashboardViews(dashboards.data?.items ?? [], widgets.data?.items ?? []);
  const parts = [sources, flows, mounts, dashboards];

  const graph = useMemo(
    () =>
      dataFlowGraph(
        {
          sources: sources.data ?? [],
          rates,
          flows: [...statuses.values()],
          mounts: mounts.data?.items ?? [],
          views: views.data?.items ?? [],
          states: states.data?.items ?? [],
          dashboards: shown,
        },
        words,
      ),
    [sources.data, rates, statuses, mounts.data, views.data, states.data, shown, words],
  );
  return {
    graph,
    ...standOf(graph, parts),
    refetch: () => {
      for (const part of parts) void part.refetch();
    },
  };
}

function useDashboardViews(dashboards: readonly DashboardSummary[], widgets: readonly Widget[]) {
  const whole = useQueries({
    queries: dashboards.map(({ id }) => ({
      queryKey: keyOf(`/api/dashboards/${id}`),
      queryFn: ({ signal }: { signal: AbortSignal }) => api<Dashboard>(`/api/dashboards/${id}`, { signal }),
      staleTime: 30_000,
    })),
    combine: (answers: readonly { data: Dashboard | undefined }[]) =>
      answers.flatMap(({ data }) => (data === undefined ? [] : [data])),
  });
  return useMemo(
    () =>
      whole.map(({ id, name, tabs }) => {
        const ids = tabs.flatMap(({ items }) =>
          items.flatMap(({ widgetId }) => (widgetId === undefined ? [] : [widgetId])),
        );
        const viewIds = new Set(widgets.filter((widget) => ids.includes(widget.id)).map(({ viewId }) => viewId));
        return { id, name, viewIds: [...viewIds] };
      }),
    [whole, widgets],
  );
}
