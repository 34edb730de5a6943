/** Walks a dashboard by Tab: it reaches everything that a pointer can use, and shows where it is. */
import { expect, test } from 'vitest';
import { walk } from './keyboard.ts';
import { webStand } from './web-stand.ts';

const PATIENCE = 60_000;

test('Tab reaches everything on a dashboard, and its focus is seen', async () => {
  await using stand = await webStand();
  const { page, davinci, view, baseUrl } = stand;
  page.setDefaultTimeout(PATIENCE);
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
  const { code } = await davinci.createLoginLink();
  await page.goto(`${baseUrl}/login?from=${encodeURIComponent(`/dashboards/${dashboard.id}`)}#code=${code}`);
  await page.locator('.scorecard-value[data-value="150"]').waitFor();
  await page.getByRole('gridcell', { name: 'north' }).waitFor();
  expect(await walk(page)).toMatchObject({ missed: [], unseen: [] });
}, 300_000);
