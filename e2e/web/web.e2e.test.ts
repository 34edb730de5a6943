/** A person's way through the web application in a real browser: sign in, put a widget together, put it on a dashboard, filter by a click, watch it move, lose the connection. */
import type { ViewInput } from '@rtdp/davinci-api/client';
import type { Page } from 'playwright-core';
import { expect, test } from 'vitest';
import { workByHand } from './by-hand.ts';
import { readCharts } from './charts-by-hand.ts';
import { webStand } from './web-stand.ts';

const PATIENCE = 60_000;

/** Waits until the number of a scorecard is `value`. */
async function untilNumber(page: Page, widgetId: string, value: string): Promise<void> {
  await page
    .locator(`[data-widget-id="${widgetId}"] .scorecard-value[data-value="${value}"]`)
    .waitFor({ timeout: PATIENCE });
}

/** The script that asks first waits at its top: what imports it would wait as well. And the document asks for each file once. */
async function untangled(baseUrl: string): Promise<void> {
  const read = async (path: string) => await (await fetch(new URL(path, baseUrl))).text();
  const html = await read('/');
  const [ahead, entry] = [...html.matchAll(/<script[^>]* src="([^"]+)"/g)].map(([, path]) => path!);
  // What is sent ahead waits for no other file.
  expect(await read(ahead!)).not.toMatch(/\bimport\b/);
  const links = [...html.matchAll(/<link[^>]* href="(\/assets\/[^"]+\.js)"/g)].map(([, path]) => path!);
  expect(new Set([...links, entry]).size).toBe(links.length + 1);
  expect(await read(entry!)).toMatch(/await Promise\.race/);
  const importing = await Promise.all(
    links.map(async (path) => ((await read(path)).includes(entry!.split('/').at(-1)!) ? [path] : [])),
  );
  expect([links.length > 3, importing.flat()]).toEqual([true, []]);
}

test('from the login link to a dashboard that moves, filters, and misses nothing', async () => {
  await using stand = await webStand();
  const { page, davinci, view, baseUrl } = stand;
  page.setDefaultTimeout(PATIENCE);
  const broken: string[] = [];
  page.on('pageerror', (error) => broken.push(String(error)));
  const asked: string[] = [];
  let opening: string[] = [];
  page.on('request', (request) => {
    const { pathname } = new URL(request.url());
    if (/\/(refresh|bundle)$/.test(pathname)) opening.push(pathname.split('/').at(-1)!);
    type Question = { widgetId?: string };
    if (request.method() !== 'POST' || !/^\/api\/(query|queries)$/.test(pathname)) return;
    // One question, or all that were due at the same moment.
    const body = request.postDataJSON() as Question & { questions?: Question[] };
    for (const { widgetId } of body.questions ?? [body]) asked.push(widgetId ?? 'preview');
  });

  // What does not read the table must not be asked for again when the table changes.
  const stillInput: ViewInput = {
    name: 'Still',
    sourceId: view.sourceId,
    sql: 'select 1 as amount',
    model: [{ column: 'amount', type: 'number', role: 'measure' }],
  };
  const still = await davinci.views.create(stillInput);
  const measures = [{ column: 'amount', aggregation: 'sum' as const }];
  const total = await davinci.widgets.create({
    name: 'Total',
    viewId: view.id,
    kind: 'scorecard',
    query: { measures },
  });
  const other = await davinci.widgets.create({
    name: 'Other',
    viewId: still.id,
    kind: 'scorecard',
    query: { measures },
  });
  const dashboard = await davinci.dashboards.create({
    name: 'Shop',
    tabs: [
      {
        id: 'main',
        name: 'Main',
        items: [
          { id: 'total', kind: 'widget', widgetId: total.id, x: 0, y: 0, w: 6, h: 5 },
          { id: 'other', kind: 'widget', widgetId: other.id, x: 6, y: 0, w: 6, h: 5 },
        ],
      },
    ],
  });

  await untangled(baseUrl);
  const { code } = await davinci.createLoginLink();
  await page.goto(`${baseUrl}/login?from=${encodeURIComponent(`/widgets/new?view=${view.id}`)}#code=${code}`);
  await page.locator('.field', { hasText: 'Revenue' }).click();
  await page.locator('.scorecard-value[data-value="150"]').waitFor();
  expect(page.url()).not.toContain(code);

  // A dimension is dragged onto a shelf: the kind follows the fields until one is chosen.
  const field = (await page.locator('.field', { hasText: 'Region' }).boundingBox())!;
  const shelf = (await page.locator('.shelf').first().boundingBox())!;
  await page.mouse.move(field.x + 20, field.y + field.height / 2);
  await page.mouse.down();
  await page.mouse.move(shelf.x + 200, shelf.y + shelf.height / 2, { steps: 10 });
  await page.locator('.shelf.over').waitFor();
  await page.mouse.up();
  await page.locator('.pill', { hasText: 'Region' }).waitFor();
  await page.getByRole('radio', { name: 'Bar', checked: true }).waitFor();
  await page.getByRole('radio', { name: 'Table' }).click();
  await page.getByRole('gridcell', { name: 'north' }).waitFor();
  await page.locator('#widget-name').fill('By region');
  const save = page.getByRole('button', { name: 'Save' });
  await save.click();
  await page.waitForURL(/\/widgets\/[0-9a-f-]{36}$/);
  // The page of the stored widget has come: there is nothing to save.
  await save.and(page.locator(':disabled')).waitFor();
  await page.getByRole('button', { name: 'Add to dashboard' }).click();
  await page.getByRole('menuitem', { name: 'Shop' }).click();
  await page.waitForURL(/\/dashboards\//);
  await page.getByText('Live', { exact: true }).first().waitFor();
  await untilNumber(page, total.id, '150');
  await untilNumber(page, other.id, '1');

  // A click on a row filters the others of the same view; the address keeps it, and a step back takes it away.
  await page.getByRole('gridcell', { name: 'north' }).click();
  await untilNumber(page, total.id, '60');
  // What is chosen is said at the top and where the click was, and who does not follow says so.
  const wayBack = { name: 'Remove the filter Region: north' };
  await page.locator('.chips').getByRole('button', wayBack).waitFor();
  await page
    .locator(`[data-widget-id="${other.id}"]`)
    .getByRole('img', { name: 'Not filtered by Region: only widgets of the view “Orders” follow.' })
    .waitFor();
  await page.locator('.widget.chosen .widget-head').getByRole('button', wayBack).click();
  await untilNumber(page, total.id, '150');
  await page.getByRole('gridcell', { name: 'north' }).click();
  await untilNumber(page, total.id, '60');
  await page.reload();
  await untilNumber(page, total.id, '60');
  opening = [];
  await page.goto(`${baseUrl}/dashboards/${dashboard.id}`);
  await untilNumber(page, total.id, '150');
  await untilNumber(page, other.id, '1');
  // What was sent ahead of the application is what it finds: nothing is asked twice.
  expect(opening).toEqual(['refresh', 'bundle']);

  // A commit moves what reads the table, and nothing else asks.
  await page.getByText('Live', { exact: true }).first().waitFor();
  asked.length = 0;
  await stand.commit("insert into orders values (6, 'west', 1000)");
  await untilNumber(page, total.id, '1150');
  await page.getByRole('gridcell', { name: 'west' }).waitFor();
  expect(asked).not.toContain(other.id);
  expect(asked).toContain(total.id);

  // The view of an open dashboard is edited: its widgets show what it says now.
  await davinci.views.replace(still.id, { ...stillInput, sql: 'select 2 as amount', version: still.version });
  await untilNumber(page, other.id, '2');

  // The connection is lost, that is said, and what was committed meanwhile is not missed.
  await stand.restartApi(async () => {
    // The page and its widgets say the same of it, and what was shown stays.
    await page.locator('.status.tag', { hasText: 'May be old' }).waitFor();
    await page.locator('.widget-fresh', { hasText: 'May be old' }).first().waitFor();
    await untilNumber(page, total.id, '1150');
    await stand.commit("insert into orders values (7, 'west', 5000)");
  });
  await untilNumber(page, total.id, '6150');
  await readCharts(stand);
  await workByHand({
    stand,
    dashboardId: dashboard.id,
    totalId: total.id,
    total: { all: '6150', south: '90', north: '60' },
    otherId: other.id,
    still: { id: still.id, input: stillInput },
  });
  expect(broken).toEqual([]);
}, 600_000);
