/** What a live stream does with many commits, with rights that end, and with a token that ends. */
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import type { DashboardBundle } from '../client/dashboards.ts';
import { sessionSchema } from '../client/identity.ts';
import type { LiveStale } from '../client/live.ts';
import { type DavinciFixture, davinciFixture } from '../testing/davinci-fixture.ts';
import { LiveBrowser } from '../testing/live-browser.ts';

async function dashboardOf(davinci: DavinciFixture, shop: TestDatabase, rights = {}) {
  const { ask, make } = davinci;
  await shop.query('create table orders (id int)');
  const { source, connection } = await davinci.makeSource(shop);
  const model = [{ column: 'id', type: 'number', role: 'measure' }];
  const input = { name: 'v', sourceId: source.id, sql: 'select id from orders', model, rights };
  const view = await make('/api/views', input);
  const widget = await make('/api/widgets', { name: 'w', viewId: view.id, kind: 'scorecard' });
  const items = [{ id: 'i', kind: 'widget', widgetId: widget.id, x: 0, y: 0, w: 1, h: 1 }];
  const tabs = [{ id: 't', name: 'T', items }];
  const { id: dashboardId } = await make('/api/dashboards', { name: 'd', tabs });
  const note = (commitNumber: number, table = 'orders') =>
    davinci.assembly.commits.note({
      organisationId: FIRST_ORGANISATION_ID,
      sinkNamespace: `postgresql.${shop.name}.public.${table}.*.0.0`,
      commitNumber: BigInt(commitNumber),
      watermark: null,
      loading: false,
      at: Date.now(),
    });
  const bundle = async () => (await ask('GET', `/api/dashboards/${dashboardId}/bundle`)).body as DashboardBundle;
  const open = async (lastEventId?: string) => {
    const browser = new LiveBrowser();
    await browser.open(davinci.baseUrl, dashboardId, await davinci.token(), lastEventId);
    const ready = await browser.next('ready');
    return { browser, ready };
  };
  return { dashboard: dashboardId, widget: widget.id, view, source, connection, note, bundle, open };
}

test('a thousand commits are told in a few, and the last is never left out', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { dashboard, widget } = await dashboardOf(davinci, shop);
  const browser = new LiveBrowser();
  await browser.open(davinci.baseUrl, dashboard, await davinci.token());
  await browser.next('ready');
  const sinkNamespace = `postgresql.${shop.name}.public.orders.*.0.0`;
  const note = (commitNumber: number, namespace = sinkNamespace, organisationId = FIRST_ORGANISATION_ID) =>
    davinci.assembly.commits.note({
      organisationId,
      sinkNamespace: namespace,
      commitNumber: BigInt(commitNumber),
      watermark: null,
      loading: false,
      at: Date.now(),
    });
  for (let number = 1; number <= 1_000; number++) {
    note(number);
    note(number, 'postgresql.x.public.unread.*.0.0');
    note(number + 5_000, sinkNamespace, '00000000-0000-4000-8000-000000000002');
    if (number % 50 === 0) await new Promise((resolve) => setTimeout(resolve, 2));
  }
  await browser.next('commit', ({ commits }) => commits[0]?.commitNumber === '1000');
  const commits = browser.of('commit');
  expect(commits.length).toBeLessThan(100);
  for (const { data } of commits) {
    expect(data.widgets).toEqual([widget]);
    expect(data.commits).toMatchObject([{ sinkNamespace }]);
    expect(Number(data.commits[0]?.commitNumber)).toBeLessThanOrEqual(1_000);
  }
  browser.close();
});

test('the stream ends with the token, with the sign-in, and with the rights of the one who looks', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { ask } = davinci;
  const { dashboard, note } = await dashboardOf(davinci, shop);
  // Long enough to open a stream with, also on a busy machine.
  const short = new LiveBrowser();
  await short.open(davinci.baseUrl, dashboard, await davinci.token({ seconds: 10 }));

  const input = { email: 'vi@rtdp.local', name: 'Vi', role: 'viewer', password: 'a long password' };
  const user = (await ask('POST', '/api/users', { body: input })).body;
  const { email, password } = input;
  const session = await ask('POST', '/api/session', { token: '', body: { email, password } });
  const { accessToken } = sessionSchema.parse(session.body);
  const viewer = new LiveBrowser();
  await viewer.open(davinci.baseUrl, dashboard, accessToken);
  await viewer.next('ready');
  await ask('PATCH', `/api/users/${user.id}`, { body: { disabled: true } });
  note(1);
  await viewer.next('stale', ({ why }) => why === 'rights');
  await viewer.ended;
  expect(viewer.events.map(({ event }) => event)).not.toContain('commit');

  const other = { ...input, email: 'pa@rtdp.local', name: 'Pa' };
  await davinci.make('/api/users', other);
  const login = { email: other.email, password };
  const first = sessionSchema.parse((await ask('POST', '/api/session', { token: '', body: login })).body);
  const signedIn = new LiveBrowser();
  await signedIn.open(davinci.baseUrl, dashboard, first.accessToken);
  await signedIn.next('ready');
  const newPassword = { current: password, password: 'another long password' };
  expect((await ask('POST', '/api/me/password', { token: first.accessToken, body: newPassword })).status).toBe(200);
  note(2);
  await signedIn.next('stale', ({ why }) => why === 'token');
  await signedIn.ended;

  const stranger = await davinci.token({ organisationId: '00000000-0000-4000-8000-000000000002' });
  await expect(new LiveBrowser().open(davinci.baseUrl, dashboard, stranger)).rejects.toThrow('404');

  await short.next('stale', ({ why }) => why === 'token');
  await short.ended;
});

test("a table that only a role's filter reads is told to that role", async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  await shop.query('create table assignments (id int, email text)');
  const filter = 'id in (select a.id from assignments a where a.email = :user_email)';
  const { dashboard, widget } = await dashboardOf(davinci, shop, { admin: {}, viewer: { filter } });
  const [admin, viewer] = [new LiveBrowser(), new LiveBrowser()];
  // The one without the filter first: what is remembered of one role is not that of another.
  await admin.open(davinci.baseUrl, dashboard, await davinci.token());
  await admin.next('ready');
  await viewer.open(davinci.baseUrl, dashboard, await davinci.token({ subject: 'vi', role: 'viewer' }));
  await viewer.next('ready');
  const note = (table: string) =>
    davinci.assembly.commits.note({
      organisationId: FIRST_ORGANISATION_ID,
      sinkNamespace: `postgresql.${shop.name}.public.${table}.*.0.0`,
      commitNumber: 1n,
      watermark: null,
      loading: false,
      at: Date.now(),
    });
  note('assignments');
  expect((await viewer.next('commit')).data.widgets).toEqual([widget]);
  note('orders');
  await admin.next('commit');
  expect(JSON.stringify(admin.events)).not.toContain('assignments');
  admin.close();
  viewer.close();
});

test('a table that enters the lineage refreshes its widgets, for its commits before were not heeded', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  await shop.query('create table returned (id int)');
  const { dashboard, widget, view } = await dashboardOf(davinci, shop);
  const browser = new LiveBrowser();
  await browser.open(davinci.baseUrl, dashboard, await davinci.token());
  await browser.next('ready');
  const sinkNamespace = `postgresql.${shop.name}.public.returned.*.0.0`;
  davinci.assembly.commits.note({
    organisationId: FIRST_ORGANISATION_ID,
    sinkNamespace,
    commitNumber: 7n,
    watermark: null,
    loading: false,
    at: Date.now(),
  });
  const { id, sourceId, model, version } = view;
  const body = { name: 'v', sourceId, sql: 'select id from orders except select id from returned', model, version };
  expect((await davinci.ask('PUT', `/api/views/${id}`, { body })).status).toBe(200);
  const { data } = await browser.next('commit');
  expect(data).toMatchObject({ widgets: [widget], commits: [{ sinkNamespace, commitNumber: '7' }] });
  browser.close();
});

test('who makes a widget of a view, or is about to put one on a dashboard, is told of what those read', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { dashboard, widget, view, note } = await dashboardOf(davinci, shop, { admin: {} });
  await shop.query('create table returned (id int)');
  const { ask, baseUrl } = davinci;
  const { sourceId, model } = view;
  const input = { name: 'r', sourceId, sql: 'select id from returned', model, rights: { admin: {} } };
  const other = (await ask('POST', '/api/views', { body: input })).body;
  const drafted = (await ask('POST', '/api/widgets', { body: { name: 'r', viewId: other.id, kind: 'scorecard' } }))
    .body;
  const open = async (lookedAt: string) => {
    const browser = new LiveBrowser();
    await browser.open(baseUrl, lookedAt, await davinci.token());
    return { browser, ready: (await browser.next('ready')).data };
  };
  const ofView = await open(`view=${other.id}`);
  const ofDraft = await open(`dashboard=${dashboard}&widgets=${drafted.id}`);
  const ofStored = await open(dashboard);
  note(1, 'returned');
  expect((await ofView.browser.next('commit')).data.widgets).toEqual([other.id]);
  expect((await ofDraft.browser.next('commit')).data.widgets).toEqual([drafted.id]);
  note(1);
  expect((await ofStored.browser.next('commit')).data.widgets).toEqual([widget]);
  await ofDraft.browser.next('commit', ({ widgets }) => widgets.includes(widget));
  // It is what is stored that the page compares.
  expect(ofDraft.ready.state).toBe(ofStored.ready.state);
  expect(JSON.stringify(ofView.browser.events)).not.toContain('public.orders');
  expect(JSON.stringify(ofStored.browser.events)).not.toContain('public.returned');

  const { id, version } = other;
  expect((await ask('PUT', `/api/views/${id}`, { body: { ...input, name: 'renamed', version } })).status).toBe(200);
  await ofView.browser.next('stale', ({ why }) => why === 'changed');
  const viewer = await davinci.token({ subject: 'vi', role: 'viewer' });
  await expect(new LiveBrowser().open(baseUrl, `view=${id}`, viewer)).rejects.toThrow('403');
  await expect(new LiveBrowser().open(baseUrl, 'widgets=', viewer)).rejects.toThrow('400');
  for (const { browser } of [ofView, ofDraft, ofStored]) browser.close();
});

test('who is cut off again before hearing what it missed hears it the next time', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { widget, note, open } = await dashboardOf(davinci, shop);
  const first = await open();
  note(1);
  const told = await first.browser.next('commit');
  first.browser.close();
  note(2);
  // All that the second connection brings is that it stands.
  const second = await open(told.id);
  second.browser.close();
  const third = await open(second.ready.id);
  const missed = await third.browser.next('commit');
  expect(missed.data).toMatchObject({ widgets: [widget], commits: [{ commitNumber: '2' }] });
  third.browser.close();
});

test('what was edited while nobody listened is seen when the stream stands again', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { widget, view, bundle, open } = await dashboardOf(davinci, shop);
  const { ask } = davinci;
  const before = await bundle();
  const first = await open();
  expect(first.ready.data.state).toBe(before.state);
  first.browser.close();
  const { id, sourceId, model, version } = view;
  const sql = 'select id + 1 as id from orders';
  expect((await ask('PUT', `/api/views/${id}`, { body: { name: 'v', sourceId, sql, model, version } })).status).toBe(
    200,
  );
  const second = await open(first.ready.id);
  const after = await bundle();
  expect(second.ready.data.state).toBe(after.state);
  expect(after.state).not.toBe(before.state);
  second.browser.close();

  const body = { name: 'renamed', viewId: id, kind: 'scorecard', version: 1 };
  expect((await ask('PUT', `/api/widgets/${widget}`, { body })).status).toBe(200);
  const third = await open(second.ready.id);
  expect(third.ready.data.state).not.toBe(after.state);
  third.browser.close();
});

test('a source that is pointed to another place, and a dashboard that is removed, are told to who looks', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  await using other = await testPostgres();
  await other.query('create table orders (id int)');
  const { dashboard, source, connection, bundle, open } = await dashboardOf(davinci, shop);
  const { ask } = davinci;
  const { browser } = await open();
  const before = await bundle();
  const moved = { name: 'shop', kind: 'postgres', connection: { ...connection, database: other.name }, version: 1 };
  expect((await ask('PUT', `/api/sources/${source.id}`, { body: moved })).status).toBe(200);
  await browser.next('stale', ({ why }) => why === 'changed');
  const after = await bundle();
  expect(after.state).not.toBe(before.state);
  // The same view, of another source: what a browser keeps of it is kept under both.
  expect(after.views).toMatchObject([{ version: before.views[0]!.version, sourceVersion: 2 }]);

  expect((await ask('DELETE', `/api/dashboards/${dashboard}`)).status).toBe(200);
  await browser.next('stale', ({ why }) => why === 'rights');
  await browser.ended;
});

test('where commits cannot be heard that is said after each ready, and when they may be lost all widgets are named', async () => {
  let isHearing = false;
  await using davinci = await davinciFixture({ isHearing: () => isHearing });
  await using shop = await testPostgres();
  const { dashboard, widget, note, open } = await dashboardOf(davinci, shop);
  note(5);
  const isFeedback = ({ why }: LiveStale) => why === 'feedback';
  const { browser: first } = await open();
  await first.next('stale', isFeedback);
  // One that comes later is told too, and after the word that it stands.
  const { browser } = await open();
  await browser.next('stale', isFeedback);
  const order = browser.events.map(({ event }) => event);
  expect(order.indexOf('stale')).toBeGreaterThan(order.indexOf('ready'));
  isHearing = true;
  await browser.next('ready', () => browser.of('ready').length > 1);

  await browser.next('commit', ({ commits }) => commits[0]?.commitNumber === '5');
  davinci.assembly.commits.forget();
  const { data } = await browser.next('commit', ({ commits }) => commits[0]?.commitNumber === null);
  expect(data.widgets).toEqual([widget]);

  // Also who comes at that very moment, of whose tables nothing is known yet, may have asked too early.
  const early = new LiveBrowser();
  await early.open(davinci.baseUrl, dashboard, await davinci.token());
  davinci.assembly.commits.forget();
  expect((await early.next('commit')).data.widgets).toEqual([widget]);
  for (const each of [first, browser, early]) each.close();
});
