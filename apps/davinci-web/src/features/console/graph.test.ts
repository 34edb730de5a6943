/** Proves what a picture lights, which state wins, and that a layout puts the layers from left to right without overlaps, as roomy as its place allows. */
import { expect, test } from 'vitest';
import { GRAPH_KINDS, type Graph, pathThrough, worstStatus } from './graph.ts';
import { fitGraph, layoutGraph } from './layout-graph.ts';

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
  const { positions } = await layoutGraph(loose, { width: 200, height: 60 }, { source: 0, flow: 1, sink: 2, view: 3 });
  expect(positions.get('v')!.x).toBeGreaterThan(positions.get('d')!.x);
}, 60_000);

// Loading the layout engine takes a while on busy cores.
test('layers stand from left to right and no two nodes overlap', async () => {
  const { positions } = await layoutGraph(graph, { width: 200, height: 60 }, { source: 0, flow: 1, sink: 2 });
  expect(positions.size).toBe(5);
  expect(positions.get('s1')!.x).toBeLessThan(positions.get('f1')!.x);
  expect(positions.get('f2')!.x).toBeLessThan(positions.get('d')!.x);
  const placed = [...positions.values()];
  for (const [at, a] of placed.entries()) {
    for (const b of placed.slice(at + 1)) {
      expect(Math.abs(a.x - b.x) >= 200 || Math.abs(a.y - b.y) >= 60).toBe(true);
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
  const roomy = await fitGraph(flow, 1_300);
  expect(roomy).toMatchObject({ fits: true, zoom: 1, hasLabels: true });
  // What is left beside the folded menu.
  for (const fitted of [await fitGraph(flow, 886), await fitGraph(platform, 886, layers)]) {
    expect(fitted.fits).toBe(true);
    expect(fitted.size.width * fitted.zoom).toBeLessThanOrEqual(886);
    expect(fitted.node.width).toBeLessThan(roomy.node.width);
  }
  expect(await fitGraph(platform, 500, layers)).toMatchObject({ fits: false });
}, 60_000);
