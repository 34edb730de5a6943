/** Decides where the picture of the platform gets its parts: every service is asked for its own, a view's tables once for each version of it. */
import type { Dashboard, DashboardSummary, View, Widget } from '@rtdp/davinci-api/client';
import type { SourceView } from '@rtdp/dbus/client';
import type { LineageView, MountView } from '@rtdp/moonbox/client';
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
import { findVariables } from '../views/find-variables.ts';
import { dataFlowGraph, type ViewLineage } from './data-flow.ts';

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
  const statuses = useFlowStatuses(flows.data ?? []);
  const lineage = useLineage(views.data?.items ?? []);
  const shown = useDashboardViews(dashboards.data?.items ?? [], widgets.data?.items ?? []);
  const parts = [sources, flows, mounts, dashboards];

  const graph = useMemo(
    () =>
      dataFlowGraph(
        {
          sources: sources.data ?? [],
          flows: [...statuses.values()],
          mounts: mounts.data?.items ?? [],
          views: views.data?.items ?? [],
          lineage,
          dashboards: shown,
        },
        words,
      ),
    [sources.data, statuses, mounts.data, views.data, lineage, shown, words],
  );
  const failed = parts.find(({ error }) => error !== null);
  const isNothing = parts.every(({ data }) => data === undefined);
  return {
    graph,
    isPending: parts.some(({ isPending }) => isPending) && isNothing,
    error: isNothing ? (failed?.error ?? null) : null,
    refetch: () => {
      for (const part of parts) void part.refetch();
    },
  };
}

function useLineage(views: readonly View[]): readonly ViewLineage[] {
  return useQueries({
    queries: views.map((view) => ({
      queryKey: ['lineage', view.id, view.version],
      queryFn: ({ signal }: { signal: AbortSignal }) =>
        api<LineageView>(moonboxPath('lineage'), { body: { sql: numbered(view.sql) }, signal }),
      staleTime: 60_000,
      retry: false,
    })),
    combine: (answers: readonly { data: LineageView | undefined }[]) =>
      answers.flatMap(({ data }, at) => (data === undefined ? [] : [{ viewId: views[at]!.id, tables: data.tables }])),
  });
}

/** The gateway knows `$1`, not `:name`. */
export function numbered(sql: string): string {
  const names: string[] = [];
  let text = '';
  let done = 0;
  for (const { name, from, to } of findVariables(sql)) {
    if (!names.includes(name)) names.push(name);
    text += `${sql.slice(done, from)}$${names.indexOf(name) + 1}`;
    done = to;
  }
  return text + sql.slice(done);
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
