/** Decides how a graph looks that is on its way: boxes in columns, as the picture will have them. */
import type { ReactNode } from 'react';
import { Loading } from '../../shell/states.tsx';
import './console.css';

/** How many boxes stand in each column. */
const COLUMNS = { tall: [1, 1, 2, 2, 3], flat: [1, 1, 1, 1] };

export function GraphSkeleton({ shape = 'tall' }: { shape?: keyof typeof COLUMNS }): ReactNode {
  return (
    <div className={`graph graph-waiting ${shape}`}>
      <Loading shape="own">
        {COLUMNS[shape].map((boxes, column) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: they never change.
          <div key={column} className="graph-waiting-column">
            {Array.from({ length: boxes }, (_, box) => box).map((box) => (
              <div key={box} className="bone" />
            ))}
          </div>
        ))}
      </Loading>
    </div>
  );
}
