/** Proves what a picture lights, which state wins, and that a layout puts the layers from left to right without overlaps, as roomy as its place allows. */
import { expect, test } from 'vitest';
import { GRAPH_KINDS, type Graph, pathThrough, worstStatus } from './graph.ts';
import { fitGraph, layoutGraph } from './layout-graph.ts';

const measure = (name: string) => name.length * 8;

const node = (id: string, kind: Graph['nodes'][number]['kind']): Graph['nodes'][number] => ({
  id,
  kind,
  title: id,
  status: 'ok',
  figures: [],
});
const graph: Graph = {
  nodes: [node('s1', 'source'), node('s2', 'source'), node('f1', 'flow'), node('f2', 'flow'), node('d', 'sink')],
  edges: [
    { from: 's1', to: 'f1', status: 'ok' },
    { from: 's2', to: 'f2', status: 'ok' },
    { from: 'f1', to: 'd', status: 'ok' },
    { from: 'f2', to: 'd', status: 'ok' },
  ],
};

test('a path is what feeds a node and what it feeds, not its neighbours', () => {
  expect([...pathThrough(graph, 'f1')].sort()).toEqual(['d', 'f1', 's1']);
  expect([...pathThrough(graph, 'd')].sort()).toEqual(['d', 'f1', 'f2', 's1', 's2']);
});

test('the worst state is told; nothing known is unknown', () => {
  expect(worstStatus(['ok', 'paused', 'late'])).toBe('late');
  expect(worstStatus(['ok', 'broken', 'late'])).toBe('broken');
  expect(worstStatus([])).toBe('unknown');
});

// Loading the layout engine takes a while on busy cores.
test('what hangs on nothing stands in the column of its kind all the same', async () => {
  const loose: Graph = { nodes: [...graph.nodes, node('v', 'view')], edges: graph.edges };
  const { positions } = await layoutGraph(
    loose,
    { width: 200, heights: new Map() },
    { source: 0, flow: 1, sink: 2, view: 3 },
  );
  expect(positions.get('v')!.x).toBeGreaterThan(positions.get('d')!.x);
}, 60_000);

// Loading the layout engine takes a while on busy cores.
test('layers stand from left to right and no two nodes overlap', async () => {
  const { positions } = await layoutGraph(graph, { width: 200, heights: new Map() }, { source: 0, flow: 1, sink: 2 });
  expect(positions.size).toBe(5);
  expect(positions.get('s1')!.x).toBeLessThan(positions.get('f1')!.x);
  expect(positions.get('f2')!.x).toBeLessThan(positions.get('d')!.x);
  const placed = [...positions.values()];
  for (const [at, a] of placed.entries()) {
    for (const b of placed.slice(at + 1)) {
      expect(Math.abs(a.x - b.x) >= 200 || Math.abs(a.y - b.y) >= 74).toBe(true);
    }
  }
}, 60_000);

// Loading the layout engine takes a while on busy cores.
test('a picture is as roomy as its place allows, and whole in a window of 1024 pixels', async () => {
  const chain = (kinds: readonly Graph['nodes'][number]['kind'][]): Graph => ({
    nodes: kinds.map((kind, at) => node(`${at}`, kind)),
    edges: kinds.slice(1).map((_, at) => ({ from: `${at}`, to: `${at + 1}`, status: 'ok' as const })),
  });
  const flow = chain(['topic', 'step', 'step', 'sink']);
  const platform = chain(GRAPH_KINDS.filter((kind) => kind !== 'step'));
  const layers = Object.fromEntries(GRAPH_KINDS.map((kind, at) => [kind, at]));
  const roomy = await fitGraph(flow, 1_300, measure);
  expect(roomy).toMatchObject({ fits: true, zoom: 1, hasLabels: true });
  // What is left beside the folded menu.
  for (const fitted of [await fitGraph(flow, 886, measure), await fitGraph(platform, 886, measure, layers)]) {
    expect(fitted.fits).toBe(true);
    expect(fitted.size.width * fitted.zoom).toBeLessThanOrEqual(886);
    expect(fitted.width).toBeLessThan(roomy.width);
  }
  // In a window of 1366 pixels, what its edges say has room between two nodes.
  const common = await fitGraph(platform, 1_068, measure, layers);
  expect(common).toMatchObject({ fits: true, hasLabels: true });
  const [first, second] = ['0', '1'].map((id) => common.positions.get(id)!.x);
  expect(second! - first! - common.width).toBeGreaterThanOrEqual(48);
  expect(await fitGraph(platform, 500, measure, layers)).toMatchObject({ fits: false });
}, 60_000);

// Loading the layout engine takes a while on busy cores.
test('a node has room for a name of two lines beside its state and its figures', async () => {
  const [short, long] = ['orders', 'warehouse.analytics_of_last_year'];
  const nodes: Graph['nodes'] = [
    { ...node(short, 'sink'), figures: ['2 tables'] },
    { ...node(long, 'sink'), figures: ['2 tables'] },
    { ...node(`view ${long}`, 'view') },
    { ...node(`late ${long}`, 'sink'), figures: ['2 tables'], cause: { is: 'loading' } },
  ];
  const edges = nodes.map(({ id }) => ({ from: 'f', to: id, status: 'ok' as const }));
  const { heights, positions } = await fitGraph({ nodes: [node('f', 'flow'), ...nodes], edges }, 300, measure);
  expect(nodes.map(({ id }) => heights.get(id))).toEqual([74, 92, 74, 110]);
  const stacked = nodes.map(({ id }) => ({ y: positions.get(id)!.y, height: heights.get(id)! }));
  const below = stacked.sort((a, b) => a.y - b.y);
  for (const [at, { y }] of below.entries())
    if (at > 0) expect(y).toBeGreaterThanOrEqual(below[at - 1]!.y + below[at - 1]!.height);
}, 60_000);
