/** Decides which widgets a commit touches, by lineage, and how long to wait for more before a browser is told. */

/** A widget, and the sink tables that its view reads. */
export interface WidgetLineage {
  widgetId: string;
  namespaces: ReadonlySet<string>;
}

/** Exactly the widgets that read one of the changed tables. */
export function widgetsToRefresh(lineage: readonly WidgetLineage[], changed: ReadonlySet<string>): string[] {
  return lineage
    .filter(({ namespaces }) => [...changed].some((namespace) => namespaces.has(namespace)))
    .map(({ widgetId }) => widgetId);
}

/** One transaction of a source often reaches several tables: its commits come within a few milliseconds. */
const IDLE_WINDOW_MS = 10;
const LEAST_BUSY_WINDOW_MS = 40;
const LONGEST_WINDOW_MS = 500;
/** A dashboard that was told nothing for so long is idle. */
const IDLE_AFTER_MS = 500;

/**
 * Milliseconds to wait after a change. `pace` is how long a query takes of late: under a stream of commits no more than half of the time goes
 * into asking again.
 */
export function pushWindow(sinceLastPush: number, pace: number): number {
  if (sinceLastPush >= IDLE_AFTER_MS) return IDLE_WINDOW_MS;
  return Math.min(LONGEST_WINDOW_MS, Math.max(LEAST_BUSY_WINDOW_MS, 2 * pace));
}

/** Watermarks that move without a change are told at most this often. */
export const FRESHNESS_EVERY_MS = 1_000;

/**
 * Tables that moved on since a browser was told `told`: for one that comes back. What it was never told of, and what nobody knows now, may
 * have moved.
 */
export function movedSince(
  told: ReadonlyMap<string, string>,
  namespaces: Iterable<string>,
  currentOf: (namespace: string) => string | null,
): Set<string> {
  const moved = new Set<string>();
  for (const namespace of namespaces) {
    const current = currentOf(namespace);
    if (current === null || told.get(namespace) !== current) moved.add(namespace);
  }
  return moved;
}
