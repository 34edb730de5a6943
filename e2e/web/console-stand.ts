/** Starts what the operators' pages need for a test: all four services over a shop and a store, a fresh build of the web application, Chromium signed in as an administrator. */
import { createDavinciClient, type DavinciClient } from '@rtdp/davinci-api/client';
import { createDbusClient, type DbusClient } from '@rtdp/dbus/client';
import { createMoonboxClient, type MoonboxClient } from '@rtdp/moonbox/client';
import { testBrowser } from '@rtdp/testing/browser';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { type TestDatabase, testPostgres } from '@rtdp/testing/postgres';
import { serviceSet } from '@rtdp/testing/services';
import { createWormholeClient, type WormholeClient } from '@rtdp/wormhole/client';
import type { Page } from 'playwright-core';
import { buildWeb } from './build-web.ts';

export interface ConsoleStand extends AsyncDisposable {
  page: Page;
  baseUrl: string;
  dbus: DbusClient;
  wormhole: WormholeClient;
  moonbox: MoonboxClient;
  davinci: DavinciClient;
  wirePort: number;
  /** `customers (id, name)`, `orders (id, customer_id, amount)` and `visits` without a key, the orders enough for a pull that can be cancelled. */
  shop: TestDatabase;
  /** Address of the shop for a role that owns its tables, but lacks what a source needs. */
  clerkUrl: string;
  /** Where flows write, and what is mounted. */
  store: TestDatabase;
  /** A name for the source that no other test has on this Kafka. */
  sourceName: string;
  /** What broke in the page itself. */
  broken: string[];
}

export const CLERK_PASSWORD = 'of the clerk';

export async function consoleStand(): Promise<ConsoleStand> {
  const stack = new AsyncDisposableStack();
  try {
    const { brokers } = await testKafka();
    const metadata = stack.use(await testPostgres());
    const shadow = stack.use(await testPostgres());
    const store = stack.use(await testPostgres());
    const clerk = uniqueName('clerk');
    // Goes after the database in which it owns things.
    stack.defer(async () => void (await store.query(`drop role if exists ${clerk}`)));
    const shop = await testPostgres();
    stack.defer(() => shop.drop());
    await shop.query(`
      create table customers (id int primary key, name text);
      create table orders (id int primary key, customer_id int, amount int);
      create table visits (at timestamptz default now(), page text);
      insert into customers select n, 'customer ' || n from generate_series(1, 50) n;
      insert into orders select n, 1 + n % 50, n from generate_series(1, 300) n;
      create role ${clerk} login password '${CLERK_PASSWORD}';
      alter table customers owner to ${clerk};
      alter table orders owner to ${clerk};
      alter table visits owner to ${clerk};
    `);
    await store.query('create table numbers (n int primary key); insert into numbers select generate_series(1, 20000)');
    const services = stack.use(await serviceSet({ brokers, metadataUrl: metadata.url }));
    const [webFolder] = await Promise.all([
      buildWeb(stack),
      services.service('dbus').start(),
      services.service('wormhole', { RTDP_WORMHOLE_GROUP: uniqueName('group') }).start(),
      services.service('moonbox', { RTDP_SHADOW_URL: shadow.url }).start(),
    ]);
    await services.service('davinci-api', { RTDP_WEB_FOLDER: webFolder }).start();
    const { baseUrls, token, wirePort } = services;
    const davinci = createDavinciClient({ baseUrl: baseUrls['davinci-api'], token });
    const { browser } = stack.use(await testBrowser());
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
    const page = await context.newPage();
    const broken: string[] = [];
    page.on('pageerror', (error) => broken.push(String(error)));
    const { code } = await davinci.createLoginLink();
    await page.goto(`${baseUrls['davinci-api']}/login?from=${encodeURIComponent('/sources')}#code=${code}`);
    const clerkUrl = new URL(shop.url);
    clerkUrl.username = clerk;
    clerkUrl.password = CLERK_PASSWORD;
    return {
      page,
      baseUrl: baseUrls['davinci-api'],
      dbus: createDbusClient({ baseUrl: baseUrls.dbus, token }),
      wormhole: createWormholeClient({ baseUrl: baseUrls.wormhole, token }),
      moonbox: createMoonboxClient({ baseUrl: baseUrls.moonbox, token }),
      davinci,
      wirePort,
      shop,
      clerkUrl: clerkUrl.href,
      store,
      sourceName: uniqueName('shop'),
      broken,
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}
