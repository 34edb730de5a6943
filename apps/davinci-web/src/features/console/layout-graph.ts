/** Decides where the nodes of a graph stand: layers from left to right, few crossings; the layout engine is loaded when first needed. */
import type { ELK as Elk, ElkNode } from 'elkjs/lib/elk-api.js';
import type { Graph } from './graph.ts';

export interface Size {
  width: number;
  height: number;
}

export interface Placed {
  positions: Map<string, { x: number; y: number }>;
  size: Size;
}

let engine: Promise<Elk> | undefined;

async function loadEngine(): Promise<Elk> {
  engine ??= import('elkjs/lib/elk.bundled.js').then(({ default: Engine }) => new Engine());
  return engine;
}

/**
 * @param layers kind of node → its column, for pictures in which a kind has a fixed place
 * @param between pixels between two columns
 */
export async function layoutGraph(
  graph: Graph,
  node: Size,
  layers: Readonly<Record<string, number>> = {},
  between = 72,
): Promise<Placed> {
  const elk = await loadEngine();
  const isPartitioned = Object.keys(layers).length > 0;
  const answer: ElkNode = await elk.layout({
    id: 'graph',
    layoutOptions: {
      'elk.algorithm': 'layered',
      'elk.direction': 'RIGHT',
      'elk.spacing.nodeNode': '16',
      'elk.layered.spacing.nodeNodeBetweenLayers': String(between),
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      // A part that hangs on nothing still stands in the column of its kind.
      ...(isPartitioned ? { 'elk.separateConnectedComponents': 'false' } : {}),
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      ...(isPartitioned ? { 'elk.partitioning.activate': 'true' } : {}),
    },
    children: graph.nodes.map(({ id, kind }) => ({
      id,
      ...node,
      ...(isPartitioned ? { layoutOptions: { 'elk.partitioning.partition': String(layers[kind] ?? 0) } } : {}),
    })),
    edges: graph.edges.map(({ from, to }) => ({ id: `${from}→${to}`, sources: [from], targets: [to] })),
  });
  return {
    positions: new Map((answer.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }])),
    size: { width: answer.width ?? 0, height: answer.height ?? 0 },
  };
}
