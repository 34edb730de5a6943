/** Decides where the nodes of a graph stand: layers from left to right, few crossings, as large as the room allows; the layout engine is loaded when first needed. */
import type { ELK as Elk, ElkNode } from 'elkjs/lib/elk-api.js';
import type { Graph, GraphNode } from './graph.ts';

export interface Size {
  width: number;
  height: number;
}

export interface Placed {
  positions: Map<string, { x: number; y: number }>;
  size: Size;
}

/**
 * Pixels, the roomiest first. Between two columns stands what an edge says of itself ("12.4/s", "12 msg"), where there is
 * room for it: less than this would cut it.
 */
export const GRAPH_SIZES = [
  { width: 208, between: 120, hasLabels: true },
  { width: 176, between: 64, hasLabels: true },
  { width: 140, between: 56, hasLabels: true },
  { width: 128, between: 48, hasLabels: true },
  { width: 128, between: 20, hasLabels: false },
] as const;
/** Of three lines, which every node has room for. */
const NODE_HEIGHT = 74;
const NODE_LINES = 3;
const LINE_HEIGHT = 18;
/** What the frame of a node takes from its width. */
const NODE_FRAME = 21;
/** In a narrower node, the state stands on a line of its own where it needs more than a word. */
const NARROW_NODE = 150;
/** Of its natural size: what is smaller cannot be read. */
export const LEAST_ZOOM = 0.85;

export interface Fitted extends Placed {
  width: number;
  heights: ReadonlyMap<string, number>;
  /** Whether what an edge says of itself has room. */
  hasLabels: boolean;
  /** Of its natural size, 1 at most. */
  zoom: number;
  /** Whether all of it is seen at once. */
  fits: boolean;
}

/**
 * The roomiest picture that can be read as a whole; where none can, the narrowest one.
 *
 * @param room pixels
 * @param measure pixels that a name takes on one line
 * @param layers kind of node → its column, for pictures in which a kind has a fixed place
 */
export async function fitGraph(
  graph: Graph,
  room: number,
  measure: (name: string) => number,
  layers?: Readonly<Record<string, number>>,
): Promise<Fitted> {
  const columns = columnsOf(graph, layers);
  for (const [at, { width, between, hasLabels }] of GRAPH_SIZES.entries()) {
    const isLast = at === GRAPH_SIZES.length - 1;
    // A layout takes a while: none is made that cannot fit.
    if (!isLast && room / (columns * (width + between) - between) < LEAST_ZOOM) continue;
    const heights = new Map(graph.nodes.map((node) => [node.id, heightOf(node, width, measure)]));
    const placed = await layoutGraph(graph, { width, heights }, layers, between);
    const wanted = room / placed.size.width;
    const fits = wanted >= LEAST_ZOOM;
    const zoom = Math.min(1, Math.max(LEAST_ZOOM, wanted));
    if (fits || isLast) return { ...placed, width, heights, hasLabels, fits, zoom };
  }
  throw new Error('there is no size of a picture');
}

/** A name that is too long for its line takes a second one. */
function heightOf(node: GraphNode, width: number, measure: (name: string) => number): number {
  const head = node.cause !== undefined && width < NARROW_NODE ? 2 : 1;
  const name = measure(node.title) > width - NODE_FRAME ? 2 : 1;
  const foot = node.figures.length > 0 || node.detail !== undefined ? 1 : 0;
  return NODE_HEIGHT + LINE_HEIGHT * Math.max(0, head + name + foot - NODE_LINES);
}

/** How many columns a picture has at least: the kinds that have one, or the longest way through it. */
function columnsOf(graph: Graph, layers?: Readonly<Record<string, number>>): number {
  if (layers !== undefined) return new Set(graph.nodes.map(({ kind }) => layers[kind])).size;
  const depths = new Map(graph.nodes.map(({ id }) => [id, 1]));
  // As often as a way can be long: then each depth is the last word, also where edges stand in no order.
  for (let round = 0; round < graph.nodes.length; round += 1) {
    let isSettled = true;
    for (const { from, to } of graph.edges) {
      const depth = (depths.get(from) ?? 1) + 1;
      if (depth <= (depths.get(to) ?? 1)) continue;
      depths.set(to, depth);
      isSettled = false;
    }
    if (isSettled) break;
  }
  return Math.max(1, ...depths.values());
}

let engine: Promise<Elk> | undefined;

async function loadEngine(): Promise<Elk> {
  engine ??= import('elkjs/lib/elk.bundled.js').then(({ default: Engine }) => new Engine());
  try {
    return await engine;
  } catch (error) {
    // So that the next try asks for it again.
    engine = undefined;
    throw error;
  }
}

/**
 * @param layers kind of node → its column, for pictures in which a kind has a fixed place
 * @param between pixels between two columns
 */
export async function layoutGraph(
  graph: Graph,
  { width, heights }: Pick<Fitted, 'width' | 'heights'>,
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
      // Where its edges run is not asked of it: they need no room of their own.
      'elk.layered.spacing.edgeEdgeBetweenLayers': '0',
      'elk.layered.spacing.edgeNodeBetweenLayers': '0',
      'elk.layered.considerModelOrder.strategy': 'NODES_AND_EDGES',
      // A part that hangs on nothing still stands in the column of its kind.
      ...(isPartitioned ? { 'elk.separateConnectedComponents': 'false' } : {}),
      'elk.layered.nodePlacement.strategy': 'NETWORK_SIMPLEX',
      ...(isPartitioned ? { 'elk.partitioning.activate': 'true' } : {}),
    },
    children: graph.nodes.map(({ id, kind }) => ({
      id,
      width,
      height: heights.get(id) ?? NODE_HEIGHT,
      ...(isPartitioned ? { layoutOptions: { 'elk.partitioning.partition': String(layers[kind] ?? 0) } } : {}),
    })),
    edges: graph.edges.map(({ from, to }) => ({ id: `${from}→${to}`, sources: [from], targets: [to] })),
  });
  return {
    positions: new Map((answer.children ?? []).map(({ id, x = 0, y = 0 }) => [id, { x, y }])),
    size: { width: answer.width ?? 0, height: answer.height ?? 0 },
  };
}
