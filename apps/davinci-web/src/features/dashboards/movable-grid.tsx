/** The grid in edit mode: items are moved and resized by pointer or arrow keys. */
import type { DashboardItem } from '@rtdp/davinci-api/client';
import { type KeyboardEvent, type ReactNode, useMemo } from 'react';
import GridLayout, { useContainerWidth } from 'react-grid-layout';
import 'react-grid-layout/css/styles.css';
import { DASHBOARD_GRID } from '../../shell/tokens.ts';
import type { GridProps } from './dashboard-grid.tsx';
import { COLUMNS } from './draft.ts';
import { ItemBody } from './items.tsx';

export default function MovableGrid({ tab, change, ...rest }: GridProps): ReactNode {
  const { width, mounted, containerRef } = useContainerWidth({ measureBeforeMount: true });
  const layout = useMemo(
    () => tab.items.map(({ id, x, y, w, h }) => ({ i: id, x, y, w, h, minW: 3, minH: 2 })),
    [tab.items],
  );

  const moveByKey = (item: DashboardItem) => (event: KeyboardEvent) => {
    const step = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (step === undefined || event.target !== event.currentTarget) return;
    event.preventDefault();
    const [across = 0, down = 0] = step;
    const next = event.shiftKey
      ? { ...item, w: Math.max(3, Math.min(COLUMNS - item.x, item.w + across)), h: Math.max(2, item.h + down) }
      : { ...item, x: Math.max(0, Math.min(COLUMNS - item.w, item.x + across)), y: Math.max(0, item.y + down) };
    change({ do: 'place', tab: tab.id, places: [next] });
  };

  return (
    <div ref={containerRef} className="dashboard-grid editing">
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
          dragConfig={{ handle: '.widget-head', cancel: 'button' }}
          resizeConfig={{ handles: ['se'] }}
          onLayoutChange={(places) =>
            change({
              do: 'place',
              tab: tab.id,
              places: places.map(({ i, x, y, w, h }) => ({ id: i, x, y, w, h })),
            })
          }
        >
          {tab.items.map((item) => (
            <div key={item.id}>
              <ItemBody
                {...rest}
                item={item}
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
