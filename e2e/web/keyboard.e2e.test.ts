/** Uses a dashboard, the workbench and an operators' page without a pointer: Tab reaches everything and shows where it is, arrows, Enter and Esc do the rest. */
import type { Locator } from 'playwright-core';
import { expect, test } from 'vitest';
import { tabTo, walk } from './keyboard.ts';
import { webStand } from './web-stand.ts';

const PATIENCE = 60_000;
const patiently = { timeout: PATIENCE };

test('everything on a dashboard, the workbench and an operators page is done by the keyboard, and the focus is seen', async () => {
  await using stand = await webStand();
  const { page, davinci, view, baseUrl } = stand;
  page.setDefaultTimeout(PATIENCE);
  const { keyboard } = page;
  const table = await davinci.widgets.create({
    name: 'By region',
    viewId: view.id,
    kind: 'table',
    query: { dimensions: [{ column: 'region' }], measures: [{ column: 'amount', aggregation: 'sum' }] },
  });
  const total = await davinci.widgets.create({
    name: 'Total',
    viewId: view.id,
    kind: 'scorecard',
    query: { measures: [{ column: 'amount', aggregation: 'sum' }] },
  });
  const dashboard = await davinci.dashboards.create({
    name: 'Shop',
    controllers: [
      {
        id: 'region',
        kind: 'select',
        label: 'Region',
        targets: [{ viewId: view.id, column: 'region' }],
        options: { values: ['north', 'south'] },
      },
      { id: 'amount', kind: 'number-range', label: 'Amount', targets: [{ viewId: view.id, column: 'amount' }] },
    ],
    tabs: [
      {
        id: 'main',
        name: 'Main',
        items: [
          { id: 'total', kind: 'widget', widgetId: total.id, x: 0, y: 0, w: 6, h: 8 },
          { id: 'table', kind: 'widget', widgetId: table.id, x: 6, y: 0, w: 10, h: 8 },
        ],
      },
    ],
  });
  const number = (value: string) =>
    page.locator(`[data-widget-id="${total.id}"] .scorecard-value[data-value="${value}"]`).waitFor();

  // The dashboard: a filter, a row of a table that filters, a menu of a widget, an item that is moved.
  const { code } = await davinci.createLoginLink();
  await page.goto(`${baseUrl}/login?from=${encodeURIComponent(`/dashboards/${dashboard.id}`)}#code=${code}`);
  await number('150');
  await page.getByRole('gridcell', { name: 'north' }).waitFor();
  const region = page.getByRole('combobox', { name: 'Region' });
  await region.waitFor();
  expect(await walk(page)).toMatchObject({ missed: [], unseen: [] });
  await tabTo(page, region);
  await keyboard.press('ArrowDown');
  await page.getByRole('option', { name: 'north' }).waitFor({ state: 'attached' });
  await keyboard.press('Enter');
  await number('60');
  await keyboard.press('Escape');
  await page.goto(`${baseUrl}/dashboards/${dashboard.id}`);
  await number('150');
  await tabTo(page, page.getByRole('gridcell').first());
  await keyboard.press('Enter');
  await page
    .locator('.chips')
    .getByRole('button', { name: /^Remove the filter Region/ })
    .waitFor();
  await tabTo(page, page.locator('.chips').getByRole('button', { name: /^Remove the filter Region/ }));
  await keyboard.press('Enter');
  await number('150');
  // How fresh a widget is, table by table, is read at its mark, and goes away by Esc and when the page is scrolled.
  const mark = page.locator(`[data-widget-id="${total.id}"] .widget-fresh`);
  const hint = page.getByRole('tooltip').filter({ hasText: 'orders' });
  await tabTo(page, mark);
  await hint.waitFor();
  expect(await mark.getAttribute('aria-describedby')).toBe(await hint.getAttribute('id'));
  await keyboard.press('Escape');
  await hint.waitFor({ state: 'hidden' });
  const scroll = () => page.locator('#content').evaluate((content) => content.dispatchEvent(new Event('scroll')));
  await mark.evaluate((element) => {
    element.blur();
    element.focus();
  });
  await hint.waitFor();
  // A scroll that moves nothing takes nothing away.
  await scroll();
  await hint.waitFor();
  await page.locator('#content').evaluate((content) => {
    content.style.paddingTop = '20px';
  });
  await scroll();
  await hint.waitFor({ state: 'hidden' });
  await mark.dispatchEvent('pointerup', { pointerType: 'touch' });
  await hint.waitFor();
  await keyboard.press('Escape');
  await hint.waitFor({ state: 'hidden' });
  const more = page.locator(`[data-widget-id="${total.id}"] .widget-head button`);
  await tabTo(page, more);
  await keyboard.press('Enter');
  await page.getByRole('menuitem').first().waitFor();
  // The last event of a scroll from before moves nothing, and closes nothing.
  await scroll();
  await page.locator('#content').evaluate((content) => {
    content.style.paddingTop = '40px';
  });
  await page.getByRole('menuitem').first().waitFor();
  await scroll();
  await page.getByRole('menuitem').first().waitFor({ state: 'hidden' });
  expect(await more.evaluate((element) => element === element.ownerDocument.activeElement)).toBe(true);
  await keyboard.press('Enter');
  await page.getByRole('menuitem').first().waitFor();
  await keyboard.press('Escape');
  await page.getByRole('menuitem').first().waitFor({ state: 'hidden' });
  await tabTo(page, page.getByRole('button', { name: 'Edit' }));
  await keyboard.press('Enter');
  await tabTo(page, page.getByRole('group', { name: /Total/ }));
  await keyboard.press('Shift+ArrowDown');
  await page.getByRole('button', { name: 'Undo' }).and(page.locator(':enabled')).waitFor();
  await tabTo(page, page.getByRole('button', { name: 'Save' }));
  await keyboard.press('Enter');
  await page.getByRole('button', { name: 'Edit' }).waitFor();
  expect((await davinci.dashboards.get(dashboard.id)).tabs[0]?.items.find(({ id }) => id === 'total')?.h).toBe(9);

  // The palette leads on, and goes away by Esc.
  await keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search everything' }).waitFor();
  await keyboard.press('Escape');
  await page.getByRole('combobox', { name: 'Search everything' }).waitFor({ state: 'detached' });
  await keyboard.press('Control+k');
  await page.getByRole('combobox', { name: 'Search everything' }).fill('New widget');
  await page.getByRole('option', { name: 'New widget' }).waitFor();
  await keyboard.press('Enter');
  await page.waitForURL(/\/widgets\/new/);

  // The workbench: fields onto their shelves, another kind, a name, saved.
  await tabTo(page, page.locator('.field', { hasText: 'Revenue' }));
  await keyboard.press('Enter');
  await page.locator('.scorecard-value[data-value="150"]').waitFor();
  // It can be pressed when the dashboards are known.
  await page.getByRole('button', { name: 'Add to dashboard' }).and(page.locator(':enabled')).waitFor();
  expect(await walk(page)).toMatchObject({ missed: [], unseen: [] });
  await tabTo(page, page.locator('.field', { hasText: 'Region' }));
  await keyboard.press('Enter');
  await page.getByRole('radio', { name: 'Bar', checked: true }).waitFor();
  await tabTo(page, page.getByRole('radio', { name: 'Table' }));
  await keyboard.press('Enter');
  await page.getByRole('gridcell', { name: 'north' }).waitFor();
  await tabTo(page, page.locator('#widget-name'));
  await keyboard.type('By keys');
  await tabTo(page, page.getByRole('button', { name: 'Save' }));
  await keyboard.press('Enter');
  await page.waitForURL(/\/widgets\/[0-9a-f-]{36}$/);

  // An operators' page: its tabs by the arrow keys, a mount opened.
  await page.goto(`${baseUrl}/queries`);
  await tabTo(page, page.getByRole('tab', { name: 'Queries' }));
  await keyboard.press('ArrowRight');
  await keyboard.press('Enter');
  await page.waitForURL(/tab=mounts/);
  await page.getByRole('button', { name: 'store', exact: true }).waitFor();
  expect(await walk(page)).toMatchObject({ missed: [], unseen: [] });
  await tabTo(page, page.getByRole('button', { name: 'store', exact: true }));
  await keyboard.press('Enter');
  await page.waitForURL(/mount=store/);
  await page.getByText('orders', { exact: true }).first().waitFor();

  // Who wants no motion sees dialogs all the same.
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.goto(`${baseUrl}/dashboards?new=1`);
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  const opacity = `getComputedStyle(document.querySelector('[role="dialog"]')).opacity`;
  await expect.poll(() => page.evaluate<string>(opacity), patiently).toBe('1');

  // They begin at their first field, not at the button that closes, and lead back to what opened them.
  const isAt = (part: Locator) => () => part.evaluate((element) => element === element.ownerDocument.activeElement);
  await expect.poll(isAt(dialog.getByRole('textbox', { name: 'Name' })), patiently).toBe(true);
  await keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  const opener = page.getByRole('button', { name: 'New dashboard' });
  await tabTo(page, opener);
  await keyboard.press('Enter');
  await expect.poll(isAt(dialog.getByRole('textbox', { name: 'Name' })), patiently).toBe(true);
  await keyboard.press('Escape');
  await dialog.waitFor({ state: 'detached' });
  await expect.poll(isAt(opener), patiently).toBe(true);
}, 300_000);
