/** An editor has a flow verified on its page: what is equal is called so, a row that was changed in the sink behind the platform's back is named with both values, a pull mends it; what runs is cancelled, and a viewer is offered none of it. */
import { connectionOf } from '@rtdp/testing/connection';
import { expect, test } from 'vitest';
import { consoleStand } from './console-stand.ts';
import { operator } from './operator.ts';

const PATIENCE = 60_000;
const patiently = { timeout: PATIENCE, interval: 100 };

test('a flow is verified on its page, and what differs is named', async () => {
  await using stand = await consoleStand();
  const { page, baseUrl, davinci, dbus, wormhole, shop, store, sourceName } = stand;
  page.setDefaultTimeout(PATIENCE);
  const person = operator(page, baseUrl);
  await shop.query("create type mood as enum ('sad', 'well')");
  await shop.query('create table moods (id int primary key, felt mood[])');
  await shop.query(`insert into moods values (1, '{well}')`);
  const tables = ['public.customers', 'public.orders', 'public.moods'];
  await dbus.registerSource({ name: sourceName, kind: 'postgres', connection: connectionOf(shop.url), tables });
  await wormhole.deploy({
    name: 'copies',
    source: { namespace: `postgresql.${sourceName}.public.*` },
    sink: { store: 'postgres', connection: connectionOf(store.url), schema: 'copies' },
  });
  const stored = async (what: string, from: string): Promise<unknown> =>
    (await store.query(`select ${what} as value from copies.${from}`)).rows[0]?.value;
  await expect.poll(() => stored('count(*)::int', 'orders'), patiently).toBe(300);
  await expect.poll(() => stored('count(*)::int', 'customers'), patiently).toBe(50);
  await expect.poll(() => stored('count(*)::int', 'moods'), patiently).toBe(1);

  // Before the first one it is told what it does and costs; one table by itself.
  await person.open('/flows/copies?tab=verification');
  await person.sees('It reads each table once on both sides.');
  await person.open('/flows/copies?tab=tables&table=copies.orders');
  await person.press('Verify this table');
  await page.waitForURL(/tab=verification/);
  await person.sees('copies.orders is equal to its source: every row, every column.');
  await person.sees('Only copies.orders');
  // Whoever comes back finds it.
  await page.reload();
  await person.sees('copies.orders is equal to its source: every row, every column.');

  // What was left out is said.
  await person.press('Verify');
  await person.sees('Nothing differs, but not all of copies.moods was compared.');
  const verified = page.getByRole('region', { name: 'Verified tables', exact: true });
  await verified.getByRole('row', { name: /^copies\.customers equal 50 50 0/ }).waitFor();
  await verified
    .getByRole('row', { name: /^copies\.moods equal in part 1 1 0 Column felt was not compared: .* another form/ })
    .waitFor();

  // Behind the platform's back.
  await store.query('update copies.orders set amount = 8 where id = 7');
  await store.query('delete from copies.orders where id = 9');
  await store.query(`update copies.customers set name = '' where id = 3`);
  await store.query('update copies.customers set name = null where id = 4');
  await store.query(`update copies.customers set name = repeat('x', 100) where id = 5`);
  await person.press('Verify');
  await person.sees('2 of 3 tables differ from their sources.');
  const orders = page.getByRole('region', { name: 'Rows of copies.orders that differ', exact: true });
  await orders.getByRole('row', { name: 'id = 7 amount 7 8', exact: true }).waitFor();
  await orders.getByRole('row', { name: /^id = 9 the whole row id = 9, .* no such row$/ }).waitFor();
  const customers = page.getByRole('region', { name: 'Rows of copies.customers that differ', exact: true });
  await customers.getByRole('row', { name: 'id = 3 name customer 3 empty text', exact: true }).waitFor();
  await customers.getByRole('row', { name: 'id = 4 name customer 4 NULL', exact: true }).waitFor();
  // A long value is cut, and opened by the keyboard too.
  await customers.locator('summary', { hasText: /^x{48}…$/ }).press('Enter');
  await customers.getByText('x'.repeat(100), { exact: true }).waitFor();
  await page.setViewportSize({ width: 390, height: 844 });
  const hidden = () => page.locator('.content').evaluate((place) => place.scrollWidth - place.clientWidth);
  await expect.poll(hidden, patiently).toBe(0);
  await page.setViewportSize({ width: 1440, height: 900 });

  // The next step mends it.
  await person.press('Pull again', page.locator('.reason'));
  await expect.poll(() => stored('amount', 'orders where id = 7'), patiently).toBe(7);
  await expect.poll(() => stored('name', 'customers where id = 4'), patiently).toBe('customer 4');
  await person.press('Verify again');
  await person.sees('Nothing differs, but not all of copies.moods was compared.');

  // It waits for a table that somebody else holds, and is cancelled.
  const holder = await store.pool.connect();
  try {
    await holder.query('begin');
    await holder.query('lock table copies.orders in access exclusive mode');
    await person.press('Verify again');
    await person.sees('Comparing source and sink');
    await person.sees('copies.orders: its sink must first have all that the source had');
    await person.press('Cancel', page.getByRole('region', { name: 'Verification', exact: true }));
    await person.sees('The verification was cancelled');
    expect((await wormhole.newestVerification('copies'))?.state).toBe('cancelled');
  } finally {
    await holder.query('rollback');
    holder.release();
  }

  // Of a table that stands still nothing can be said; nobody is sent to the command line for it.
  await wormhole.commandTable('copies', { schema: 'copies', table: 'customers' }, 'pause');
  await person.press('Verify again');
  await person.sees('Nothing was found that differs, but copies.customers could not be judged.');
  const held = verified.getByRole('row', { name: /^copies\.customers not judged .* WORMHOLE_NOT_SETTLED$/ });
  expect(await held.textContent()).not.toContain('flow show');

  // Where it is told that it stands still, it is resumed.
  await person.press('Resume the table', page.locator('.reason'));
  await expect
    .poll(async () => (await wormhole.status('copies')).tables.map(({ state }) => state), patiently)
    .toEqual(['running', 'running', 'running']);

  // Who may not have rows compared is offered nothing of it.
  await davinci.createUser({ email: 'vera@example.org', name: 'Vera', role: 'viewer' });
  const { code } = await davinci.createLoginLink({ email: 'vera@example.org' });
  await page.goto(`${baseUrl}/login?from=${encodeURIComponent('/flows/copies')}#code=${code}`);
  await page.getByRole('heading', { name: 'copies' }).waitFor();
  await page.getByRole('tab', { name: 'Tables (3)' }).waitFor();
  expect(await page.getByText('Verif').count()).toBe(0);
  expect(stand.broken).toEqual([]);
}, 300_000);
