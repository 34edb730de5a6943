/** Decides that the libraries that draw and lay out graphs are loaded only where a graph is shown. */
import { lazy, type ReactNode, Suspense } from 'react';
import { Loading } from '../../shell/states.tsx';
import type { GraphViewProps } from './graph-view.tsx';

const GraphView = lazy(() => import('./graph-view.tsx'));

export function LazyGraph(props: GraphViewProps): ReactNode {
  return (
    <Suspense
      fallback={
        <div className="graph row">
          <Loading />
        </div>
      }
    >
      <GraphView {...props} />
    </Suspense>
  );
}
