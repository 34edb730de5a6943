/** Decides where the items of a tab stand: a grid of 24 columns, one column on a phone; moved by pointer or arrow keys. */
import type { Dashboard, DashboardBundle, DashboardItem } from '@rtdp/davinci-api/client';
import { type Dispatch, type KeyboardEvent, type ReactNode, useMemo } from 'react';
import GridLayout, { useContainerWidth } from 'react-grid-layout';
import 'react-grid-layout/css/styles.css';
import { DASHBOARD_GRID } from '../../shell/tokens.ts';
import type { ColourBook } from '../../widgets/colours.ts';
import { COLUMNS, type Edit } from './draft.ts';
import { ItemBody } from './items.tsx';
import type { Filters } from './use-filters.ts';
import type { Live } from './use-live.ts';

/** Narrower than this, in pixels, everything stands in one column. */
const ONE_COLUMN_BELOW = 640;

export function DashboardGrid(props: {
  bundle: DashboardBundle;
  dashboard: Dashboard;
  tab: Dashboard['tabs'][number];
  editing: boolean;
  change: Dispatch<Edit>;
  colours: ColourBook;
  filters: Filters;
  live: Live;
}): ReactNode {
  const { tab, editing, change } = props;
  const { width, mounted, containerRef } = useContainerWidth({ measureBeforeMount: true });
  const narrow = width < ONE_COLUMN_BELOW && !editing;
  const items = useMemo(
    () => (narrow ? [...tab.items].sort((a, b) => a.y - b.y || a.x - b.x) : tab.items),
    [tab.items, narrow],
  );
  const layout = useMemo(() => {
    let bottom = 0;
    return items.map((item) => {
      const place = narrow
        ? { x: 0, y: bottom, w: COLUMNS, h: item.h }
        : { x: item.x, y: item.y, w: item.w, h: item.h };
      bottom += item.h;
      return { i: item.id, ...place, minW: 3, minH: 2 };
    });
  }, [items, narrow]);

  const moveByKey = (item: DashboardItem) => (event: KeyboardEvent) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (!editing || step === undefined || event.target !== event.currentTarget) return;
    event.preventDefault();
    const [across = 0, down = 0] = step;
    const next = event.shiftKey
      ? { ...item, w: Math.max(3, Math.min(COLUMNS - item.x, item.w + across)), h: Math.max(2, item.h + down) }
      : { ...item, x: Math.max(0, Math.min(COLUMNS - item.w, item.x + across)), y: Math.max(0, item.y + down) };
    change({ do: 'place', tab: tab.id, places: [next] });
  };

  return (
    <div ref={containerRef} className={`dashboard-grid ${editing ? 'editing' : 'still'}`}>
      {mounted ? (
        <GridLayout
          width={width}
          layout={layout}
          gridConfig={{
            cols: COLUMNS,
            rowHeight: DASHBOARD_GRID.rowHeight,
            margin: [DASHBOARD_GRID.gap, DASHBOARD_GRID.gap],
            containerPadding: [0, 0],
          }}
          dragConfig={{ enabled: editing, handle: '.widget-head', cancel: 'button' }}
          resizeConfig={{ enabled: editing, handles: ['se'] }}
          onLayoutChange={(places) => {
            if (editing) {
              change({
                do: 'place',
                tab: tab.id,
                places: places.map(({ i, x, y, w, h }) => ({ id: i, x, y, w, h })),
              });
            }
          }}
        >
          {items.map((item) => (
            <div key={item.id}>
              <ItemBody
                item={item}
                bundle={props.bundle}
                editing={editing}
                colours={props.colours}
                filters={props.filters}
                live={props.live}
                onChange={(next) => change({ do: 'change', tab: tab.id, item: next })}
                onRemove={() => change({ do: 'remove', tab: tab.id, itemId: item.id })}
                onMoveKey={moveByKey(item)}
              />
            </div>
          ))}
        </GridLayout>
      ) : null}
    </div>
  );
}
