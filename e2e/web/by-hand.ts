/** A person's way with mouse and keyboard: a widget from the keyboard, with a condition and a step back; a dashboard arranged and kept. */
import { expect } from 'vitest';
import type { WebStand } from './web-stand.ts';

export interface ByHand {
  stand: WebStand;
  dashboardId: string;
  /** Shows the sum of `amount`, which is `all`, and for the region `north` less than for the others. */
  totalId: string;
  total: { all: string; north: string };
}

export async function workByHand({ stand, dashboardId, totalId, total }: ByHand): Promise<void> {
  const { page, davinci, baseUrl, view } = stand;
  const path = `${baseUrl}/dashboards/${dashboardId}`;
  const untilNumber = (id: string, value: string) =>
    page.locator(`[data-widget-id="${id}"] .scorecard-value[data-value="${value}"]`).waitFor();

  // Fields, a condition on the sum and a step back, without a mouse where there is a key for it.
  await page.goto(`${baseUrl}/widgets/new?view=${view.id}`);
  await page.locator('.field', { hasText: 'Revenue' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('.field', { hasText: 'Region' }).focus();
  await page.keyboard.press('Enter');
  await page.getByRole('radio', { name: 'Bar', checked: true }).waitFor();
  await page.getByRole('radio', { name: 'Table' }).click();
  await page.getByRole('gridcell', { name: 'north' }).waitFor();
  await page.locator('.pill.measure button').first().click();
  await page.getByRole('menuitem', { name: 'Show only where' }).click();
  await page.locator('.pill.filter button', { hasText: 'above' }).click();
  await page
    .locator('.filter-editor')
    .getByRole('spinbutton')
    .fill(String(Number(total.north) + 1));
  await page.getByRole('gridcell', { name: 'north' }).waitFor({ state: 'detached' });
  await page.getByRole('gridcell', { name: 'south' }).waitFor();
  await page.keyboard.press('Escape');
  await page.locator('.ant-segmented-item', { hasText: 'SQL' }).click();
  await page.locator('pre.code', { hasText: 'having sum(' }).waitFor();
  await page.locator('.ant-segmented-item', { hasText: 'Picture' }).click();
  await page.getByRole('button', { name: 'Undo' }).click();
  await page.getByRole('gridcell', { name: 'north' }).waitFor();
  await page.locator('#widget-name').fill('From the keyboard');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/widgets\/[0-9a-f-]{36}$/);

  // Another place by the mouse, another size by its corner, one step further by the keyboard; kept by the button alone.
  await page.goto(path);
  await untilNumber(totalId, total.all);
  await page.getByRole('button', { name: 'Edit' }).click();
  const item = page.locator('.react-grid-item', { has: page.locator(`[data-widget-id="${totalId}"]`) });
  const pull = async (from: { x: number; y: number }, across: number, down: number) => {
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + across / 2, from.y + down / 2, { steps: 5 });
    await page.mouse.move(from.x + across, from.y + down, { steps: 5 });
    await page.mouse.up();
  };
  const before = (await item.boundingBox())!;
  await pull({ x: before.x + 30, y: before.y + 14 }, before.width * 2.2, 0);
  await expect.poll(async () => (await item.boundingBox())!.x, { timeout: 60_000 }).toBeGreaterThan(before.x + 100);
  const corner = (await item.locator('.react-resizable-handle').boundingBox())!;
  await pull({ x: corner.x + corner.width / 2, y: corner.y + corner.height / 2 }, 150, 100);
  const storedItem = async () =>
    (await davinci.dashboards.get(dashboardId)).tabs[0]!.items.find(({ widgetId }) => widgetId === totalId)!;
  const first = await storedItem();
  await item.locator('.widget-head').focus();
  await page.keyboard.press('Shift+ArrowDown');
  expect(await storedItem()).toEqual(first);
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Edit' }).waitFor();
  const moved = await storedItem();
  expect(moved.x).toBeGreaterThan(first.x);
  expect([moved.w > first.w, moved.h > first.h + 1]).toEqual([true, true]);
}
