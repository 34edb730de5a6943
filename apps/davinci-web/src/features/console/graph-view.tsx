/** Decides how a graph is drawn: laid out once for each shape and room, nodes as links with their state in words, the path through a node lit. */
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
import { type ReactNode, useCallback, useEffect, useMemo, useRef, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useAppearance } from '../../shell/appearance.tsx';
import { ErrorState } from '../../shell/states.tsx';
import { textWidth } from '../../shell/text-width.ts';
import { LENGTHS, TEXT } from '../../shell/tokens.ts';
import './console.css';
import { type Graph, type GraphNode, pathThrough } from './graph.ts';
import { GraphBox } from './graph-box.tsx';
import { GraphList } from './graph-list.tsx';
import { GraphSkeleton } from './graph-skeleton.tsx';
import { type Fitted, fitGraph } from './layout-graph.ts';
import { settledWidth } from './settled-width.ts';

/** Pixels: less is no place for a picture. */
const LEAST_HEIGHT = 160;
/** Pixels around the picture, and below it, where the buttons are. */
const AROUND = 16;
const BELOW = 40;
/** Pixels: what cannot be read as a whole in less room than this is told as a list. */
const ROOM_FOR_PICTURE = 720;
/** As names are written in a node. */
const NAME_WEIGHT = 600;
/** Pixels around what an edge says of itself, which covers the edge. */
const LABEL_PADDING: [number, number] = [2, 2];

type BoxData = { node: GraphNode; dim: boolean; light: (id: string | undefined) => void };
type BoxNode = Node<BoxData, 'box'>;

const nodeTypes: NodeTypes = { box: Box };

export interface GraphViewProps {
  graph: Graph;
  /** What the picture shows, for readers of the screen. */
  label: string;
  /** Kind → column, where a kind has a fixed place. */
  layers?: Readonly<Record<string, number>>;
}

export default function GraphView(props: GraphViewProps): ReactNode {
  return (
    <ReactFlowProvider>
      <Picture {...props} />
    </ReactFlowProvider>
  );
}

function Picture({ graph, label, layers }: GraphViewProps): ReactNode {
  const { dark } = useAppearance();
  const { t } = useTranslation('console');
  const { setViewport } = useReactFlow();
  const place = useRef<HTMLDivElement>(null);
  const box = useRef<HTMLElement>(null);
  const [placed, setPlaced] = useState<Fitted>();
  const [error, setError] = useState<unknown>();
  const [attempt, setAttempt] = useState(0);
  const [lit, setLit] = useState<string>();
  const [more, setMore] = useState('');
  // Figures change every two seconds; where things stand changes only with the nodes, the edges and the room themselves.
  const shape = `${graph.nodes.map(({ id, title, cause, detail, figures }) => `${id} ${title} ${cause !== undefined} ${detail !== undefined || figures.length > 0}`).join('\n')}\n\n${graph.edges.map(({ from, to }) => `${from}→${to}`).join('\n')}`;

  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (place.current === null) return undefined;
    const settled = settledWidth(setWidth);
    const watch = new ResizeObserver(([entry]) => settled.tell(entry?.borderBoxSize[0]?.inlineSize ?? 0));
    watch.observe(place.current, { box: 'border-box' });
    return () => {
      watch.disconnect();
      settled.stop();
    };
  }, []);
  const room = Math.max(0, width - 2 * AROUND - 2 * LENGTHS.line);

  // biome-ignore lint/correctness/useExhaustiveDependencies: `shape` stands for the graph, another attempt is one.
  useEffect(() => {
    if (room === 0) return undefined;
    let isCurrent = true;
    fitGraph(graph, room, (name) => textWidth(name, TEXT[1], NAME_WEIGHT), layers).then(
      (next) => {
        if (!isCurrent) return;
        setPlaced(next);
        setError(undefined);
      },
      (cause: unknown) => {
        if (isCurrent) setError(cause);
      },
    );
    return () => {
      isCurrent = false;
    };
  }, [shape, room, attempt]);

  // In the middle of its room, or from its beginning where there is too little.
  const zoom = placed?.zoom ?? 1;
  const left = placed === undefined ? AROUND : Math.max(AROUND, (width - placed.size.width * zoom) / 2);
  useEffect(() => {
    void setViewport({ x: left, y: AROUND, zoom });
  }, [left, zoom, setViewport]);

  const look = useCallback(() => {
    if (box.current === null) return;
    const { scrollLeft, clientWidth, scrollWidth } = box.current;
    const isBefore = scrollLeft > 1;
    const isAfter = scrollLeft + clientWidth < scrollWidth - 1;
    setMore(`${isBefore ? 'more-before' : ''} ${isAfter ? 'more-after' : ''}`);
  }, []);
  // biome-ignore lint/correctness/useExhaustiveDependencies: another picture or another room may leave more at the side.
  useEffect(look, [placed, width]);

  const path = useMemo(() => (lit === undefined ? undefined : pathThrough(graph, lit)), [graph, lit]);
  if (placed === undefined || error !== undefined || (!placed.fits && room < ROOM_FOR_PICTURE)) {
    return (
      <div ref={place}>
        {error !== undefined ? (
          <ErrorState
            error={error}
            onRetry={() => {
              setError(undefined);
              setAttempt((before) => before + 1);
            }}
          />
        ) : placed === undefined ? (
          <GraphSkeleton shape={layers === undefined ? 'flat' : 'tall'} />
        ) : (
          <GraphList graph={graph} label={label} />
        )}
      </div>
    );
  }

  const nodes: BoxNode[] = graph.nodes.map((node) => ({
    id: node.id,
    type: 'box',
    position: placed.positions.get(node.id) ?? { x: 0, y: 0 },
    data: { node, dim: path !== undefined && !path.has(node.id), light: setLit },
    width: placed.width,
    height: placed.heights.get(node.id) ?? 0,
  }));
  const edges = graph.edges.map(({ from, to, status, label: text }) => ({
    id: `${from}→${to}`,
    source: from,
    target: to,
    ...(text === undefined || !placed.hasLabels ? {} : { label: text, labelBgPadding: LABEL_PADDING }),
    animated: status === 'ok' && text !== undefined,
    className: path !== undefined && !(path.has(from) && path.has(to)) ? 'graph-dim' : '',
    style: { stroke: `var(--${status === 'ok' ? 'line-strong' : status})` },
    markerEnd: { type: MarkerType.ArrowClosed, color: `var(--${status === 'ok' ? 'line-strong' : status})` },
  }));
  return (
    <div ref={place} className={`graph ${more}`}>
      <section ref={box} className="graph-window" aria-label={label} onScroll={look} tabIndex={placed.fits ? -1 : 0}>
        <div
          style={{
            minWidth: placed.size.width * placed.zoom + 2 * AROUND,
            height: Math.max(LEAST_HEIGHT, placed.size.height * placed.zoom + AROUND + BELOW),
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
            defaultViewport={{ x: left, y: AROUND, zoom }}
            ariaLabelConfig={{
              'controls.zoomIn.ariaLabel': t('graph.zoomIn'),
              'controls.zoomOut.ariaLabel': t('graph.zoomOut'),
              'controls.fitView.ariaLabel': t('graph.fit'),
              'controls.ariaLabel': t('graph.controls'),
            }}
            proOptions={{ hideAttribution: true }}
          >
            <Background />
            <Controls
              showInteractive={false}
              orientation="horizontal"
              fitViewOptions={{ maxZoom: 1, padding: { x: `${AROUND}px`, top: `${AROUND}px`, bottom: `${BELOW}px` } }}
            />
          </ReactFlow>
        </div>
      </section>
    </div>
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
