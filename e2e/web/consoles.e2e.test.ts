/** An operator's day in a real browser: every action of the consoles is pressed, and its effect is looked up at the service or in the database itself. */
import pg from 'pg';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConsoleStand, consoleStand } from './console-stand.ts';
import { type Operator, operator } from './operator.ts';

const PATIENCE = 60_000;
const patiently = { timeout: PATIENCE, interval: 100 };

let stand: ConsoleStand;
let person: Operator;

beforeAll(async () => {
  stand = await consoleStand();
  stand.page.setDefaultTimeout(PATIENCE);
  person = operator(stand.page, stand.baseUrl);
}, 300_000);

afterAll(async () => {
  await stand?.[Symbol.asyncDispose]();
});

test('a source is registered by its form, and mended, watched and commanded on its page', async () => {
  const { page, dbus, shop, clerkUrl, sourceName } = stand;
  await person.press('Register a source');

  // A wrong password is told at the field.
  const { hostname, port, pathname, username, password } = new URL(clerkUrl);
  await person.fill({ Host: hostname, Port: port, Database: pathname.slice(1), Role: username, Password: 'wrong' });
  await person.press('Test the connection');
  await person.sees('DBUS_SOURCE_REFUSED');
  await person.wholeField('Password').getByText('The server refuses this password.').waitFor();
  await person.sees(`Check the password of role ${username}`);

  // What the server lacks is told with the statements that mend it: they are run as they stand there.
  await person.fill({ Address: clerkUrl });
  expect(await person.field('Password').inputValue()).toBe(decodeURIComponent(password));
  await person.fill({ 'Name of the source': sourceName });
  await person.press('Test the connection');
  await person.sees('not ready yet');
  // Those only that stand in the way: the others change the server for everybody.
  const statements = await page.locator('.reason.broken').getByLabel('Statement that mends it').allInnerTexts();
  expect(statements.join('\n')).toMatch(/ALTER ROLE .* REPLICATION/);
  for (const statement of statements) await shop.query(statement);
  await person.press('Test again');
  await person.sees(/^ready \(PostgreSQL/);

  await person.press('Choose tables');
  await page.getByText('These tables', { exact: true }).click();
  await page.getByLabel('Choose public.orders').check();
  await page.getByLabel('Choose public.customers').check();
  await person.press('Register and start');
  await page.waitForURL(`**/sources/${sourceName}`);
  await expect.poll(async () => (await dbus.getSource(sourceName)).state, patiently).toBe('running');
  await person.sees('running');

  // A table is taken in, another out; nothing else moves.
  await page.getByText('All', { exact: true }).click();
  await page.getByLabel('Choose public.visits').check();
  await person.press('Capture');
  await expect.poll(() => captured(), patiently).toEqual(['customers', 'orders', 'visits']);
  await page.getByLabel('Choose public.customers').check();
  await person.press('Stop capturing');
  await expect.poll(() => captured(), patiently).toEqual(['orders', 'visits']);

  // A pull comes to its end; a slow one is cancelled.
  await person.tab('Pulls');
  await expect.poll(async () => (await pulls()).filter(({ state }) => state === 'done').length, patiently).toBe(3);
  await person.press('Pull all tables');
  await expect.poll(async () => (await pulls()).filter(({ cause }) => cause === 'request').length, patiently).toBe(2);
  await expect.poll(async () => (await pulls()).every(({ state }) => state === 'done'), patiently).toBe(true);
  await dbus.changeSource(sourceName, { snapshot: { rowsPerSecond: 500 } } as never);
  await expect.poll(async () => (await dbus.getSource(sourceName)).state, patiently).toBe('running');
  await person.tab('Tables');
  await page.getByLabel('Choose public.orders').check();
  await person.press('Pull');
  await person.tab('Pulls');
  const list = page.getByRole('region', { name: 'Pulls', exact: true });
  await person.press('Cancel', list);
  await expect.poll(async () => (await pulls())[0]?.state, patiently).toBe('cancelled');
  await page.getByRole('cell', { name: 'cancelled' }).first().waitFor();
  await dbus.changeSource(sourceName, { snapshot: { rowsPerSecond: null } } as never);

  for (const [command, verb, state] of [
    ['Pause', 'Go on', 'paused'],
    ['Stop', 'Start', 'stopped'],
  ] as const) {
    await person.press(command);
    await expect.poll(async () => (await dbus.getSource(sourceName)).state, patiently).toBe(state);
    await person.press(verb);
    await expect.poll(async () => (await dbus.getSource(sourceName)).state, patiently).toBe('running');
  }
  expect(stand.broken).toEqual([]);

  async function captured(): Promise<string[]> {
    return (await dbus.listTables(sourceName))
      .filter((table) => table.captured)
      .map(({ table }) => table)
      .sort();
  }
  function pulls() {
    return dbus.listPulls(sourceName);
  }
}, 180_000);

test('a database is mounted, granted, asked by a program of one’s own, and its queries are seen and cancelled', async () => {
  const { page, moonbox, davinci, store } = stand;
  await person.open('/queries?tab=mounts');
  await person.press('Mount a database');
  const wrong = new URL(store.url);
  wrong.password = 'wrong';
  await person.fill({ 'Name in statements': 'books', Address: wrong.href });
  await person.press('Test and mount');
  await person.sees('MOONBOX_MOUNT_REFUSED');
  await person.wholeField('Password').getByText('The server refuses this password.').waitFor();
  await person.fill({ Address: store.url });
  await person.press('Test and mount');
  await page.getByRole('button', { name: 'books', exact: true }).click();
  await page.getByRole('button', { name: 'numbers', exact: true }).click();
  await page
    .getByRole('region', { name: 'Columns of numbers' })
    .getByRole('cell', { name: 'n', exact: true })
    .first()
    .waitFor();
  await store.query('create table letters (letter text primary key)');
  await person.press('Read anew');
  await page.getByRole('button', { name: 'letters', exact: true }).waitFor();

  await person.tab('Rights');
  await person.choose('Who', 'Viewers');
  await person.choose('Database', 'books');
  await person.choose('Table', 'letters');
  await person.press('Allow reading');
  const toViewers = async () =>
    (await moonbox.listGrants()).items.filter(({ role, table }) => role === 'viewer' && table === 'letters').length;
  await expect.poll(toViewers, patiently).toBe(1);
  await person.press('Take from Viewers: books.letters');
  await expect.poll(toViewers, patiently).toBe(0);

  // A password of one's own, shown once, with the address that a program needs.
  await person.tab('Connect');
  await person.press('Make a password');
  const password = (await page.locator('.secret').textContent()) ?? '';
  const command = (await page.getByLabel('psql').textContent()) ?? '';
  const said = Object.fromEntries([...command.matchAll(/(\w+)=([^\s"]+)/g)].map(([, name, value]) => [name, value]));
  await using program = await loggedIn({ ...said, password } as Record<string, string>);
  expect((await program.client.query('select count(*)::int as n from books.numbers')).rows).toEqual([{ n: 20_000 }]);

  // A query that takes too long is seen while it runs, and ended.
  const long = 'select count(*) from books.numbers a, books.numbers b, books.numbers c where a.n + b.n > c.n';
  const outcome = program.client.query(long).then(
    () => 'answered',
    (error: { code?: string }) => error.code,
  );
  await person.tab('Queries');
  const running = page.getByRole('row', { name: /a\.n \+ b\.n/ });
  await running.getByText('running').waitFor();
  await running.getByRole('button', { name: 'Cancel', exact: true }).click();
  expect(await outcome).toBe('57014');
  await running.getByText('cancelled').waitFor();

  // The history knows who asked what, and by which plan.
  await page
    .getByRole('row', { name: /select count\(\*\)::int/ })
    .getByRole('link')
    .first()
    .click();
  await person.sees('books.numbers');
  await person.press('Explain');
  await person.sees('All of it is done by books');

  // A source for views, tested before it is kept and after.
  await person.open('/data?tab=sources');
  await person.press('New source for views');
  await page.getByText('One PostgreSQL, directly').click();
  await person.fill({ Name: 'Books', Address: wrong.href });
  await person.press('Test');
  await person.sees(/password authentication failed/);
  await person.fill({ Address: store.url });
  await person.press('Test');
  await person.sees(/^Books answers, in/);
  await person.press('Save');
  await page.getByRole('row', { name: /Books/ }).getByRole('button', { name: 'Test', exact: true }).click();
  await page
    .getByRole('alert')
    .getByText(/Books answers, in/)
    .waitFor();
  expect((await davinci.sources.list()).map(({ name, kind }) => ({ name, kind }))).toContainEqual({
    name: 'Books',
    kind: 'postgres',
  });

  await person.open('/queries?tab=mounts');
  await person.press('Remove');
  expect(await person.confirmLoss('books', 'Remove')).toContain('views over it stop working');
  await expect.poll(async () => (await moonbox.listMounts()).total, patiently).toBe(0);
  expect(stand.broken).toEqual([]);
}, 180_000);

/** A Postgres client as somebody's own program has it, by what the page told. */
async function loggedIn(said: Record<string, string>): Promise<AsyncDisposable & { client: pg.Client }> {
  const client = new pg.Client({
    host: said.host,
    port: Number(said.port),
    user: said.user,
    database: said.dbname,
    password: said.password,
    ssl: { rejectUnauthorized: false },
  });
  await client.connect();
  return { client, [Symbol.asyncDispose]: () => client.end() };
}
