/** Knows when a dashboard was opened: what was asked since then belongs to what is on the screen. */

/** What happens within this time, in milliseconds, is one opening: the page's start asks ahead, and so does its router. */
export const ONE_OPENING = 5_000;

const openings = new Map<string, number>();

export function noteOpening(dashboardId: string): void {
  const now = Date.now();
  if (now - (openings.get(dashboardId) ?? 0) < ONE_OPENING) return;
  openings.clear();
  openings.set(dashboardId, now);
}

/** Milliseconds since 1970; now, where nothing was asked ahead. */
export function openedAt(dashboardId: string): number {
  return openings.get(dashboardId) ?? Date.now();
}
