/** A commit notice on the real bus reaches exactly the browsers and widgets it concerns, through real Moonbox; a browser that comes back misses nothing. */

import type { BusProducer } from '@rtdp/bus/bus';
import { connectBus } from '@rtdp/bus/connect';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { createMoonboxClient } from '@rtdp/moonbox/client';
import { connectionOf } from '@rtdp/testing/connection';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { serviceSet } from '@rtdp/testing/services';
import { FEEDBACK } from '@rtdp/wormhole/client';
import { expect, test } from 'vitest';
import type { LiveCommit } from '../client/live.ts';
import { createDavinciClient } from '../client.ts';
import { LiveBrowser } from '../testing/live-browser.ts';
import { noticeMessage } from '../testing/notice-message.ts';

async function tell(
  producer: BusProducer,
  sinkNamespace: string,
  commitNumber: number,
  rest: { organisationId?: string; watermark?: string; changed?: boolean } = {},
): Promise<void> {
  const value = noticeMessage(sinkNamespace, commitNumber, rest);
  await producer.send(FEEDBACK.topic, [{ partition: 0, key: sinkNamespace, value }]);
}

// Three starts of a service are in it, each slow where all cores are taken.
test('a commit refreshes the widgets that read the table, and only those', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using sink = await testPostgres();
  await using services = await serviceSet({ brokers, metadataUrl: metadata.url });
  const moonbox = services.service('moonbox');
  const davinci = services.service('davinci-api');
  await Promise.all([moonbox.start(), davinci.start()]);
  const baseUrl = services.baseUrls['davinci-api'];
  const gateway = createMoonboxClient({ baseUrl: services.baseUrls.moonbox, token: services.token });
  const api = createDavinciClient({ baseUrl, token: services.token });
  const bus = connectBus({ brokers, clientId: 'live-test' });
  const producer = bus.producer();

  await sink.query('create table orders (id int primary key, amount int, ums_id_ bigint)');
  await sink.query('create table stock (id int primary key, pieces int, ums_id_ bigint)');
  await sink.query('insert into orders values (1, 10)');
  const mount = await gateway.mount({
    name: uniqueName('mount'),
    kind: 'postgres',
    connection: connectionOf(sink.url),
  });
  const namespace = (table: string) => `postgresql.${sink.name}.public.${table}.*.0.0`;

  const source = await api.sources.create({ name: 'gateway', kind: 'moonbox' });
  const model = [{ column: 'amount', type: 'number' as const, role: 'measure' as const }];
  const orders = await api.views.create({
    name: 'orders',
    sourceId: source.id,
    sql: `select o.amount from ${mount.name}.orders o where o.id >= :from`,
    variables: [{ name: 'from', type: 'number', default: 0 }],
    model,
  });
  const stock = await api.views.create({
    name: 'stock',
    sourceId: source.id,
    sql: `select pieces as amount from ${mount.name}.stock`,
    model,
  });
  const query = { measures: [{ column: 'amount', aggregation: 'sum' as const }] };
  const sum = await api.widgets.create({ name: 'sum', viewId: orders.id, kind: 'scorecard', query });
  const pieces = await api.widgets.create({ name: 'pieces', viewId: stock.id, kind: 'scorecard', query });
  const items = [sum, pieces].map(({ id }, index) => ({
    id: `i${index}`,
    kind: 'widget' as const,
    widgetId: id,
    x: index,
    y: 0,
    w: 1,
    h: 1,
  }));
  const dashboard = await api.dashboards.create({ name: 'live', tabs: [{ id: 't', name: 'T', items }] });
  const ask = () => api.query({ viewId: orders.id, ...query, widgetId: sum.id });

  await tell(producer, namespace('orders'), 7);
  const browser = new LiveBrowser();
  await browser.open(baseUrl, dashboard.id, services.token);
  await browser.next('ready');
  const first = await ask();
  expect(first.rows[0]![0]).toBe('10');

  await sink.query('insert into orders values (2, 32)');
  await tell(producer, namespace('orders'), 8, { watermark: '2026-01-01 10:00:00.25' });
  const told =
    (number: number) =>
    ({ commits }: LiveCommit) =>
      commits.some(({ commitNumber }) => commitNumber === String(number));
  const commit = await browser.next('commit', told(8));
  expect(commit.data).toEqual({
    widgets: [sum.id],
    commits: [
      {
        sinkNamespace: namespace('orders'),
        commitNumber: '8',
        watermark: '2026-01-01T10:00:00.25Z',
        loading: false,
      },
    ],
  });
  const [second, third] = await Promise.all([ask(), ask()]);
  expect([second.rows, third.rows]).toEqual([[['42']], [['42']]]);
  expect(second.freshness).toMatchObject([{ commitNumber: '8' }]);
  const again = await ask();
  expect(again).toMatchObject({ cached: true, rows: [['42']] });
  const audited = async (id: string) => (await gateway.listQueries({ label: `widget:${id}` })).total;
  await expect.poll(() => audited(sum.id), { timeout: 30_000 }).toBe(2);
  // One before the commit, one after it for both who asked at once; none for the widget of another table.
  expect([await audited(sum.id), await audited(pieces.id)]).toEqual([2, 0]);

  // Asked together they share a statement, which the audit has under each of them, and under none that did not read the table.
  const shared = [crypto.randomUUID(), crypto.randomUUID()];
  const questions = shared.map((widgetId, index) => ({
    id: widgetId,
    widgetId,
    viewId: orders.id,
    measures: [{ column: 'amount', aggregation: index === 0 ? 'max' : 'min' }],
  }));
  const together = await fetch(`${baseUrl}/api/queries`, {
    method: 'POST',
    headers: { authorization: `Bearer ${services.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ questions }),
  });
  const lines = (await together.text()).trimEnd().split('\n');
  expect(lines.map((line) => JSON.parse(line).result.rows[0][0]).sort()).toEqual([10, 32]);
  const statementsOf = async (id: string) =>
    (await gateway.listQueries({ label: `widget:${id}` })).items.map(({ id: statement }) => statement);
  await expect.poll(() => audited(shared[0]!), { timeout: 30_000 }).toBe(1);
  const [one, another] = [await statementsOf(shared[0]!), await statementsOf(shared[1]!)];
  expect(one).toHaveLength(1);
  expect(another).toEqual(one);
  expect(await audited(pieces.id)).toBe(0);

  // Kept for the roles that it was answered for: with another one, the gateway decides anew.
  const { sub } = JSON.parse(Buffer.from(services.token.split('.')[1]!, 'base64url').toString());
  const token = await services.signToken({ subject: sub, organisationId: FIRST_ORGANISATION_ID, roles: ['viewer'] });
  const lesser = createDavinciClient({ baseUrl, token });
  const grant = { role: 'viewer' as const, database: mount.name, table: 'orders', privilege: 'select' as const };
  await gateway.grant(grant);
  const asLesser = () => lesser.query({ viewId: orders.id, ...query });
  expect(await asLesser()).toMatchObject({ cached: false, rows: [['42']] });
  await gateway.revoke(grant);
  const refused = () =>
    asLesser().then(
      ({ rows }) => rows,
      ({ code }: { code: string }) => code,
    );
  // Before an answer that is kept gets old, which takes half a minute.
  await expect.poll(refused, { timeout: 20_000 }).toBe('SQL_UNKNOWN_TABLE');

  // Over two stores Moonbox computes by itself, without zones by name: the days are still those of the viewer.
  await using other = await testPostgres();
  await other.query('create table visits (id int primary key, at timestamptz)');
  await other.query(
    "insert into visits values (1, '2026-03-28 23:30Z'), (2, '2026-03-29 21:30Z'), (3, '2026-03-29 22:30Z')",
  );
  const elsewhere = uniqueName('mount');
  await gateway.mount({ name: elsewhere, kind: 'postgres', connection: connectionOf(other.url) });
  const visits = await api.views.create({
    name: 'visits',
    sourceId: source.id,
    sql: `select v.at, o.amount from ${elsewhere}.visits v left join ${mount.name}.orders o on o.id = v.id`,
    model: [{ column: 'at', type: 'instant', role: 'dimension' }, ...model],
  });
  const days = (timeZone: string) =>
    api.query({
      viewId: visits.id,
      dimensions: [{ column: 'at', grain: 'day' }],
      measures: [{ column: '*', aggregation: 'count' }],
      sort: [{ by: 'at', direction: 'asc' }],
      timeZone,
    });
  expect((await days('Europe/Berlin')).rows).toEqual([
    ['2026-03-28 23:00:00+00', '2'],
    ['2026-03-29 22:00:00+00', '1'],
  ]);
  expect((await days('Asia/Kolkata')).rows).toEqual([
    ['2026-03-28 18:30:00+00', '1'],
    ['2026-03-29 18:30:00+00', '2'],
  ]);

  // A watermark that moves by itself is told without widgets; another organisation's commit is not told at all.
  await tell(producer, namespace('stock'), 99, { organisationId: '00000000-0000-4000-8000-000000000002' });
  await tell(producer, namespace('orders'), 8, { watermark: '2026-01-01 10:00:01', changed: false });
  const moved = await browser.next('commit', ({ commits }) => commits[0]?.watermark === '2026-01-01T10:00:01Z');
  expect(moved.data.widgets).toEqual([]);
  expect(JSON.stringify(browser.events)).not.toContain('"99"');

  // Gone while two commits come, one of them while the service is not there.
  browser.close();
  await tell(producer, namespace('orders'), 9);
  await davinci.kill();
  await tell(producer, namespace('stock'), 3);
  await davinci.start();
  const back = new LiveBrowser();
  await back.open(baseUrl, dashboard.id, services.token, moved.id);
  const missed = await Promise.all([back.next('commit', told(9)), back.next('commit', told(3))]);
  const widgets = new Set(missed.flatMap(({ data }) => data.widgets));
  expect(widgets).toEqual(new Set([sum.id, pieces.id]));

  // Who may no longer see the view is not even told of the widget; a token that ends closes the stream.
  const hidden = { ...stock, rights: { editor: { hiddenColumns: [] } } };
  const { id: _id, createdAt: _created, updatedAt: _updated, ...input } = hidden;
  await api.views.replace(stock.id, input);
  await back.next('stale', ({ why }) => why === 'changed');
  const before = back.of('commit').length;
  await tell(producer, namespace('stock'), 4);
  await tell(producer, namespace('orders'), 10);
  await back.next('commit', told(10));
  expect(
    back
      .of('commit')
      .slice(before)
      .flatMap(({ data }) => data.widgets),
  ).not.toContain(pieces.id);
  await davinci.stop();
  await back.next('stale', ({ why }) => why === 'stopping');
  await back.ended;
  await moonbox.stop();
  await bus.close();
}, 180_000);
