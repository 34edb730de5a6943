/** Starts what the web application needs for a test: the gateway over one real table, the API with a fresh build, a dashboard, Chromium. */

import { connectBus } from '@rtdp/bus/connect';
import { createDavinciClient, type DavinciClient, type View } from '@rtdp/davinci-api/client';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { createMoonboxClient } from '@rtdp/moonbox/client';
import { testBrowser } from '@rtdp/testing/browser';
import { connectionOf } from '@rtdp/testing/connection';
import { testKafka } from '@rtdp/testing/kafka';
import { testPostgres } from '@rtdp/testing/postgres';
import { serviceSet } from '@rtdp/testing/services';
import { writeMessage } from '@rtdp/ums/message';
import type { UmsField, UmsType, UmsValue } from '@rtdp/ums/types';
import { FEEDBACK } from '@rtdp/wormhole/client';
import type { Page } from 'playwright-core';
import { buildWeb } from './build-web.ts';

export interface WebStand extends AsyncDisposable {
  page: Page;
  baseUrl: string;
  davinci: DavinciClient;
  /** Over the table `orders (id, region, amount)`. */
  view: View;
  restartApi(whileAway: () => Promise<void>): Promise<void>;
  /** Changes `orders` and tells it as a sink does. */
  commit(sql: string): Promise<void>;
}

export async function webStand(): Promise<WebStand> {
  const stack = new AsyncDisposableStack();
  try {
    const webFolder = await buildWeb(stack);
    const { brokers } = await testKafka();
    const metadata = stack.use(await testPostgres());
    const sink = stack.use(await testPostgres());
    const services = stack.use(await serviceSet({ brokers, metadataUrl: metadata.url }));
    const moonbox = services.service('moonbox');
    const api = services.service('davinci-api', { RTDP_WEB_FOLDER: webFolder });
    await sink.query('create table orders (id int primary key, region text, amount int, ums_id_ bigint)');
    await sink.query(
      "insert into orders select n, case when n <= 3 then 'north' else 'south' end, n * 10 from generate_series(1, 5) n",
    );
    await Promise.all([moonbox.start(), api.start()]);
    const baseUrl = services.baseUrls['davinci-api'];
    const gateway = createMoonboxClient({ baseUrl: services.baseUrls.moonbox, token: services.token });
    await gateway.mount({
      name: 'store',
      kind: 'postgres',
      connection: connectionOf(sink.url),
      readableBy: ['viewer'],
    });
    const davinci = createDavinciClient({ baseUrl, token: services.token });
    const source = await davinci.sources.create({ name: 'gateway', kind: 'moonbox' });
    const view = await davinci.views.create({
      name: 'Orders',
      sourceId: source.id,
      sql: 'select id, region, amount from store.orders',
      model: [
        { column: 'region', type: 'text', role: 'dimension', label: 'Region' },
        { column: 'amount', type: 'number', role: 'measure', label: 'Revenue' },
      ],
    });
    const bus = connectBus({ brokers, clientId: 'web-test' });
    stack.defer(() => bus.close());
    const producer = bus.producer();
    const namespace = `postgresql.${sink.name}.public.orders.*.0.0`;
    let commitNumber = 0;
    const { browser } = stack.use(await testBrowser());
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 1440, height: 900 } });
    return {
      page: await context.newPage(),
      baseUrl,
      davinci,
      view,
      async restartApi(whileAway) {
        await api.stop();
        await whileAway();
        await api.start();
      },
      async commit(sql) {
        await sink.query(sql);
        await producer.send(FEEDBACK.topic, [
          { partition: 0, key: namespace, value: notice(namespace, ++commitNumber) },
        ]);
      },
      [Symbol.asyncDispose]: () => stack.disposeAsync(),
    };
  } catch (error) {
    await stack.disposeAsync();
    throw error;
  }
}

function notice(namespace: string, commitNumber: number): Buffer {
  const cells: [string, UmsType, UmsValue][] = [
    ['organisation_id', 'string', FIRST_ORGANISATION_ID],
    ['flow', 'string', 'orders'],
    ['commit_number', 'long', String(commitNumber)],
    ['watermark', 'datetime', new Date().toISOString().replace('T', ' ').replace('Z', '')],
    ['loading', 'boolean', false],
    ['changed', 'boolean', true],
    ['at', 'long', String(Date.now())],
  ];
  const fields: UmsField[] = cells.map(([name, type]) => ({ name, type, nullable: true, encoded: false }));
  return writeMessage({
    kind: FEEDBACK.noticeKind,
    namespace,
    batchId: 0,
    fields,
    rows: [cells.map(([, , value]) => value)],
  });
}
