/** Decides which moments are to be seen beside the pages as they open: things that a person opens, writes or drags, each kind of widget, and small windows. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Page } from 'playwright-core';
import { CHOSEN, type OwnObjects } from './own-objects.ts';
import type { PageToSee } from './pages-to-see.ts';

const NARROW = { width: 1024, height: 768 };
const PHONE = { width: 390, height: 844 };
/** A desk whose browser shows everything twice as large. */
const ZOOMED = { width: 720, height: 450 };
/** Panels and dialogs slide in. */
const SLIDE_MILLISECONDS = 500;

export function scenes(own: OwnObjects, pages: readonly PageToSee[]): PageToSee[] {
  const dashboard = `/dashboards/${own.dashboardId}`;
  const small = [
    'home',
    'dashboards',
    'dashboard',
    'workbench',
    'view',
    'source',
    'flow',
    'queries',
    'health',
    'users',
  ];
  return [
    scene('palette', '/', async (page) => {
      await page.keyboard.press('Control+k');
      await page.locator('[role="combobox"]').fill('o');
      await page.waitForSelector('.palette-entry');
    }),
    scene('every-kind', dashboard, undefined, { width: 1440, height: 1700 }),
    scene('dashboard-filters', `${dashboard}?${CHOSEN}`),
    scene('dashboard-edit', `${dashboard}?edit=1`),
    scene('dashboard-full-screen', `${dashboard}?screen=full`),
    scene('widget-details', dashboard, async (page) => {
      await page.locator('[data-widget-id]').nth(2).hover();
      await page.locator('[data-widget-id]').nth(2).locator('.widget-head .widget-more').click();
      await page.locator('.ant-dropdown-menu-item').first().click();
    }),
    ...[...own.widgets].map(([kind, id]) => scene(`workbench-${kind}`, `/widgets/${id}`)),
    scene('long-table-end', `/widgets/${own.widgets.get('long-table')!}`, async (page) => {
      await page
        .locator('.preview .grid, .grid')
        .first()
        .evaluate((grid) => {
          grid.scrollTop = grid.scrollHeight;
        });
    }),
    scene('view-with-error', '/views/new', async (page) => {
      await page.locator('.cm-content').click();
      await page.keyboard.type('select id, totl from warehouse.orders');
      await page.keyboard.press('Escape');
      await page.locator('.page-head button').first().click();
      await page.waitForSelector('[role="alert"]');
    }),
    scene('view-with-result', `/views/${own.viewId}`, async (page) => {
      await page.locator('.page-head button .anticon-play-circle').click();
      await page.waitForSelector('.grid-line');
    }),
    ...consoleScenes(pages),
    scene('new-dashboard', '/dashboards?new=1'),
    scene('new-user', '/users?new=1'),
    ...(['narrow', 'phone', 'zoomed'] as const).flatMap((window) =>
      pages
        .filter(({ name }) => small.includes(name))
        .map((page) => scene(`${window}-${page.name}`, page.path, undefined, SIZES[window])),
    ),
  ];
}

/** What an operator opens on a page of one thing. */
function consoleScenes(pages: readonly PageToSee[]): PageToSee[] {
  const of = (page: string, name: string, query: string, act?: (page: Page) => Promise<void>): PageToSee[] =>
    pages.filter((each) => each.name === page).map(({ path }) => scene(name, `${path}${query}`, act));
  const press = (selector: string, then: string) => async (page: Page) => {
    await page.locator(selector).first().click();
    await page.waitForSelector(then);
  };
  return [
    ...of('source', 'remove-source', '', press('.page-head .ant-btn-dangerous', '.ant-modal [type="text"]')),
    ...of('source', 'table-of-source', '', press('.list td button', '.facts')),
    ...of('flow', 'remove-flow', '', press('.page-head .ant-btn-dangerous', '.ant-modal [type="text"]')),
    ...of('flow', 'flow-history', '?tab=history'),
    ...of('topic', 'topic-readers', '?tab=readers'),
    ...of('topic', 'message', '', press('.list tbody tr', '.timeline, .facts')),
    ...of('query', 'query-plan', '', press('.card .row .ant-btn', '.card .statement')),
  ];
}

const SIZES = { narrow: NARROW, phone: PHONE, zoomed: ZOOMED };

function scene(
  name: string,
  path: string,
  act?: (page: Page) => Promise<void>,
  size?: { width: number; height: number },
): PageToSee {
  return {
    name,
    path,
    states: ['full'],
    ...(size === undefined ? {} : { size }),
    ...(act === undefined
      ? {}
      : {
          act: async (page: Page) => {
            await act(page);
            await sleep(SLIDE_MILLISECONDS);
          },
        }),
  };
}
