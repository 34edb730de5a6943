/** Opens what floats over the page at the edges of the window, with motion and without: all of it stands inside of the window and beside what it belongs to. */
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { webStand } from './web-stand.ts';

const PATIENCE = 60_000;
/** Pixels between a menu, or the point of a hint, and what it belongs to. */
const BESIDE = 16;
const WINDOW = { width: 1440, height: 900 };

interface Box {
  x: number;
  y: number;
  width: number;
  height: number;
}

test('menus and hints stand inside of the window and beside what they belong to, with motion and without', async () => {
  await using stand = await webStand();
  const { page, davinci, view, baseUrl } = stand;
  page.setDefaultTimeout(PATIENCE);
  const moments = await davinci.views.create({
    name: 'Moments',
    sourceId: view.sourceId,
    sql: `select region, amount, timestamp '2026-03-01 12:00' + id * interval '1 day' as at from store.orders`,
    model: [
      { column: 'at', type: 'datetime', role: 'dimension', label: 'Day' },
      { column: 'amount', type: 'number', role: 'measure', label: 'Revenue' },
    ],
  });
  const { id } = await davinci.widgets.create({
    name: 'In time',
    viewId: moments.id,
    kind: 'bar',
    query: { dimensions: [{ column: 'at', grain: 'week' }], measures: [{ column: 'amount', aggregation: 'sum' }] },
  });
  const items = [{ id: 'time', kind: 'widget' as const, widgetId: id, x: 12, y: 12, w: 12, h: 12 }];
  const dashboard = await davinci.dashboards.create({
    name: 'Edges',
    controllers: [
      {
        id: 'amount',
        kind: 'select',
        label: 'Amount',
        targets: [{ viewId: moments.id, column: 'amount' }],
        options: { values: [10, 20] },
      },
    ],
    tabs: [{ id: 'main', name: 'Main', items }],
  });
  const { code } = await davinci.createLoginLink();
  await page.goto(`${baseUrl}/login?from=${encodeURIComponent('/dashboards')}#code=${code}`);
  await page.getByText('Edges').first().waitFor();
  await page.evaluate("localStorage.setItem('davinci.rail', 'narrow')");

  /** Waits until it stands still. */
  const standsBeside = async (what: Locator, anchor: Box) => {
    await what.waitFor();
    const look = async () => {
      const box = (await what.boundingBox())!;
      const { width, height } = page.viewportSize()!;
      const isInside = box.x >= 0 && box.y >= 0 && box.x + box.width <= width && box.y + box.height <= height;
      return { isInside, isBeside: gapOf(box, anchor) <= BESIDE, box };
    };
    await expect.poll(look, { timeout: PATIENCE }).toMatchObject({ isInside: true, isBeside: true });
  };
  const menu = page.locator('.ant-dropdown-menu-root:visible');
  const hint = page.getByRole('tooltip').and(page.locator(':visible'));

  for (const reducedMotion of ['no-preference', 'reduce'] as const) {
    await page.setViewportSize(WINDOW);
    await page.emulateMedia({ reducedMotion });
    await page.goto(`${baseUrl}/dashboards/${dashboard.id}`);
    const widget = page.locator(`[data-widget-id="${id}"]`);
    await widget.and(page.locator('[data-state="full"]')).locator('canvas').first().waitFor();

    // The menu of the widget, in the corner of a window that ends a little below; and what unfolds out of it.
    const more = widget.locator('.widget-more');
    const { y, height } = (await more.boundingBox())!;
    await page.setViewportSize({ width: WINDOW.width, height: Math.ceil(y + height) + 40 });
    await widget.hover({ position: { x: 20, y: 10 } });
    await more.click();
    await standsBeside(menu, (await more.boundingBox())!);
    const closer = menu.getByRole('menuitem', { name: 'Look closer' });
    await closer.hover();
    await standsBeside(page.locator('.ant-dropdown-menu-sub:visible'), (await closer.boundingBox())!);
    await menu.getByRole('menuitem', { name: 'Show data' }).click();
    await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    const focused = () => page.evaluate<string>('document.activeElement.outerHTML.slice(0, 200)');
    await expect.poll(focused, { timeout: PATIENCE }).toContain('widget-more');

    // The menu of a mark, at the right edge and a little above the lower one.
    await page.setViewportSize(WINDOW);
    const picture = (await widget.locator('.widget-canvas').boundingBox())!;
    await page.setViewportSize({ width: WINDOW.width, height: Math.ceil(picture.y + picture.height) });
    const mark = { x: picture.x + picture.width * 0.6, y: picture.y + picture.height * 0.75, width: 1, height: 1 };
    await page.mouse.click(mark.x, mark.y, { button: 'right' });
    await standsBeside(menu, mark);
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
    await page.mouse.click(mark.x, mark.y, { button: 'right' });
    await menu.getByRole('menuitem', { name: /by the day$/ }).click();
    await page.getByRole('navigation', { name: 'What In time looks at' }).waitFor();

    // The hint of a page in the folded rail, of a button in the bar, and of how fresh a widget is.
    for (const [anchor, words] of [
      [page.locator('.rail').getByRole('link', { name: 'Widgets' }), 'Widgets'],
      [page.getByRole('button', { name: 'Full screen', exact: true }), 'Full screen'],
      [widget.locator('.widget-fresh'), 'orders'],
    ] as const) {
      await anchor.hover();
      await standsBeside(hint.filter({ hasText: words }), (await anchor.boundingBox())!);
    }

    // What the library opens by itself is placed no worse.
    const account = page.getByRole('button', { name: /^Account/ });
    await account.click();
    await standsBeside(menu, (await account.boundingBox())!);
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
    const amount = page.getByRole('combobox', { name: 'Amount' });
    await amount.click();
    await standsBeside(page.locator('.ant-select-dropdown:visible'), (await amount.boundingBox())!);
    await page.keyboard.press('Escape');
  }
}, 300_000);

/** Pixels from one to the other, by the longer way of across and down; 0 where they touch. */
function gapOf(one: Box, other: Box): number {
  const across = Math.max(one.x - (other.x + other.width), other.x - (one.x + one.width));
  const down = Math.max(one.y - (other.y + other.height), other.y - (one.y + one.height));
  return Math.max(0, across, down);
}
