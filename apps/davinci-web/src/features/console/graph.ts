/** Decides what a picture of moving data is made of: nodes with a state, edges with a rate. Every graph of the consoles is one of these. */

export type GraphStatus = 'ok' | 'late' | 'broken' | 'paused' | 'unknown';

/** Why something is as it is. The same word stands for it wherever it is told. */
export type Cause = { is: 'dead-letters'; count: number } | { is: 'loading' } | { is: 'retrying' };

export interface Condition {
  status: GraphStatus;
  cause?: Cause;
}

export const GRAPH_KINDS = ['source', 'topic', 'flow', 'step', 'sink', 'mount', 'view', 'dashboard'] as const;
export type GraphKind = (typeof GRAPH_KINDS)[number];

export interface GraphNode {
  id: string;
  kind: GraphKind;
  title: string;
  status: GraphStatus;
  /** Where there is a word that says more than the status. */
  cause?: Cause;
  /** One short line under the title: what stands in the way, or what it is. */
  detail?: string;
  /** Short figures, ready to be read: `12 rows/s`. */
  figures: string[];
  /** Where a click leads. */
  href?: string;
}

export interface GraphEdge {
  from: string;
  to: string;
  status: GraphStatus;
  /** Ready to be read, or absent when nothing is known. */
  label?: string;
}

export interface Graph {
  nodes: GraphNode[];
  edges: GraphEdge[];
}

const WORST_FIRST: readonly GraphStatus[] = ['broken', 'late', 'paused', 'unknown', 'ok'];

export function worstStatus(statuses: readonly GraphStatus[]): GraphStatus {
  return WORST_FIRST.find((status) => statuses.includes(status)) ?? 'unknown';
}

/** What is upstream and downstream of a node, itself included: what a picture lights when one node is looked at. */
export function pathThrough(graph: Graph, id: string): Set<string> {
  const reach = (from: 'from' | 'to', to: 'from' | 'to'): Set<string> => {
    const found = new Set([id]);
    const waiting = [id];
    for (let at = waiting.pop(); at !== undefined; at = waiting.pop()) {
      for (const edge of graph.edges) {
        if (edge[from] !== at || found.has(edge[to])) continue;
        found.add(edge[to]);
        waiting.push(edge[to]);
      }
    }
    return found;
  };
  return new Set([...reach('from', 'to'), ...reach('to', 'from')]);
}
