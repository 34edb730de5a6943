/** Decides what the picture of one flow shows: topic → steps in their order of use → sink tables. Pure. */
import type { FlowStatus } from '@rtdp/wormhole/client';
import type { Graph, GraphEdge, GraphNode } from '../console/graph.ts';
import { flowStateStatus, flowTableStatus, flowTablesCondition } from '../console/statuses.ts';
import type { FlowDefinitionView } from './flow-form.ts';

export interface FlowWording {
  rate(rowsPerSecond: number): string;
  messages(lag: number): string;
  /** The same for an edge, where there is little room. */
  shortLag(lag: number): string;
  fresh(milliseconds: number): string;
  more(count: number): string;
}

/** More sink tables than this are told as one node: a flow over a whole database writes hundreds. */
const MOST_TABLES = 12;

export function flowGraph(flow: FlowStatus, words: FlowWording): Graph {
  const definition = flow.definition as FlowDefinitionView;
  const nodes: GraphNode[] = [];
  const edges: GraphEdge[] = [];
  const status = flowStateStatus(flow);
  const topic = `topic:${definition.source.topic}`;
  nodes.push({
    id: topic,
    kind: 'topic',
    title: definition.source.topic,
    detail: definition.source.namespace,
    status,
    // Also when nothing waits: what stands there does not change its meaning from one look to the next.
    figures: [words.messages(flow.lag)],
    href: `/topics/${encodeURIComponent(definition.source.topic)}`,
  });

  let last = topic;
  const steps = definition.steps ?? [];
  for (const [at, step] of steps.entries()) {
    const id = `step:${step.name}`;
    nodes.push({ id, kind: 'step', title: step.name, detail: inOneLine(step.sql), status, figures: [] });
    const used = steps.slice(0, at).filter((earlier) => mentions(step.sql, earlier.name));
    for (const earlier of used) edges.push({ from: `step:${earlier.name}`, to: id, status });
    if (used.length === 0 || mentionsSource(step.sql, definition)) edges.push({ from: topic, to: id, status });
    last = id;
  }

  const shown = flow.tables.slice(0, flow.tables.length > MOST_TABLES ? MOST_TABLES - 1 : MOST_TABLES);
  for (const table of shown) {
    const id = `sink:${table.schema}.${table.table}`;
    const tableStatus = flowTableStatus(table);
    nodes.push({
      id,
      kind: 'sink',
      title: `${table.schema}.${table.table}`,
      ...flowTablesCondition([table]),
      ...(table.reason === null ? {} : { detail: table.reason.message }),
      figures: [
        words.rate(table.rowsPerSecond),
        ...(table.freshnessMs === null ? [] : [words.fresh(table.freshnessMs)]),
      ],
      href: `/flows/${encodeURIComponent(flow.name)}?tab=tables&table=${encodeURIComponent(`${table.schema}.${table.table}`)}`,
    });
    edges.push({
      from: last,
      to: id,
      status: tableStatus,
      ...(table.lag > 0 ? { label: words.shortLag(table.lag) } : {}),
    });
  }
  const rest = flow.tables.length - shown.length;
  if (rest > 0) {
    nodes.push({
      id: 'sink:…',
      kind: 'sink',
      title: words.more(rest),
      ...flowTablesCondition(flow.tables.slice(shown.length)),
      figures: [],
      href: `/flows/${encodeURIComponent(flow.name)}?tab=tables`,
    });
    edges.push({ from: last, to: 'sink:…', status });
  }
  return { nodes, edges };
}

function inOneLine(sql: string): string {
  return sql.trim().replaceAll(/\s+/g, ' ');
}

/** Only for the picture: whether a name stands in a statement as a word of its own. */
function mentions(sql: string, name: string): boolean {
  return new RegExp(`(?<![\\w"])"?${name.replaceAll(/[^\w]/g, '\\$&')}"?(?![\\w"])`, 'i').test(sql);
}

function mentionsSource(sql: string, definition: FlowDefinitionView): boolean {
  const table = definition.source.namespace.split('.')[3] ?? '*';
  return table !== '*' && mentions(sql, table);
}
