/** Decides that the libraries that draw and lay out graphs are loaded only where a graph is shown. */
import type { ReactNode } from 'react';
import { late } from '../../shell/late.tsx';
import { Loading } from '../../shell/states.tsx';
import type { GraphViewProps } from './graph-view.tsx';

const GraphView = late(async () => (await import('./graph-view.tsx')).default);

export function LazyGraph(props: GraphViewProps): ReactNode {
  return (
    <GraphView
      {...props}
      meanwhile={
        <div className="graph row">
          <Loading />
        </div>
      }
    />
  );
}
