/** A person's way with mouse and keyboard: a widget from the keyboard alone, a dashboard arranged, filtered, shown on a whole screen, edited and removed under the reader. */
import type { Dashboard, DashboardInput, ViewInput } from '@rtdp/davinci-api/client';
import { expect } from 'vitest';
import type { WebStand } from './web-stand.ts';

export interface ByHand {
  stand: WebStand;
  dashboardId: string;
  /** Shows the sum of `amount`; its data are those of `orders` as they stand. */
  totalId: string;
  total: { all: string; south: string; north: string };
  /** Shows what the view `still` gives. */
  otherId: string;
  still: { id: string; input: ViewInput };
}

export async function workByHand({ stand, dashboardId, totalId, total, otherId, still }: ByHand): Promise<void> {
  const { page, davinci, baseUrl, view } = stand;
  const path = `${baseUrl}/dashboards/${dashboardId}`;
  const untilNumber = (id: string, value: string) =>
    page.locator(`[data-widget-id="${id}"] .scorecard-value[data-value="${value}"]`).waitFor();
  const addToNorth = (amount: number) => stand.commit(`update orders set amount = amount + ${amount} where id = 1`);

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
  // What is not saved yet moves with its tables as well.
  await addToNorth(5);
  await page.getByRole('gridcell', { name: String(Number(total.north) + 5), exact: true }).waitFor();
  await addToNorth(-5);
  await page.getByRole('gridcell', { name: total.north, exact: true }).waitFor();
  await page.locator('#widget-name').fill('From the keyboard');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.waitForURL(/\/widgets\/[0-9a-f-]{36}$/);
  // Made for a dashboard that is gone, it is a widget all the same, and another save is of that one.
  await page.goto(`${baseUrl}/widgets/new?view=${view.id}&dashboard=${crypto.randomUUID()}`);
  await page.locator('.field', { hasText: 'Revenue' }).focus();
  await page.keyboard.press('Enter');
  await page.locator('#widget-name').fill('Not added');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').filter({ hasText: 'there is no dashboard' }).waitFor();
  await page.waitForURL(/\/widgets\/[0-9a-f-]{36}$/);
  await page.goto(`${baseUrl}/widgets/new`);
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('Choose a view first.').waitFor();
  await page.goto(`${baseUrl}/widgets/new?view=${view.id}`);
  await page.locator('#widget-name').fill('Empty');
  await page.getByRole('button', { name: 'Save' }).click();
  await page.getByRole('alert').getByText('Put a field on a shelf first.').waitFor();
  await page.locator('.field', { hasText: 'Revenue' }).dblclick();
  await page.locator('.pill.measure').waitFor();
  expect(await page.locator('.pill.measure').count()).toBe(1);
  await page.getByRole('alert').waitFor({ state: 'detached' });

  // On a new dashboard a widget shows its picture, and its view can be filtered, before anything is saved.
  await page.goto(`${baseUrl}/dashboards?new=1`);
  await page.getByRole('dialog').getByLabel('Name').fill('Not saved');
  await page.getByRole('button', { name: 'Create' }).click();
  await page.getByRole('button', { name: 'Add widget' }).first().click();
  await page.locator('.pickable', { hasText: 'Total' }).click();
  await untilNumber(totalId, total.all);
  await addToNorth(5);
  await untilNumber(totalId, String(Number(total.all) + 5));
  await addToNorth(-5);
  await untilNumber(totalId, total.all);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'More' }).click();
  await page.getByRole('menuitem', { name: 'Filters…' }).click();
  await page.getByRole('button', { name: 'Add filter' }).click();
  await page.getByRole('combobox', { name: 'Filters the columns or variables' }).click();
  await page.locator('.ant-select-item-option', { hasText: 'Revenue' }).click();
  await page.getByRole('search', { name: 'Filters' }).getByRole('spinbutton', { name: 'Revenue to' }).fill('30');
  await untilNumber(totalId, total.north);
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await page.getByText('Nothing stands here yet').waitFor();

  // A file of a page that does not come is told, and asked for again; that of a picture takes no other widget with it.
  await page.route('**/assets/workbench-page-*.js', (route) => route.abort());
  await page.goto(`${baseUrl}/widgets/new`);
  const again = page.getByRole('alert').getByRole('button', { name: 'Try again' });
  await again.waitFor();
  await page.unroute('**/assets/workbench-page-*.js');
  await again.click();
  await page.locator('#widget-name').waitFor();
  await page.route('**/assets/View-*.js', (route) => route.abort());
  await page.goto(path);
  const undrawn = page.locator(`[data-widget-id="${totalId}"]`).getByRole('alert');
  await undrawn.getByText('could not be loaded').waitFor();
  await page.unroute('**/assets/View-*.js');
  await undrawn.getByRole('button', { name: 'Try again' }).click();
  await untilNumber(totalId, total.all);
  await undrawn.waitFor({ state: 'detached' });

  // Files that do not come take neither the page nor what was changed with them, and are asked for again.
  const lost = ['**/assets/movable-grid-*.js', '**/assets/add-widget-*.js'];
  for (const file of lost) await page.route(file, (route) => route.abort());
  await page.goto(path);
  await untilNumber(totalId, total.all);
  await page.getByRole('button', { name: 'Edit' }).click();
  const told = page.getByRole('alert').filter({ hasText: 'could not be loaded' });
  await told.waitFor();
  await untilNumber(totalId, total.all);
  await page.unroute(lost[0]!);
  await told.getByRole('button', { name: 'Try again' }).click();
  await page.locator('.react-grid-item').first().waitFor();
  await page.locator('.react-grid-item').getByRole('button', { name: 'Remove' }).first().click();
  const left = await page.locator('.react-grid-item').count();
  await page.getByRole('button', { name: 'Add widget' }).first().click();
  await told.waitFor();
  expect(await page.locator('.react-grid-item').count()).toBe(left);
  await page.unroute(lost[1]!);
  await told.getByRole('button', { name: 'Try again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Close' }).click();
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();

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
  // Let go, it still moves to its place, and its corner with it.
  await item.and(page.locator(':not(.react-draggable-dragging)')).waitFor();
  await item.evaluate((element) =>
    Promise.all(element.getAnimations().map((each: { finished: Promise<unknown> }) => each.finished)),
  );
  const corner = (await item.locator('.react-resizable-handle').boundingBox())!;
  await pull({ x: corner.x + corner.width / 2, y: corner.y + corner.height / 2 }, 150, 100);
  const storedItem = async () =>
    (await davinci.dashboards.get(dashboardId)).tabs[0]!.items.find(({ widgetId }) => widgetId === totalId)!;
  const first = await storedItem();
  await item.locator('.widget-head').focus();
  await page.keyboard.press('Shift+ArrowDown');
  expect(await storedItem()).toEqual(first);
  // What is changed while it is saved is saved too.
  const heights: number[] = [];
  await page.route(`**/api/dashboards/${dashboardId}`, async (route) => {
    if (route.request().method() === 'PUT') {
      const { tabs } = route.request().postDataJSON() as DashboardInput;
      heights.push(tabs[0]!.items.find((each) => each.kind === 'widget' && each.widgetId === totalId)!.h);
      if (heights.length === 1) {
        await item.locator('.widget-head').focus();
        await page.keyboard.press('Shift+ArrowDown');
      }
    }
    await route.continue();
  });
  await page.getByRole('button', { name: 'Save', exact: true }).click();
  await page.getByRole('button', { name: 'Edit' }).waitFor();
  await page.unroute(`**/api/dashboards/${dashboardId}`);
  const moved = await storedItem();
  expect([heights, moved.h]).toEqual([[heights[0], heights[0]! + 1], heights[1]]);
  expect(moved.x).toBeGreaterThan(first.x);
  expect([moved.w > first.w, moved.h > first.h + 1]).toEqual([true, true]);

  // Somebody adds a filter and a second tab: the open page has them by itself, and its address keeps what is chosen.
  // Its choices fail at first, as those of a table that is still to be made: they come without another look.
  const refusal = { code: 'SQL_UNKNOWN_TABLE', message: 'not made yet', next: 'Wait.', facts: {} };
  await page.route('**/api/query/values', (route) => route.fulfill({ status: 400, json: refusal }), { times: 1 });
  const { createdAt: _, updatedAt: __, ...now }: Dashboard = await davinci.dashboards.get(dashboardId);
  await davinci.dashboards.replace(dashboardId, {
    ...now,
    tabs: [...(now.tabs as DashboardInput['tabs']), { id: 'second', name: 'Second', items: [] }],
    controllers: [
      {
        id: 'where',
        kind: 'select',
        label: 'Where',
        targets: [{ viewId: view.id, column: 'region' }],
        options: { from: 'view', viewId: view.id, column: 'region' },
      },
    ],
  });
  await page.locator('.ant-select-status-error').waitFor();
  await page.locator('.ant-select-status-error').waitFor({ state: 'detached' });
  await page.getByRole('combobox', { name: 'Where' }).click();
  await page.keyboard.type('sou');
  await page.locator('.ant-select-item-option', { hasText: 'south' }).click();
  await untilNumber(totalId, total.south);
  await untilNumber(otherId, '2');
  expect(page.url()).toContain('f.where=');
  await page.reload();
  await untilNumber(totalId, total.south);
  await page.goBack();
  await untilNumber(totalId, total.all);
  await page.goForward();
  await untilNumber(totalId, total.south);
  // That step leads out of what is being edited: whoever has changed something is asked first.
  await page.getByRole('button', { name: 'Edit' }).click();
  await page.locator('.react-grid-item').getByRole('button', { name: 'Remove' }).first().click();
  await page.goBack();
  await page.getByRole('dialog').getByRole('button', { name: 'Stay' }).click();
  await page.getByRole('button', { name: 'Discard', exact: true }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await untilNumber(totalId, total.south);
  await page.getByRole('tab', { name: 'Second' }).click();
  await page.getByText('Nothing stands here yet').waitFor();
  await page.reload();
  await page.getByRole('tab', { name: 'Second', selected: true }).waitFor();

  // A selection is left by Escape; a whole screen stays one after a reload.
  await page.goto(path);
  await page.getByRole('gridcell', { name: 'north' }).click();
  await untilNumber(totalId, total.north);
  await page.locator('.grid-line.chosen', { hasText: 'north' }).waitFor();
  await page.keyboard.press('Escape');
  await untilNumber(totalId, total.all);
  await page.getByRole('button', { name: 'Full screen', exact: true }).click();
  await page.getByRole('button', { name: 'Leave full screen' }).waitFor();
  await page.reload();
  await page.getByRole('button', { name: 'Leave full screen' }).click();
  await page.getByRole('button', { name: 'Full screen', exact: true }).waitFor();

  // Edited while the page cannot listen: seen as soon as it can again. Removed: said at once.
  await untilNumber(totalId, total.all);
  await page.route('**/api/live**', (route) => route.abort());
  await stand.restartApi(async () => undefined);
  await page.getByText('May be old', { exact: true }).first().waitFor();
  const { version } = await davinci.views.get(still.id);
  await davinci.views.replace(still.id, { ...still.input, sql: 'select 3 as amount', version });
  await page.unroute('**/api/live**');
  await untilNumber(otherId, '3');
  await davinci.dashboards.remove(dashboardId);
  await page.getByRole('heading', { name: 'There is no such dashboard', level: 2 }).waitFor();
  // What is still used is not removed: by whom, and what to do first, is told where the reader has gone by then.
  await page.goto(`${baseUrl}/views`);
  await page.getByRole('button', { name: `Remove ${still.input.name}` }).click();
  await page.getByRole('link', { name: 'Widgets', exact: true }).click();
  const refused = page.getByRole('alert').filter({ hasText: `${still.input.name} could not be removed` });
  await refused.getByText(/^The view is used by widget .*/).waitFor();
  await refused.getByText('Remove or change these first.', { exact: true }).waitFor();
  expect((await davinci.views.get(still.id)).name).toBe(still.input.name);
  // A name that nothing can have is told alike, with the way to those there are.
  for (const thing of ['widget', 'view', 'dashboard']) {
    await page.goto(`${baseUrl}/${thing}s/nosuch`);
    await page.getByRole('heading', { name: `There is no such ${thing}`, level: 2 }).waitFor();
    await page.getByRole('button', { name: `All ${thing}s` }).click();
    await page.waitForURL(`${baseUrl}/${thing}s`);
  }
}
