/** Knows when a dashboard was opened: what was asked since then belongs to what is on the screen. */

const openings = new Map<string, number>();

export function noteOpening(dashboardId: string): void {
  openings.clear();
  openings.set(dashboardId, Date.now());
}

/** Milliseconds since 1970; now, where nothing was asked ahead. */
export function openedAt(dashboardId: string): number {
  return openings.get(dashboardId) ?? Date.now();
}
