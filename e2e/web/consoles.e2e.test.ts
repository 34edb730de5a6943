/** An operator's day in a real browser: every action of the consoles is pressed, and its effect is looked up at the service or in the database itself. */
import { connectionOf } from '@rtdp/testing/connection';
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
  // One that is taken out before its first pull has begun is not pulled any more.
  const ended = async () => (await pulls()).filter(({ state }) => state === 'done').length;
  await expect.poll(ended, patiently).toBe(2);

  // A table is taken in, another out; nothing else moves.
  await page.getByText('All', { exact: true }).click();
  await page.getByLabel('Choose public.visits').check();
  await person.press('Capture');
  await expect.poll(() => captured(), patiently).toEqual(['customers', 'orders', 'visits']);
  // Chosen before the answer has come: it stays chosen.
  await page.getByLabel('Choose public.customers').check();
  await page.getByLabel('Choose public.visits').and(page.locator(':not(:checked)')).waitFor();
  expect(await page.getByLabel('Choose public.customers').isChecked()).toBe(true);
  await person.press('Stop capturing');
  await expect.poll(() => captured(), patiently).toEqual(['orders', 'visits']);

  // A pull comes to its end; a slow one is cancelled.
  await person.tab('Pulls');
  await expect.poll(ended, patiently).toBe(3);
  await person.press('Pull all tables');
  await expect.poll(async () => (await pulls()).filter(({ cause }) => cause === 'request').length, patiently).toBe(2);
  await expect.poll(async () => (await pulls()).every(({ state }) => state === 'done'), patiently).toBe(true);
  await dbus.changeSource(sourceName, { snapshot: { rowsPerSecond: 1, chunkRows: 5 } } as never);
  await expect.poll(async () => (await dbus.getSource(sourceName)).state, patiently).toBe('running');
  await person.tab('Tables');
  await person.sees('Changes are counted since the stream of the source last started.');
  await page.getByLabel('Choose public.orders').check();
  await person.press('Pull');
  await person.tab('Pulls');
  const list = page.getByRole('region', { name: 'Pulls', exact: true });
  await person.press('Cancel', list);
  await expect.poll(async () => (await pulls())[0]?.state, patiently).toBe('cancelled');
  await page.getByRole('cell', { name: 'cancelled' }).first().waitFor();
  await dbus.changeSource(sourceName, { snapshot: { rowsPerSecond: null, chunkRows: 100_000 } } as never);

  for (const [command, verb, state] of [
    ['Pause', 'Go on', 'paused'],
    ['Stop', 'Start', 'stopped'],
  ] as const) {
    await person.press(command);
    await expect.poll(async () => (await dbus.getSource(sourceName)).state, patiently).toBe(state);
    await person.press(verb);
    await expect.poll(async () => (await dbus.getSource(sourceName)).state, patiently).toBe('running');
  }
  // A start that does not answer, as one whose server is away, can be stopped all the same.
  await person.press('Pause');
  const answered = Promise.withResolvers<void>();
  await page.route(
    `**/sources/${sourceName}/start`,
    async (route) => {
      const response = await route.fetch();
      await answered.promise;
      await route.fulfill({ response });
    },
    { times: 1 },
  );
  await person.press('Go on');
  await expect.poll(async () => (await dbus.getSource(sourceName)).state, patiently).toBe('running');
  await person.press('Stop');
  await expect.poll(async () => (await dbus.getSource(sourceName)).state, patiently).toBe('stopped');
  answered.resolve();
  await person.press('Start');
  await expect.poll(async () => (await dbus.getSource(sourceName)).state, patiently).toBe('running');

  // Its past: what was measured, and what happened meanwhile, where the pointer stands.
  await person.tab('History');
  const past = page.getByRole('img', { name: `Rate, lag and log held back of ${sourceName}` });
  expect(await person.toldBy(past, /brought \d+ rows/)).toMatch(/Rate.*Lag.*Commit → Kafka.*Log held back/s);
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
}, 300_000);

test('a flow is made by its form, watched, mended row by row, changed and removed; then its source goes', async () => {
  const { page, dbus, wormhole, shop, store, sourceName } = stand;
  // What is not there leads to what there is; a new flow has the address that one guesses.
  for (const [path, all] of [
    ['/sources', 'All sources'],
    ['/topics', 'All topics'],
    ['/flows', 'All flows'],
  ] as const) {
    await person.open(`${path}/nowhere`);
    await person.press(all);
    await page.waitForURL(`**${path}`);
  }
  await person.open('/flows/new');
  await page.waitForURL('**/flows?new=1');
  // A slip of the pen is told when it is deployed, also to who did not check.
  await person.fill({
    Name: 'slip',
    Reads: `postgresql.${sourceName}.public.ordres`,
    Address: store.url,
    Table: 'slip',
  });
  await person.press('Deploy');
  await page.waitForURL(/\/flows\/slip$/);
  const told = page.getByRole('alert').filter({ hasText: 'Worth knowing of slip' });
  await told.getByText(`Did you mean postgresql.${sourceName}.public.orders?`).waitFor();
  await wormhole.remove('slip');

  await person.open('/flows');
  await person.press('New flow');
  await person.fill({
    Name: 'shares',
    Reads: `postgresql.${sourceName}.public.orders`,
    Address: store.url,
    Table: 'shares',
  });
  await person.press('Compute something');
  await page.locator('.cm-content').fill('select id, customer_id, amount, 600 / amount as share from orders');
  await person.press('Check');
  await person.sees('It can be deployed');
  await person.press('Try on real rows');
  await person.sees('The newest rows of each table, through every step. Nothing was written.');
  await page.getByRole('gridcell').first().waitFor();
  await person.press('Deploy');
  await page.waitForURL(/\/flows\/shares$/);
  await expect.poll(() => stored('count(*)::int as value'), patiently).toBe(300);

  // Where is row 7? Its message is found by its key, with where it came from and which flow stored it.
  await person.open(`/topics/postgresql.${sourceName}`);
  await person.fill({ Table: 'public.orders', 'Key of a row': '7' });
  // What was listed before is gone when the question is sent.
  const asked = page.waitForRequest((request) => new URL(request.url()).searchParams.get('key') === '7');
  await person.press('Find');
  await asked;
  await page.getByRole('region', { name: 'Messages', exact: true }).getByRole('row').nth(1).click();
  await person.sees('Where it came from');
  await page
    .getByRole('region', { name: 'Batches that took it' })
    .getByRole('row', { name: /shares stored/ })
    .waitFor();
  expect(await page.getByRole('region', { name: 'Where it went' }).count()).toBe(1);
  await person.open('/flows/shares');

  // Its picture names what it reads, does and writes; its figures move.
  await page.locator('.graph-node', { hasText: 'shares' }).first().waitFor();
  await person.sees(/rows\/s/);
  await person.tab(/^Tables/);
  await person.sees(/^Rows are counted since Wormhole last took the flow up;/);
  await shop.query('insert into orders values (301, 1, 0), (302, 1, 0), (303, 1, 3)');

  // Two rows cannot be computed. One is corrected and sent again, the other given up.
  await page.getByRole('tab', { name: 'Dead letters (2)' }).click();
  const letters = await wormhole.listDeadLetters('shares', { status: 'open' });
  expect(letters.map(({ tuple }) => tuple?.at(-1))).toEqual([0, 0]);
  const [second, first] = [...letters].sort((a, b) => Number(b.id) - Number(a.id));
  // Of the columns `id, customer_id, amount`, after those of the platform.
  const corrected = first?.tuple?.at(-3);
  const rows = page.getByRole('region', { name: 'Dead letters', exact: true }).getByRole('row');
  await rows.filter({ has: page.getByLabel(`Choose dead letter ${first?.id}`, { exact: true }) }).click();
  await person.sees(`Dead letter ${first?.id}`);
  await person.sees(/division by zero/i);
  await page.getByLabel('Value of amount').fill('6');
  await person.press('Keep the correction');
  // What is marked while the row is sent again stays marked.
  const marked = Promise.withResolvers<void>();
  await page.route('**/dead-letters/replay', async (route) => {
    await marked.promise;
    await route.continue();
  });
  await person.press('Replay', page.getByRole('region', { name: 'Dead letter', exact: true }));
  const mark = page.getByLabel(`Choose dead letter ${second?.id}`, { exact: true });
  await mark.check();
  marked.resolve();
  await expect.poll(() => stored('share::int as value', `where id = ${corrected}`), patiently).toBe(100);
  await page.getByLabel(`Choose dead letter ${first?.id}`, { exact: true }).waitFor({ state: 'detached' });
  expect(await mark.isChecked()).toBe(true);
  await person.press('Give up');
  await expect
    .poll(async () => (await wormhole.listDeadLetters('shares')).map(({ status }) => status).sort(), patiently)
    .toEqual(['discarded', 'replayed']);

  for (const [verb, state] of [
    ['Pause', 'paused'],
    ['Go on', 'running'],
  ] as const) {
    await person.press(verb);
    await expect.poll(async () => (await wormhole.getFlow('shares')).state, patiently).toBe(state);
  }
  await person.tab('History');
  const past = page.getByRole('img', { name: 'Rate, messages behind and freshness of shares' });
  expect(await person.toldBy(past, /shares is deployed/)).toMatch(/Rate.*Messages behind.*Freshness/s);
  // Begun anew, it brings in line what was changed behind its back.
  await store.query('delete from shares where id = 7');
  await person.tab('Settings');
  await person.press('Begin anew');
  expect(await person.confirmLoss('shares', 'Begin anew')).toContain('what lies between is not read');
  await expect.poll(() => stored('count(*)::int as value', 'where id = 7'), patiently).toBe(1);

  // Changed without its password, which stays.
  await person.press('Change');
  await page.locator('.cm-content').fill('select id, customer_id, amount, 1200 / amount as share from orders');
  await person.press('Save the change');
  await page.waitForURL(/\/flows\/shares$/);
  await shop.query('insert into orders values (304, 1, 12)');
  await expect.poll(() => stored('share::int as value', 'where id = 304'), patiently).toBe(100);
  await person.press('Remove');
  expect(await person.confirmLoss('shares', 'Remove')).toContain('Its sink tables, as they are now.');
  await page.waitForURL(/\/flows$/);
  expect(await wormhole.listFlows()).toEqual([]);

  await person.open(`/sources/${sourceName}`);
  await person.press('Remove');
  expect(await person.confirmLoss(sourceName, 'Remove')).toContain(
    'Its replication slot and publications at the server',
  );
  await page.waitForURL(/\/sources$/);
  expect(await dbus.listSources()).toEqual([]);
  const slots = await shop.query('select 1 from pg_replication_slots where database = current_database()');
  expect(slots.rowCount).toBe(0);
  expect(stand.broken).toEqual([]);

  async function stored(what: string, where = ''): Promise<number | undefined> {
    const { rows } = await store.query<{ value: number }>(`select ${what} from shares ${where}`);
    return rows[0]?.value;
  }
}, 300_000);

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
  // What is no query has no plan.
  const mounting = (await moonbox.listQueries()).items.find(({ kind }) => kind === 'MOUNT DATABASE');
  await person.open(`/queries/${mounting?.id}`);
  await person.sees('MOUNT DATABASE books');
  expect(await page.getByRole('button', { name: 'Explain' }).count()).toBe(0);

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

  // From the queries to where one is written.
  await person.open('/queries');
  await person.press('New query');
  await page.waitForURL('**/views/new');

  // A view that cannot be asked needs attention, says why, and is one press away.
  const books = (await davinci.sources.list()).find(({ name }) => name === 'Books')!;
  const sql = 'select leter from letters';
  const lost = await davinci.views.create({ name: 'Lost letters', sourceId: books.id, sql });
  await person.open('/');
  const problem = page.getByRole('link', { name: /View Lost letters cannot be asked/ });
  expect(await problem.textContent()).toMatch(/[Cc]olumn "leter" does not exist/);
  await problem.click();
  await page.waitForURL(`**/views/${lost.id}`);

  // An address that is no page keeps the menu.
  await person.open('/nothing/here');
  await person.sees('There is no such page');
  await page.getByRole('link', { name: 'Queries', exact: true }).click();
  await page.waitForURL('**/queries');

  const connection = connectionOf(store.url);
  await moonbox.mount({ name: 'early', kind: 'postgres', connection, schemas: ['not_yet'] });
  await person.open('/queries?tab=mounts');
  await person.sees('no table was found in what it is to show: not_yet');
  await moonbox.unmount('early');
  await person.open('/queries?tab=mounts');
  await person.press('Remove');
  expect(await person.confirmLoss('books', 'Remove')).toContain('views over it stop working');
  await expect.poll(async () => (await moonbox.listMounts()).total, patiently).toBe(0);
  expect(stand.broken).toEqual([]);
}, 300_000);

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
