/** Opens the editors in a window of 1024 pixels: a view gets its source and its tables there, runs what is chosen and shows an error at its place, that of a row filter too, and a table shows its last column; a list comes to where its skeleton stood; a user who is added has a login link at once; on a phone nothing of the workbench covers another part; an editor is told of a column that is hidden from editors, a viewer whose they are, where a widget stands and where a password is set. */
import { expect, test } from 'vitest';
import { webStand } from './web-stand.ts';

const patiently = { timeout: 60_000 };

test('the editors can be used in a narrow window, and are closed to a viewer', async () => {
  await using stand = await webStand();
  const { page, davinci, view, baseUrl } = stand;
  page.setDefaultTimeout(patiently.timeout);
  await page.setViewportSize({ width: 1024, height: 768 });
  const wide = await davinci.views.create({
    name: 'Wide',
    sourceId: view.sourceId,
    sql: `select region, 'a text of some length, number ' || id as note, 'one more of them, also long' as remark, amount from store.orders`,
    model: [
      ...['region', 'note', 'remark'].map((column) => ({ column, type: 'text' as const, role: 'dimension' as const })),
      { column: 'amount', type: 'number', role: 'measure', label: 'Revenue' },
    ],
  });
  const table = await davinci.widgets.create({
    name: 'Last column',
    viewId: wide.id,
    kind: 'table',
    query: {
      dimensions: [{ column: 'region' }, { column: 'note' }, { column: 'remark' }],
      measures: [{ column: 'amount', aggregation: 'sum', alias: 'Revenue' }],
    },
  });

  const { code } = await davinci.createLoginLink();
  await page.goto(`${baseUrl}/login?from=${encodeURIComponent('/views/new')}#code=${code}`);
  // Without room beside the SQL the tables are the first of the panels.
  await page.getByRole('tab', { name: 'Tables', selected: true }).waitFor();
  await page.getByRole('combobox', { name: 'Source' }).click();
  await page.getByRole('option', { name: 'gateway' }).waitFor({ state: 'attached' });
  await page.keyboard.press('Escape');
  await page.locator('.schema-tree summary', { hasText: 'orders' }).waitFor();
  // What is proposed is what the gateway takes.
  const sql = page.locator('.cm-content');
  await sql.click();
  // While what is proposed is being looked for anew, it takes no press.
  const proposed = page.locator('.cm-tooltip-autocomplete:not(.cm-tooltip-autocomplete-disabled) li');
  await page.keyboard.type('select * from store.or');
  await proposed.filter({ hasText: 'orders' }).first().click();
  await page.keyboard.type(' where amo');
  await proposed.filter({ hasText: 'amount' }).first().click();
  await page.keyboard.type(' > 40');
  await page.keyboard.press('Control+Enter');
  await page.getByRole('gridcell', { name: '50', exact: true }).first().waitFor();
  expect(await sql.textContent()).toBe('select * from store.orders where amount > 40');

  // Of what is written only what is chosen is run, and what is wrong in it is marked where it stands in the whole.
  const runLast = async (lines: string): Promise<void> => {
    await sql.fill(lines);
    await page.keyboard.press('Control+End');
    await page.keyboard.press('Shift+Home');
    await page.keyboard.press('Control+Enter');
  };
  await runLast('select region as whole from store.orders\nselect amount as chosen from store.orders');
  await page.getByRole('columnheader', { name: 'chosen' }).waitFor();
  expect(await page.getByRole('columnheader', { name: 'whole' }).count()).toBe(0);
  await runLast('select amuont from store.orders\nselect region, amuont from store.orders');
  const wrong = page.locator('.cm-lintRange-error');
  await wrong.waitFor();
  expect(await wrong.allTextContents()).toEqual(['amuont']);
  expect(await page.locator('.cm-line').nth(1).locator('.cm-lintRange-error').count()).toBe(1);
  // What was meant is one press away, in its place.
  await page
    .getByRole('alert')
    .getByRole('button', { name: /amount/ })
    .click();
  expect(await page.locator('.cm-line').nth(1).textContent()).toBe('select region, amount from store.orders');

  // While it turns its wheel it takes no press.
  const save = page.getByRole('button', { name: 'Save' }).and(page.locator(':not(.ant-btn-loading)'));
  // A view that is saved for the first time keeps its editor, and is read when it is opened again.
  await page.getByRole('textbox', { name: 'Name of the view' }).fill('Written here');
  await sql.fill('select region, amount from store.orders');
  const editor = await sql.elementHandle();
  await save.click();
  await page.waitForURL(/\/views\/[0-9a-f-]{36}$/);
  await page.getByRole('button', { name: 'Make a widget' }).waitFor();
  expect(await editor!.evaluate((element) => element.isConnected)).toBe(true);
  await page.getByRole('navigation').getByRole('link', { name: 'Views' }).first().click();
  await page.getByRole('link', { name: 'Written here' }).click();
  await page.getByRole('textbox', { name: 'Name of the view' }).and(page.locator('[value="Written here"]')).waitFor();

  // A row filter that its source refuses is told at its place, and is not kept.
  await page.getByRole('tab', { name: 'Rights' }).click();
  await page.getByText('By role', { exact: true }).click();
  const ofViewers = page.getByRole('group', { name: 'Viewers' });
  await ofViewers.getByLabel('Only rows where').fill('amuont > 10');
  await page.getByRole('tab', { name: 'Model' }).click();
  await save.click();
  await ofViewers.getByRole('alert').filter({ hasText: 'amuont' }).waitFor();
  const keptRights = async () =>
    (await davinci.views.list()).find(({ name }) => name === 'Written here')?.rights.viewer?.filter;
  expect(await keptRights()).toBeUndefined();
  await ofViewers.getByLabel('Only rows where').fill('amount > 10 and :user_id is not null');
  expect(await ofViewers.getByRole('alert').count()).toBe(0);
  // What is written while it is saved stays, to be saved next.
  const checked = Promise.withResolvers<void>();
  await page.route('**/api/views/check', async (route) => {
    await checked.promise;
    await route.continue();
  });
  // That of the first time may still be told.
  const told = page.getByText('Written here is saved');
  await told.waitFor({ state: 'detached' });
  await save.click();
  await ofViewers.getByLabel('Only rows where').fill('amount > 20');
  checked.resolve();
  await told.waitFor();
  expect(await keptRights()).toBe('amount > 10 and :user_id is not null');
  expect(await ofViewers.getByLabel('Only rows where').inputValue()).toBe('amount > 20');
  await page.unroute('**/api/views/check');
  await save.click();
  await expect.poll(keptRights, patiently).toBe('amount > 20');

  await davinci.dashboards.create({ name: 'Any', tabs: [{ id: 'main', name: 'Main', items: [] }] });
  // What stands over a list is there while the list is on its way, so that nothing moves when it comes.
  for (const [path, asked, over, shown] of [
    ['/views', 'views', 'New view', 'table'],
    ['/widgets', 'widgets', 'New widget', '.widget-card'],
    ['/dashboards', 'dashboards', 'New dashboard', '.dashboard-card'],
    ['/queries?tab=mounts', 'console/moonbox/mounts', 'Mount a database', 'table'],
    ['/data', 'console/moonbox/databases', 'Tables', 'table'],
  ] as const) {
    const come = Promise.withResolvers<void>();
    await page.route(`**/api/${asked}`, async (route) => {
      await come.promise;
      await route.continue();
    });
    await page.goto(`${baseUrl}${path}`);
    await page
      .getByRole('button', { name: over })
      .or(page.getByRole('tab', { name: over }))
      .waitFor();
    const topOf = (part: string) =>
      page
        .locator(part)
        .first()
        .evaluate((each) => each.getBoundingClientRect().top);
    const before = await topOf('.page-body .skeleton:not(.own)');
    come.resolve();
    await page.locator(shown).first().waitFor();
    expect(Math.abs((await topOf(shown)) - before), path).toBeLessThanOrEqual(1);
    await page.unroute(`**/api/${asked}`);
  }

  // An address that is cut off is read whole under the pointer.
  await page.goto(`${baseUrl}/users`);
  const address = page.locator('td.wide').first();
  const written = await address.textContent();
  expect(await address.getByTitle(written ?? '').count()).toBe(1);

  // Who adds a user holds that user's login link without looking for it, to be copied.
  await page.getByRole('button', { name: 'Add user', exact: true }).click();
  await page.getByRole('textbox', { name: 'E-mail' }).fill('vera@example.org');
  await page.getByRole('textbox', { name: 'Name' }).fill('Vera');
  await page.getByRole('dialog').getByRole('button', { name: 'Add user' }).click();
  const toSend = page.getByRole('dialog', { name: 'Login link for Vera' });
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await toSend.getByRole('button', { name: 'Copy' }).click();
  await toSend.getByRole('button', { name: 'Copied' }).waitFor();
  const linkOfVera = await page.evaluate<string>('navigator.clipboard.readText()');
  expect(await toSend.getByRole('group', { name: 'Login link for Vera' }).textContent()).toBe(linkOfVera);
  await expect.poll(() => page.getByRole('dialog').count(), patiently).toBe(1);

  // Who leaves while it is saved stays where he went.
  await page.goto(`${baseUrl}/views/new`);
  await page.getByRole('textbox', { name: 'Name of the view' }).fill('Left meanwhile');
  await sql.fill('select region from store.orders');
  const left = Promise.withResolvers<void>();
  await page.route('**/api/views', async (route) => {
    await left.promise;
    await route.continue();
  });
  await save.click();
  await page.getByRole('navigation').getByRole('link', { name: 'Widgets' }).first().click();
  await page.getByRole('button', { name: 'Leave', exact: true }).click();
  await page.waitForURL('**/widgets');
  left.resolve();
  await page.getByText('Left meanwhile is saved').waitFor();
  await page.unroute('**/api/views');
  expect(new URL(page.url()).pathname).toBe('/widgets');

  await page.goto(`${baseUrl}/widgets/${table.id}`);
  await page.getByRole('gridcell', { name: '50', exact: true }).waitFor();
  const grid = (await page.getByRole('grid', { name: 'Last column' }).boundingBox())!;
  for (const name of ['Revenue', 'region']) {
    const column = (await page.getByRole('columnheader', { name }).boundingBox())!;
    expect(column.x, name).toBeGreaterThanOrEqual(grid.x - 1);
    expect(column.x + column.width, name).toBeLessThanOrEqual(grid.x + grid.width + 1);
  }

  // On a phone the parts of the workbench stand below each other, and it scrolls up to the edge of the window.
  await page.setViewportSize({ width: 390, height: 844 });
  const bottomOf = (part: string) => page.locator(part).evaluate((each) => each.getBoundingClientRect().bottom);
  await expect.poll(() => bottomOf('.workbench'), patiently).toBe(844);
  const settings = page.locator('.workbench > :last-child');
  expect(await bottomOf('.workbench-preview')).toBeLessThan(
    await settings.evaluate((each) => each.getBoundingClientRect().top),
  );
  await page.setViewportSize({ width: 1024, height: 768 });

  // An editor does not change what a widget asks about a column that is hidden from editors, and is told which and why.
  const { id: _, createdAt: __, updatedAt: ___, ...shown } = wide;
  await davinci.views.replace(wide.id, { ...shown, rights: { admin: {}, editor: { hiddenColumns: ['amount'] } } });
  await davinci.createUser({ email: 'emil@example.org', name: 'Emil', role: 'editor' });
  const asEditor = await davinci.createLoginLink({ email: 'emil@example.org' });
  await page.goto(`${baseUrl}/login?from=${encodeURIComponent(`/widgets/${table.id}`)}#code=${asEditor.code}`);
  await page.locator('.pill', { hasText: 'note' }).getByRole('button', { name: 'Take away' }).click();
  await save.click();
  const refused = page.getByRole('alert').filter({ hasText: 'Not saved' });
  await refused.getByText('hide the column Revenue from your role').waitFor();
  expect((await davinci.widgets.get(table.id)).query.dimensions).toHaveLength(3);

  // A viewer is told whose page it is, without an id and with nothing to press that would be refused.
  await page.goto(linkOfVera.replace('/login#', `/login?from=${encodeURIComponent('/users')}#`));
  await page.getByText('It takes an administrator.').waitFor();
  expect(await page.getByRole('button', { name: 'Add user' }).count()).toBe(0);
  await page.goto(`${baseUrl}/views/new`);
  await page.getByText('It takes an editor.').waitFor();

  // Of a widget a viewer is told where it stands, and gets there.
  await page.goto(`${baseUrl}/widgets`);
  await page.locator('.widget-card', { hasText: 'Last column' }).getByText('On no dashboard yet').waitFor();
  expect(await page.locator('.widget-card').getByRole('link').count()).toBe(0);
  const place = { id: 'w', kind: 'widget' as const, widgetId: table.id, x: 0, y: 0, w: 12, h: 10 };
  const { id: onIt } = await davinci.dashboards.create({
    name: 'Shown here',
    tabs: [{ id: 't', name: 'T', items: [place] }],
  });
  await page.reload();
  await page.getByRole('link', { name: 'Last column' }).getByText('On Shown here').click();
  await page.waitForURL(`**/dashboards/${onIt}`);

  // Without a password the first page leads to where one is set; with one it says no more of it.
  await page.goto(baseUrl);
  await page.getByRole('alert').getByRole('link', { name: 'Set a password' }).click();
  await page.waitForURL('**/account');
  await page.getByLabel(/^New password\*?$/).fill('long enough for it');
  await page.getByLabel(/^New password again\*?$/).fill('long enough for it');
  await page.getByRole('button', { name: 'Set password' }).click();
  await page.getByText('You signed in by a login link').waitFor({ state: 'detached' });
  await page.getByRole('navigation').getByRole('link', { name: 'Home' }).first().click();
  await page.getByRole('heading', { name: 'Hello, Vera' }).waitFor();
  expect(await page.getByRole('link', { name: 'Set a password' }).count()).toBe(0);

  // A login link that was used tells everybody first whom to ask for another.
  const elsewhere = await page.context().browser()!.newPage({ locale: 'en-GB' });
  await elsewhere.goto(linkOfVera);
  await elsewhere.getByRole('alert').getByText('An administrator can send you another').waitFor();
}, 300_000);
