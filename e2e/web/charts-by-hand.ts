/** A person's way with charts: a tooltip is read, held fast and let go, a week is looked at by days, colours are chosen for values. */
import { expect } from 'vitest';
import type { WebStand } from './web-stand.ts';

const MOST_WAIT = 60_000;

/** Orders 1 to 5 stand at noon of five days, from Monday on; the `amount` of each is ten times its number. */
export async function readCharts(stand: WebStand): Promise<void> {
  const { page, davinci, baseUrl, view } = stand;
  const moments = await davinci.views.create({
    name: 'Moments',
    sourceId: view.sourceId,
    sql: `select region, amount, timestamp '2026-03-01 12:00' + id * interval '1 day' as at from store.orders where id < 6`,
    model: [
      { column: 'region', type: 'text', role: 'dimension', label: 'Region' },
      { column: 'at', type: 'datetime', role: 'dimension', label: 'Day' },
      { column: 'amount', type: 'number', role: 'measure', label: 'Revenue' },
    ],
  });
  const measures = [{ column: 'amount', aggregation: 'sum' as const }];
  const inTime = await davinci.widgets.create({
    name: 'In time',
    viewId: moments.id,
    kind: 'bar',
    query: { dimensions: [{ column: 'at', grain: 'week' }], measures },
    settings: { lines: [{ value: 200, label: 'Goal' }] },
  });
  const regions = await davinci.widgets.create({
    name: 'Regions',
    viewId: moments.id,
    kind: 'pie',
    query: { dimensions: [{ column: 'region' }], measures },
  });
  const dashboard = await davinci.dashboards.create({
    name: 'Charts',
    crossFilter: false,
    tabs: [
      {
        id: 'main',
        name: 'Main',
        items: [
          { id: 'time', kind: 'widget', widgetId: inTime.id, x: 0, y: 0, w: 12, h: 12 },
          { id: 'regions', kind: 'widget', widgetId: regions.id, x: 12, y: 0, w: 12, h: 12 },
        ],
      },
    ],
  });
  await page.goto(`${baseUrl}/dashboards/${dashboard.id}`);
  const chart = page.locator(`[data-widget-id="${inTime.id}"]`);
  await chart.locator('canvas').first().waitFor();
  const tip = chart.locator('.chart-tip');
  /** At this part of the width and the height of the picture. */
  const placeAt = async (across: number, down: number) => {
    const { x, y, width, height } = (await chart.locator('.widget-canvas').boundingBox())!;
    return [x + width * across, y + height * down] as const;
  };
  const told = async () => ((await tip.count()) === 0 ? '' : ((await tip.first().textContent()) ?? ''));
  const pointUntil = (across: number, text: string | RegExp) =>
    expect
      .poll(
        async () => {
          // Drawn anew it has to be pointed at anew.
          await page.mouse.move(...(await placeAt(across - 0.02, 0.3)));
          await page.mouse.move(...(await placeAt(across, 0.3)));
          return told();
        },
        { timeout: MOST_WAIT },
      )
      .toMatch(text);

  // A sentence: what, when, how much. A click where nothing filters holds it fast, wherever the pointer goes.
  await pointUntil(0.5, 'Revenue in the week from Mon, 2 Mar 2026: 150.');
  await page.mouse.click(...(await placeAt(0.5, 0.3)));
  const held = chart.locator('.held .tip-held');
  await held.waitFor();
  await page.mouse.move(...(await placeAt(0.5, -0.5)));
  expect(await told()).toContain('150.');
  // It tells of newer data by itself, and Escape lets it go.
  await stand.commit('update orders set amount = 15 where id = 1');
  await expect.poll(told, { timeout: MOST_WAIT }).toContain('155.');
  await page.keyboard.press('Escape');
  await held.waitFor({ state: 'hidden' });
  await stand.commit('update orders set amount = 10 where id = 1');
  // Drawn anew in a moment, it would forget where the pointer is.
  await pointUntil(0.5, ': 150.');

  // The week by its days, one of them by its hours; back by the path and by the browser.
  await page.mouse.click(...(await placeAt(0.5, 0.3)), { button: 'right' });
  await page.getByRole('menuitem', { name: '2 Mar by the day' }).click();
  const path = page.getByRole('navigation', { name: 'What In time looks at' });
  await path.getByText('2 Mar', { exact: true }).waitFor();
  await pointUntil(0.97, /Revenue on Fri, 6 Mar 2026: 50\..*25% more than on Thu, 5 Mar 2026 \(40\)\./s);
  await chart.hover();
  await page.getByRole('button', { name: 'What can be done with In time' }).click();
  const way = page.getByRole('menuitem', { name: '5 Mar by the hour' });
  // A menu that is still unfolding does not feel the pointer: it is left and entered again.
  const unfolds = async () => {
    await page.getByRole('menuitem', { name: 'Show data' }).hover();
    await page.getByRole('menuitem', { name: 'Look closer' }).hover();
    return way.waitFor({ timeout: 2_000 }).then(
      () => true,
      () => false,
    );
  };
  await expect.poll(unfolds, { timeout: MOST_WAIT }).toBe(true);
  await way.click();
  await path.getByText('5 Mar', { exact: true }).waitFor();
  await page.reload();
  await pointUntil(0.5, 'Revenue in the hour from 5 Mar 2026, 12:00: 40.');
  await path.getByRole('button', { name: '2 Mar' }).click();
  await pointUntil(0.97, 'Fri, 6 Mar 2026: 50.');
  await page.goBack();
  await path.getByText('5 Mar', { exact: true }).waitFor();
  await path.getByRole('button', { name: 'All' }).click();
  await path.waitFor({ state: 'detached' });
  expect(page.url()).not.toContain('closer');

  // A colour of one's own for a value, kept with the widget.
  await page.goto(`${baseUrl}/widgets/${regions.id}`);
  await page.locator('.pill', { hasText: 'Region' }).getByRole('button').first().click();
  await page.getByRole('menuitem', { name: 'Colours of its values' }).click();
  await page.getByRole('combobox', { name: 'Colour of south' }).click();
  await page.locator('.ant-select-item-option:visible', { hasText: 'Colour 4' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Apply' }).click();
  await page.getByRole('button', { name: 'Save' }).click();
  await expect
    .poll(async () => (await davinci.widgets.get(regions.id)).settings, { timeout: MOST_WAIT })
    .toEqual({ valueColours: { region: { '"south"': 3 } } });
  await davinci.dashboards.remove(dashboard.id);
}
