/** Decides which pages there are to be seen, and in which states each can be; things of the demo lend their names to the pages of one thing. */
import type { Page } from 'playwright-core';
import type { PageState } from './show-state.ts';

export interface PageToSee {
  name: string;
  path: string;
  states: readonly PageState[];
  /** Which answers a state changes, by the beginning of their path; else all. */
  scope?: string;
  /** Of the window in pixels; else that of a desk. */
  size?: { width: number; height: number };
  /** What a person does once the page stands there, before its picture is taken. */
  act?: (page: Page) => Promise<void>;
}

const LIST: readonly PageState[] = ['empty', 'loading', 'error', 'full'];
const ONE: readonly PageState[] = ['loading', 'error', 'full'];
const FORM: readonly PageState[] = ['full'];

/** `ask` gives the JSON that the API answers to a path. */
export async function pagesToSee(ask: (path: string) => Promise<unknown>): Promise<PageToSee[]> {
  const first = async (
    path: string,
    pick: (item: Record<string, string>) => string | undefined,
  ): Promise<string | undefined> => {
    const answer = await ask(path);
    const items = (Array.isArray(answer) ? answer : (answer as { items?: unknown[] }).items) as Record<
      string,
      string
    >[];
    return items.map(pick).find((name) => name !== undefined);
  };
  const dashboard = await first('/api/dashboards', ({ id }) => id);
  const widget = await first('/api/widgets', ({ id }) => id);
  const view = await first('/api/views', ({ id }) => id);
  const source = await first('/api/console/dbus/sources', ({ name }) => name);
  const flow = await first('/api/console/wormhole/flows', ({ name }) => (name?.includes('item') ? name : undefined));
  const copies = await first('/api/console/wormhole/flows', ({ name }) =>
    name?.includes('warehouse') ? name : undefined,
  );
  const mount = await first('/api/console/moonbox/mounts', ({ name }) => name);
  const query = await first('/api/console/moonbox/queries?limit=50', ({ id, sql }) =>
    /^(select|with)\b/i.test(sql ?? '') ? id : undefined,
  );
  const topic = await first('/api/console/dbus/sources', ({ topic: name }) => name);
  return [
    { name: 'home', path: '/', states: LIST },
    { name: 'dashboards', path: '/dashboards', states: LIST },
    ...one('dashboard', dashboard, (id) => `/dashboards/${id}`),
    ...one('dashboard-widgets', dashboard, (id) => `/dashboards/${id}`, ['empty', 'loading', 'error']).map((page) => ({
      ...page,
      scope: '/api/query',
    })),
    { name: 'widgets', path: '/widgets', states: LIST },
    ...one('workbench', widget, (id) => `/widgets/${id}`, LIST),
    { name: 'views', path: '/views', states: LIST },
    { name: 'new-view', path: '/views/new', states: FORM },
    ...one('view', view, (id) => `/views/${id}`),
    ...one('view-variables', view, (id) => `/views/${id}?panel=variables`, FORM),
    ...one('view-rights', view, (id) => `/views/${id}?panel=rights`, FORM),
    { name: 'data', path: '/data', states: LIST },
    { name: 'sources', path: '/sources', states: LIST },
    { name: 'register-source', path: '/sources?new=connection', states: FORM },
    ...one('source', source, (id) => `/sources/${id}`),
    ...one('source-pulls', source, (id) => `/sources/${id}?tab=pulls`, FORM),
    ...one('source-history', source, (id) => `/sources/${id}?tab=history`, FORM),
    ...one('source-dead-letters', source, (id) => `/sources/${id}?tab=dead-letters`, FORM),
    ...one('source-settings', source, (id) => `/sources/${id}?tab=settings`, FORM),
    { name: 'flows', path: '/flows', states: LIST },
    { name: 'new-flow', path: '/flows?new=1', states: FORM },
    ...one('flow', flow, (id) => `/flows/${id}`),
    ...one('flow-tables', flow, (id) => `/flows/${id}?tab=tables`, FORM),
    ...one('flow-sql', flow, (id) => `/flows/${id}?tab=sql`, FORM),
    ...one('flow-dead-letters', flow, (id) => `/flows/${id}?tab=dead-letters`, FORM),
    ...one('flow-verify', copies, (id) => `/flows/${id}?tab=verification`, FORM).map((page) => ({
      ...page,
      act: verify,
    })),
    ...one('flow-settings', flow, (id) => `/flows/${id}?tab=settings`, FORM),
    ...one('change-flow', flow, (id) => `/flows/${id}?edit=1`, FORM),
    { name: 'topics', path: '/topics', states: LIST },
    ...one('topic', topic, (id) => `/topics/${id}`),
    { name: 'queries', path: '/queries', states: LIST },
    ...one('query', query, (id) => `/queries/${id}`),
    { name: 'mounts', path: '/queries?tab=mounts', states: LIST },
    ...one('mount', mount, (id) => `/queries?tab=mounts&mount=${id}`, FORM),
    { name: 'new-mount', path: '/queries?tab=mounts&add=1', states: FORM },
    { name: 'rights', path: '/queries?tab=rights', states: LIST },
    { name: 'connect', path: '/queries?tab=connect', states: FORM },
    { name: 'health', path: '/status', states: LIST },
    { name: 'account', path: '/account', states: FORM },
    { name: 'users', path: '/users', states: LIST },
  ];
}

/** Begins it where nobody has; one that runs already, in another language, is waited for. */
async function verify(page: Page): Promise<void> {
  const begin = page.locator('.state .ant-btn-primary');
  if ((await begin.count()) > 0) await begin.click();
  await page.waitForSelector('[role="tabpanel"] .reason', { timeout: 60_000 });
}

function one(
  name: string,
  id: string | undefined,
  path: (id: string) => string,
  states: readonly PageState[] = ONE,
): PageToSee[] {
  return id === undefined ? [] : [{ name, path: path(encodeURIComponent(id)), states }];
}
