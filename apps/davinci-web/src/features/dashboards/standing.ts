/** Decides where items stand that nobody moves: as high as there is room, in the order in which they are read. */
import type { DashboardItem } from '@rtdp/davinci-api/client';

export interface StandingItem {
  item: DashboardItem;
  /** Its first row, in rows of the grid. */
  y: number;
}

/** From top to bottom, and in one row from left to right. Gaps above an item are closed, as they are when it is moved. Pure. */
export function standing(items: readonly DashboardItem[]): StandingItem[] {
  const placed: StandingItem[] = [];
  for (const item of [...items].sort((a, b) => a.y - b.y || a.x - b.x)) {
    const above = placed.filter((other) => other.item.x < item.x + item.w && item.x < other.item.x + other.item.w);
    placed.push({ item, y: Math.max(0, ...above.map((other) => other.y + other.item.h)) });
  }
  return placed.sort((a, b) => a.y - b.y || a.item.x - b.item.x);
}
