/** Decides how a graph is drawn: laid out once for each shape, nodes as links with their state in words, the path through a node lit. */
import {
  Background,
  Controls,
  Handle,
  MarkerType,
  type Node,
  type NodeProps,
  type NodeTypes,
  Position,
  ReactFlow,
  ReactFlowProvider,
  useReactFlow,
} from '@xyflow/react';
import '@xyflow/react/dist/style.css';
import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppearance } from '../../shell/appearance.tsx';
import { ErrorState, Loading } from '../../shell/states.tsx';
import './console.css';
import { type Graph, type GraphNode, pathThrough } from './graph.ts';
import { GraphBox } from './graph-box.tsx';
import { layoutGraph, type Placed } from './layout-graph.ts';

/** Pixels; a node is as large as three short lines. A picture of many columns has narrower ones, to stay readable as a whole. */
const SIZES = {
  // Between two columns stands what an edge says of itself: "12 messages behind".
  normal: { node: { width: 208, height: 74 }, between: 120 },
  dense: { node: { width: 148, height: 74 }, between: 40 },
};
/** Of its natural size: what is smaller cannot be read, so that the picture is scrolled sideways instead. */
const LEAST_ZOOM = 0.85;
/** Pixels: room for the buttons in the corner. */
const LEAST_HEIGHT = 160;
/** Pixels around the picture. */
const AROUND = 16;

type BoxData = { node: GraphNode; dim: boolean; light: (id: string | undefined) => void };
type BoxNode = Node<BoxData, 'box'>;

const nodeTypes: NodeTypes = { box: Box };

export interface GraphViewProps {
  graph: Graph;
  /** What the picture shows, for readers of the screen. */
  label: string;
  /** Kind → column, where a kind has a fixed place. */
  layers?: Readonly<Record<string, number>>;
  /** For many columns. */
  dense?: boolean;
}

export default function GraphView(props: GraphViewProps): ReactNode {
  return (
    <ReactFlowProvider>
      <Picture {...props} />
    </ReactFlowProvider>
  );
}

function Picture({ graph, label, layers, dense }: GraphViewProps): ReactNode {
  const size = SIZES[dense ? 'dense' : 'normal'];
  const { dark } = useAppearance();
  const { t } = useTranslation('console');
  const { setViewport } = useReactFlow();
  const place = useRef<HTMLElement>(null);
  const [placed, setPlaced] = useState<Placed>();
  const [error, setError] = useState<unknown>();
  const [lit, setLit] = useState<string>();
  // Figures change every two seconds; where things stand changes only with the nodes and edges themselves.
  const shape = `${graph.nodes.map(({ id }) => id).join('\n')}\n\n${graph.edges.map(({ from, to }) => `${from}→${to}`).join('\n')}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the graph.
  useEffect(() => {
    let isCurrent = true;
    layoutGraph(graph, size.node, layers, size.between).then(
      (next) => {
        if (isCurrent) setPlaced(next);
      },
      (cause: unknown) => {
        if (isCurrent) setError(cause);
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [shape]);

  const [width, setWidth] = useState(0);
  const isPlaced = placed !== undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the place is there once the picture is.
  useEffect(() => {
    if (place.current === null) return undefined;
    const watch = new ResizeObserver(([entry]) => setWidth(entry?.contentRect.width ?? 0));
    watch.observe(place.current);
    return () => watch.disconnect();
  }, [isPlaced]);
  const room = Math.max(0, width - 2 * AROUND);
  const zoom = placed === undefined ? 1 : Math.min(1, Math.max(LEAST_ZOOM, room / placed.size.width));
  useEffect(() => {
    if (placed === undefined || width === 0) return;
    const left = Math.max(AROUND, (width - placed.size.width * zoom) / 2);
    void setViewport({ x: left, y: AROUND, zoom });
  }, [placed, width, zoom, setViewport]);

  const path = useMemo(() => (lit === undefined ? undefined : pathThrough(graph, lit)), [graph, lit]);
  if (error !== undefined) return <ErrorState error={error} onRetry={() => setError(undefined)} />;
  if (placed === undefined) {
    return (
      <div className="graph row">
        <Loading />
      </div>
    );
  }

  const nodes: BoxNode[] = graph.nodes.map((node) => ({
    id: node.id,
    type: 'box',
    position: placed.positions.get(node.id) ?? { x: 0, y: 0 },
    data: { node, dim: path !== undefined && !path.has(node.id), light: setLit },
    ...size.node,
  }));
  const edges = graph.edges.map(({ from, to, status, label: text }) => ({
    id: `${from}→${to}`,
    source: from,
    target: to,
    ...(text === undefined ? {} : { label: text }),
    animated: status === 'ok' && text !== undefined,
    className: path !== undefined && !(path.has(from) && path.has(to)) ? 'graph-dim' : '',
    style: { stroke: `var(--${status === 'ok' ? 'line-strong' : status})` },
    markerEnd: { type: MarkerType.ArrowClosed, color: `var(--${status === 'ok' ? 'line-strong' : status})` },
  }));
  return (
    <section ref={place} className="graph" aria-label={label}>
      <div
        style={{
          minWidth: placed.size.width * zoom + 2 * AROUND,
          height: Math.max(LEAST_HEIGHT, placed.size.height * zoom + 2 * AROUND),
        }}
      >
        <ReactFlow
          nodes={nodes}
          edges={edges}
          nodeTypes={nodeTypes}
          colorMode={dark ? 'dark' : 'light'}
          nodesDraggable={false}
          nodesConnectable={false}
          nodesFocusable={false}
          edgesFocusable={false}
          elementsSelectable={false}
          preventScrolling={false}
          zoomOnScroll={false}
          minZoom={0.2}
          ariaLabelConfig={{
            'controls.zoomIn.ariaLabel': t('graph.zoomIn'),
            'controls.zoomOut.ariaLabel': t('graph.zoomOut'),
            'controls.fitView.ariaLabel': t('graph.fit'),
            'controls.ariaLabel': t('graph.controls'),
          }}
          proOptions={{ hideAttribution: true }}
        >
          <Background />
          <Controls showInteractive={false} />
        </ReactFlow>
      </div>
    </section>
  );
}

function Box({ data }: NodeProps<BoxNode>): ReactNode {
  const { node, dim, light } = data;
  return (
    <>
      <Handle type="target" position={Position.Left} isConnectable={false} />
      <GraphBox
        node={node}
        className={`${dim ? 'graph-dim' : ''} nopan`}
        onLight={(isLit) => light(isLit ? node.id : undefined)}
      />
      <Handle type="source" position={Position.Right} isConnectable={false} />
    </>
  );
}
