/** Decides how a dashboard is edited: every change is a new draft, and each can be taken back; pure. */
import type { Controller, Dashboard, DashboardItem } from '@rtdp/davinci-api/client';

export interface Draft {
  now: Dashboard;
  /** Older ones, the newest last. */
  past: readonly Dashboard[];
  future: readonly Dashboard[];
}

export type Edit =
  | { do: 'start'; dashboard: Dashboard }
  | { do: 'undo' }
  | { do: 'redo' }
  | { do: 'set'; part: Partial<Pick<Dashboard, 'name' | 'folder' | 'description' | 'crossFilter'>> }
  | { do: 'place'; tab: string; places: readonly Pick<DashboardItem, 'id' | 'x' | 'y' | 'w' | 'h'>[] }
  | { do: 'add'; tab: string; item: Omit<DashboardItem, 'x' | 'y'> }
  | { do: 'change'; tab: string; item: DashboardItem }
  | { do: 'remove'; tab: string; itemId: string }
  | { do: 'addTab'; id: string; name: string }
  | { do: 'renameTab'; id: string; name: string }
  | { do: 'removeTab'; id: string }
  | { do: 'controllers'; controllers: Controller[] };

const MOST_STEPS = 100;

export function edit(draft: Draft, step: Edit): Draft {
  if (step.do === 'start') return { now: step.dashboard, past: [], future: [] };
  if (step.do === 'undo') {
    const before = draft.past.at(-1);
    return before === undefined
      ? draft
      : { now: before, past: draft.past.slice(0, -1), future: [draft.now, ...draft.future] };
  }
  if (step.do === 'redo') {
    const [after, ...future] = draft.future;
    return after === undefined ? draft : { now: after, past: [...draft.past, draft.now], future };
  }
  const now = apply(draft.now, step);
  return now === draft.now ? draft : { now, past: [...draft.past, draft.now].slice(-MOST_STEPS), future: [] };
}

function apply(dashboard: Dashboard, step: Exclude<Edit, { do: 'start' | 'undo' | 'redo' }>): Dashboard {
  const inTab = (id: string, change: (items: DashboardItem[]) => DashboardItem[]): Dashboard => ({
    ...dashboard,
    tabs: dashboard.tabs.map((tab) => (tab.id === id ? { ...tab, items: change(tab.items) } : tab)),
  });
  switch (step.do) {
    case 'set':
      return { ...dashboard, ...step.part };
    case 'place': {
      const places = new Map(step.places.map((place) => [place.id, place]));
      const moved = dashboard.tabs
        .find((tab) => tab.id === step.tab)
        ?.items.some((item) => {
          const to = places.get(item.id);
          return to !== undefined && (to.x !== item.x || to.y !== item.y || to.w !== item.w || to.h !== item.h);
        });
      if (!moved) return dashboard;
      return inTab(step.tab, (items) =>
        items.map((item) => {
          const to = places.get(item.id);
          return to === undefined ? item : { ...item, x: to.x, y: to.y, w: to.w, h: to.h };
        }),
      );
    }
    case 'add':
      return inTab(step.tab, (items) => [...items, { ...step.item, ...freePlace(items, step.item.w, step.item.h) }]);
    case 'change':
      return inTab(step.tab, (items) => items.map((item) => (item.id === step.item.id ? step.item : item)));
    case 'remove':
      return inTab(step.tab, (items) => items.filter((item) => item.id !== step.itemId));
    case 'addTab':
      return { ...dashboard, tabs: [...dashboard.tabs, { id: step.id, name: step.name, items: [] }] };
    case 'renameTab':
      return {
        ...dashboard,
        tabs: dashboard.tabs.map((tab) => (tab.id === step.id ? { ...tab, name: step.name } : tab)),
      };
    case 'removeTab':
      return dashboard.tabs.length < 2
        ? dashboard
        : { ...dashboard, tabs: dashboard.tabs.filter((tab) => tab.id !== step.id) };
    case 'controllers':
      return { ...dashboard, controllers: step.controllers };
  }
}

/** Columns of the grid. */
export const COLUMNS = 24;

/** The first place from the top left where nothing stands. */
export function freePlace(items: readonly DashboardItem[], w: number, h: number): { x: number; y: number } {
  const bottom = items.reduce((most, item) => Math.max(most, item.y + item.h), 0);
  for (let y = 0; y <= bottom; y++) {
    for (let x = 0; x + w <= COLUMNS; x++) {
      const taken = items.some(
        (item) => x < item.x + item.w && item.x < x + w && y < item.y + item.h && item.y < y + h,
      );
      if (!taken) return { x, y };
    }
  }
  return { x: 0, y: bottom };
}
