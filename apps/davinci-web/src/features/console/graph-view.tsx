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
import { type ReactNode, useEffect, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppearance } from '../../shell/appearance.tsx';
import { Link } from '../../shell/link.tsx';
import { ErrorState, Loading } from '../../shell/states.tsx';
import { Status } from '../../shell/status.tsx';
import { PHONE_WINDOW } from '../../shell/tokens.ts';
import { useMedia } from '../../shell/use-media.ts';
import { useTell } from '../../shell/use-tell.ts';
import './console.css';
import { type Graph, type GraphNode, pathThrough } from './graph.ts';
import { layoutGraph, type Placed } from './layout-graph.ts';

/** Pixels; a node is as large as three short lines. A picture of many columns has narrower ones, to stay readable as a whole. */
const SIZES = {
  // Between two columns stands what an edge says of itself: "12 messages behind".
  normal: { node: { width: 208, height: 74 }, between: 120 },
  dense: { node: { width: 160, height: 74 }, between: 52 },
};
/** Pixels between two rows of a picture that goes down. */
const BETWEEN_ROWS = 40;

type BoxData = { node: GraphNode; dim: boolean; goesDown: boolean; light: (id: string | undefined) => void };
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
  const { fitView } = useReactFlow();
  // Columns side by side would be too small to read on a phone.
  const goesDown = useMedia(PHONE_WINDOW);
  const [placed, setPlaced] = useState<Placed>();
  const [error, setError] = useState<unknown>();
  const [lit, setLit] = useState<string>();
  // Figures change every two seconds; where things stand changes only with the nodes and edges themselves.
  const shape = `${graph.nodes.map(({ id }) => id).join('\n')}\n\n${graph.edges.map(({ from, to }) => `${from}→${to}`).join('\n')}`;

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the graph.
  useEffect(() => {
    let isCurrent = true;
    layoutGraph(graph, size.node, layers, goesDown ? BETWEEN_ROWS : size.between, goesDown ? 'DOWN' : 'RIGHT').then(
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
  }, [shape, goesDown]);

  useEffect(() => {
    if (placed === undefined) return undefined;
    const frame = requestAnimationFrame(() => void fitView({ padding: 0.03, maxZoom: 1 }));
    return () => cancelAnimationFrame(frame);
  }, [placed, fitView]);

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
    data: { node, dim: path !== undefined && !path.has(node.id), goesDown, light: setLit },
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
    <section className="graph" aria-label={label}>
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
    </section>
  );
}

function Box({ data }: NodeProps<BoxNode>): ReactNode {
  const { t } = useTranslation('console');
  const tell = useTell();
  const { node, dim, goesDown, light } = data;
  const detail = node.detail === undefined ? undefined : tell(node.detail);
  const inside = (
    <>
      <span className="graph-kind">
        <span className="ellipsis">{t(`graph.kind.${node.kind}`)}</span>
        <Status kind={node.status} word={t(`status.${node.status}`)} />
      </span>
      <span className="graph-title ellipsis" title={node.title}>
        {node.title}
      </span>
      <span className="graph-figures ellipsis" title={detail ?? node.figures.join(' · ')}>
        {node.figures.length > 0 ? node.figures.join(' · ') : detail}
      </span>
    </>
  );
  const shared = {
    className: `graph-node ${node.status} ${dim ? 'graph-dim' : ''} nopan`,
    onPointerEnter: () => light(node.id),
    onPointerLeave: () => light(undefined),
  };
  return (
    <>
      <Handle type="target" position={goesDown ? Position.Top : Position.Left} isConnectable={false} />
      {node.href === undefined ? (
        <div {...shared}>{inside}</div>
      ) : (
        <Link to={node.href} {...shared} onFocus={() => light(node.id)} onBlur={() => light(undefined)}>
          {inside}
        </Link>
      )}
      <Handle type="source" position={goesDown ? Position.Bottom : Position.Right} isConnectable={false} />
    </>
  );
}
