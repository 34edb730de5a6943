/** Decides where the items of a tab stand: a grid of 24 columns, one column on a phone. What moves them is loaded when somebody edits. */
import type { Dashboard, DashboardBundle } from '@rtdp/davinci-api/client';
import { type CSSProperties, type Dispatch, type ReactNode, useMemo } from 'react';
import { late } from '../../shell/late.tsx';
import { DASHBOARD_GRID } from '../../shell/tokens.ts';
import type { ColourBook } from '../../widgets/colours.ts';
import type { Edit } from './draft.ts';
import type { Drafted } from './draft-bundle.ts';
import { ItemBody } from './items.tsx';
import { standing } from './standing.ts';
import type { Filters } from './use-filters.ts';
import type { Live } from './use-live.ts';

export interface GridProps {
  bundle: DashboardBundle;
  drafted: Drafted;
  tab: Dashboard['tabs'][number];
  editing: boolean;
  change: Dispatch<Edit>;
  colours: ColourBook;
  filters: Filters;
  live: Live;
}

export const MovableGrid = late(async () => (await import('./movable-grid.tsx')).default);

export function DashboardGrid(props: GridProps): ReactNode {
  if (!props.editing) return <StillGrid {...props} />;
  return <MovableGrid {...props} meanwhile={<StillGrid {...props} editing={false} />} />;
}

const GRID_STYLE: CSSProperties = {
  gridTemplateColumns: `repeat(${DASHBOARD_GRID.columns}, minmax(0, 1fr))`,
  gridAutoRows: DASHBOARD_GRID.rowHeight,
  gap: DASHBOARD_GRID.gap,
};

function StillGrid({ tab, change: _, ...rest }: GridProps): ReactNode {
  const places = useMemo(() => standing(tab.items), [tab.items]);
  return (
    <div className="dashboard-still">
      <div className="dashboard-grid still" style={GRID_STYLE}>
        {places.map(({ item, y }) => (
          <div
            key={item.id}
            className="dashboard-item"
            style={{ '--x': item.x + 1, '--y': y + 1, '--w': item.w, '--h': item.h } as CSSProperties}
          >
            <ItemBody {...rest} item={item} onChange={nothing} onRemove={nothing} onMoveKey={nothing} />
          </div>
        ))}
      </div>
    </div>
  );
}

/** Nothing changes outside of edit mode. */
function nothing(): void {}
