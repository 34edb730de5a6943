/** Decides what the one picture of the platform shows: sources → topics → flows → sinks → mounts → views → dashboards, each with state, rate and lag. Pure. */
import type { DashboardSummary, View, ViewState } from '@rtdp/davinci-api/client';
import type { SourceView } from '@rtdp/dbus/client';
import type { MountView } from '@rtdp/moonbox/client';
import type { FlowStatus } from '@rtdp/wormhole/client';
import type { Graph, GraphEdge, GraphNode, GraphStatus } from '../console/graph.ts';
import { worstStatus } from '../console/graph.ts';
import {
  flowCondition,
  flowTableStatus,
  flowTablesCondition,
  mountStatus,
  sourceStatus,
  viewStatus,
} from '../console/statuses.ts';

export interface DataFlowParts {
  sources: readonly SourceView[];
  /** Name of a source → rows per second, as far as they are known. */
  rates: ReadonlyMap<string, number>;
  flows: readonly FlowStatus[];
  mounts: readonly MountView[];
  views: readonly Pick<View, 'id' | 'name'>[];
  /** As far as they are known. */
  states: readonly Pick<ViewState, 'viewId' | 'tables' | 'error' | 'widgets'>[];
  dashboards: readonly (Pick<DashboardSummary, 'id' | 'name'> & { viewIds: readonly string[] })[];
}

/** How figures are put into words; handed in so that the picture itself knows no language. */
export interface Wording {
  rate(rowsPerSecond: number): string;
  /** The same, and how many messages wait, where there is little room. */
  shortRate(rowsPerSecond: number): string;
  shortLag(lag: number): string;
  behind(milliseconds: number): string;
  tables(count: number): string;
}

export function dataFlowGraph(parts: DataFlowParts, words: Wording): Graph {
  const picture = new Picture();
  for (const source of parts.sources) addSource(picture, source, parts.rates.get(source.name) ?? 0, words);
  for (const flow of parts.flows) addFlow(picture, flow, words);
  addSinks(picture, parts.flows, words);
  for (const mount of parts.mounts) addMount(picture, mount, parts.flows, words);
  addViews(picture, parts);
  return { nodes: [...picture.nodes.values()], edges: [...picture.edges.values()] };
}

/** Where nothing is drawn: that nothing flows is only said when all parts have answered. */
export function standOf<Failure>(
  graph: Graph,
  parts: readonly { isPending: boolean; error: Failure | null }[],
): { isPending: boolean; error: Failure | null } {
  if (graph.nodes.length > 0) return { isPending: false, error: null };
  const failed = parts.find(({ error }) => error !== null);
  return { isPending: parts.some(({ isPending }) => isPending), error: failed?.error ?? null };
}

class Picture {
  readonly nodes = new Map<string, GraphNode>();
  readonly edges = new Map<string, GraphEdge>();

  add(node: GraphNode): void {
    this.nodes.set(node.id, node);
  }

  connect(edge: GraphEdge): void {
    const key = `${edge.from}→${edge.to}`;
    const before = this.edges.get(key);
    this.edges.set(key, before === undefined ? edge : { ...before, status: worstStatus([before.status, edge.status]) });
  }

  statusOf(id: string): GraphStatus {
    return this.nodes.get(id)?.status ?? 'unknown';
  }

  /** @returns the id of the topic, which is made when it is first named */
  topic(name: string, status: GraphStatus): string {
    const id = `topic:${name}`;
    if (!this.nodes.has(id)) {
      this.add({ id, kind: 'topic', title: name, status, figures: [], href: `/topics/${encodeURIComponent(name)}` });
    }
    return id;
  }
}

function addSource(picture: Picture, source: SourceView, rate: number, words: Wording): void {
  const id = `source:${source.name}`;
  const status = sourceStatus(source);
  const lag = source.stream?.lagMillis ?? null;
  picture.add({
    id,
    kind: 'source',
    title: source.name,
    status,
    ...(source.reason === null ? {} : { detail: source.reason.message }),
    figures: lag === null ? [] : [words.behind(lag)],
    href: `/sources/${encodeURIComponent(source.name)}`,
  });
  picture.connect({ from: id, to: picture.topic(source.topic, status), status, ...labelOf(rate, words) });
}

function addFlow(picture: Picture, flow: FlowStatus, words: Wording): void {
  const id = `flow:${flow.name}`;
  const condition = flowCondition(flow);
  picture.add({
    id,
    kind: 'flow',
    title: flow.name,
    ...condition,
    ...(flow.reason === null ? {} : { detail: flow.reason.message }),
    figures:
      flow.lag > 0 ? [words.shortRate(flow.rowsPerSecond), words.shortLag(flow.lag)] : [words.rate(flow.rowsPerSecond)],
    href: `/flows/${encodeURIComponent(flow.name)}`,
  });
  const topic = topicOf(flow);
  if (topic === undefined) return;
  picture.connect({
    from: picture.topic(topic, 'unknown'),
    to: id,
    // What waits in the dead letter holds nothing up.
    status: condition.cause?.is === 'dead-letters' ? 'ok' : condition.status,
    ...(flow.lag > 0 ? { label: words.shortLag(flow.lag) } : {}),
  });
}

function topicOf({ definition }: FlowStatus): string | undefined {
  const source = (definition as { source?: { topic?: unknown } } | null)?.source;
  return typeof source?.topic === 'string' ? source.topic : undefined;
}

/** A sink in the picture is a schema of a database: its single tables are on the pages of the flows. */
function sinkOf(sinkNamespace: string): { id: string; title: string } {
  const [system = '', database = '', schema = ''] = sinkNamespace.split('.');
  return { id: `sink:${system}.${database}.${schema}`, title: `${database}.${schema}` };
}

/** Where nothing moves, nothing is written. */
function labelOf(rate: number, words: Wording): Pick<GraphEdge, 'label'> {
  return rate > 0 ? { label: words.shortRate(rate) } : {};
}

function rateOf(tables: readonly FlowStatus['tables'][number][]): number {
  return tables.reduce((sum, { rowsPerSecond }) => sum + rowsPerSecond, 0);
}

function addSinks(picture: Picture, flows: readonly FlowStatus[], words: Wording): void {
  const written = flows.flatMap((flow) =>
    flow.tables.map((table) => ({ flow, table, sink: sinkOf(table.sinkNamespace) })),
  );
  for (const [id, tables] of Map.groupBy(written, ({ sink }) => sink.id)) {
    picture.add({
      id,
      kind: 'sink',
      title: tables[0]!.sink.title,
      ...flowTablesCondition(tables.map(({ table }) => table)),
      figures: [words.tables(tables.length)],
      href: `/flows/${encodeURIComponent(tables[0]!.flow.name)}`,
    });
    for (const [name, own] of Map.groupBy(tables, ({ flow }) => flow.name)) {
      const rate = rateOf(own.map(({ table }) => table));
      picture.connect({
        from: `flow:${name}`,
        to: id,
        status: worstStatus(own.map(({ table }) => flowTableStatus(table))),
        ...labelOf(rate, words),
      });
    }
  }
}

function addMount(picture: Picture, mount: MountView, flows: readonly FlowStatus[], words: Wording): void {
  const id = `mount:${mount.name}`;
  const status = mountStatus(mount);
  picture.add({
    id,
    kind: 'mount',
    title: mount.name,
    status,
    ...(mount.error === null ? {} : { detail: mount.error.message }),
    figures: [words.tables(mount.tables)],
    href: `/queries?tab=mounts&mount=${encodeURIComponent(mount.name)}`,
  });
  const system = mount.sinkNamespacePrefix?.system ?? (mount.kind === 'postgres' ? 'postgresql' : mount.kind);
  const database = mount.sinkNamespacePrefix?.instance ?? mount.connection.database;
  const prefix = `sink:${system}.${database}.`;
  const schemas = mount.schemas ?? (mount.kind === 'mysql' ? [mount.connection.database] : undefined);
  const tables = flows.flatMap((flow) => flow.tables);
  for (const sink of [...picture.nodes.keys()]) {
    if (!sink.startsWith(prefix)) continue;
    // The parts of a namespace are escaped as those of an address are, a mount's schemas are not.
    if (schemas !== undefined && !schemas.includes(decodeURIComponent(sink.slice(prefix.length)))) continue;
    const rate = rateOf(tables.filter(({ sinkNamespace }) => sinkOf(sinkNamespace).id === sink));
    picture.connect({ from: sink, to: id, status, ...labelOf(rate, words) });
  }
}

function addViews(picture: Picture, { views, states, dashboards }: DataFlowParts): void {
  const shown = new Set(dashboards.flatMap(({ viewIds }) => viewIds));
  for (const view of views) {
    const id = `view:${view.id}`;
    const state = states.find(({ viewId }) => viewId === view.id);
    const tables = state?.tables ?? [];
    const mounts = [...new Set(tables.map(({ database }) => `mount:${database}`))].filter((mount) =>
      picture.nodes.has(mount),
    );
    // A view that nothing shows and whose tables are not known would only hang loose in the picture.
    if (mounts.length === 0 && !shown.has(view.id)) continue;
    const error = state?.error ?? null;
    const upstream = mounts.map((mount) => picture.statusOf(mount));
    // A view of a source that is asked directly has nothing before it here.
    const own = state === undefined ? [] : [viewStatus({ error })];
    picture.add({
      id,
      kind: 'view',
      title: view.name,
      status: worstStatus([...upstream, ...own]),
      ...(error === null ? {} : { detail: error.message }),
      figures: [],
      href: `/views/${view.id}`,
    });
    for (const mount of mounts) picture.connect({ from: mount, to: id, status: picture.statusOf(mount) });
  }
  for (const dashboard of dashboards) {
    const own = dashboard.viewIds.map((viewId) => `view:${viewId}`).filter((view) => picture.nodes.has(view));
    if (own.length === 0) continue;
    const id = `dashboard:${dashboard.id}`;
    const broken = states
      .flatMap(({ widgets }) => widgets)
      .filter((widget) => widget.dashboards.some((each) => each.id === dashboard.id));
    const status = worstStatus([...own.map((view) => picture.statusOf(view)), ...broken.map(viewStatus)]);
    const why = broken[0]?.error.message ?? own.map((view) => picture.nodes.get(view)?.detail).find(Boolean);
    picture.add({
      id,
      kind: 'dashboard',
      title: dashboard.name,
      status,
      ...(why === undefined ? {} : { detail: why }),
      figures: [],
      href: `/dashboards/${dashboard.id}`,
    });
    for (const view of own) picture.connect({ from: view, to: id, status: picture.statusOf(view) });
  }
}
