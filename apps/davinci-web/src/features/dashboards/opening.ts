/** Knows when a dashboard was opened: what was asked since then belongs to what is on the screen. */

/** The start of the whole page opens a dashboard before its router does; that is one opening. */
export type OpenedBy = 'start' | 'router';

let opening: { dashboardId: string; at: number; by: OpenedBy } | undefined;

/** @returns whether it is an opening of its own */
export function noteOpening(dashboardId: string, by: OpenedBy): boolean {
  if (by === 'router' && opening?.by === 'start' && opening.dashboardId === dashboardId) {
    opening.by = 'router';
    return false;
  }
  opening = { dashboardId, at: Date.now(), by };
  return true;
}

/** Milliseconds since 1970; now, where nothing was asked ahead. */
export function openedAt(dashboardId: string): number {
  return opening?.dashboardId === dashboardId ? opening.at : Date.now();
}
