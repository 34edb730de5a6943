/** Decides that a graph is a picture, whose libraries are loaded only where one is shown, and on a phone a list, which can be read there. */
import type { ReactNode } from 'react';
import { late } from '../../shell/late.tsx';
import { PHONE_WINDOW } from '../../shell/tokens.ts';
import { useMedia } from '../../shell/use-media.ts';
import { GraphList } from './graph-list.tsx';
import { GraphSkeleton } from './graph-skeleton.tsx';
import type { GraphViewProps } from './graph-view.tsx';

const GraphView = late(async () => (await import('./graph-view.tsx')).default);

export function LazyGraph(props: GraphViewProps): ReactNode {
  const isPhone = useMedia(PHONE_WINDOW);
  if (isPhone) return <GraphList graph={props.graph} label={props.label} />;
  return <GraphView {...props} meanwhile={<GraphSkeleton shape={props.layers === undefined ? 'flat' : 'tall'} />} />;
}
