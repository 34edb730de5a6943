/** Proves that a view or widget that cannot be asked any more says so with its reason and its dashboards, and that a whole one says what it reads. */

import { listOf } from '@rtdp/service/answer-shapes';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { viewStateSchema } from '../client/views.ts';
import { davinciFixture } from '../testing/davinci-fixture.ts';

test('what breaks a view at its source, in its model or in a widget is told, and mending it is seen at once', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  await shop.query('create table orders (id int primary key, total numeric, status text)');
  const { ask, make } = davinci;
  const states = async () => {
    const answer = await ask('GET', '/api/views/states');
    expect(answer.status, JSON.stringify(answer.body)).toBe(200);
    return listOf(viewStateSchema).parse(answer.body).items;
  };
  const { source } = await davinci.makeSource(shop);
  const model = [
    { column: 'id', type: 'number', role: 'dimension' },
    { column: 'total', type: 'number', role: 'measure' },
  ];
  const sql = 'select o.id, o.total from public.orders o where o.total > :least';
  const variables = [{ name: 'least', type: 'number', default: 10 }];
  const body = { name: 'Orders', sourceId: source.id, sql, variables, model };
  const view = await make('/api/views', body);
  const measures = [{ column: 'total', aggregation: 'sum' }];
  const query = { dimensions: [], measures, filters: [], having: [], sort: [], limit: 10 };
  const widget = await make('/api/widgets', { name: 'Revenue', viewId: view.id, kind: 'scorecard', query });
  const items = [{ id: 'i', kind: 'widget', widgetId: widget.id, x: 0, y: 0, w: 4, h: 3 }];
  const dashboard = await make('/api/dashboards', { name: 'Shop', tabs: [{ id: 't', name: 'One', items }] });
  const shown = [{ id: dashboard.id, name: 'Shop' }];
  const tables = [{ database: 'public', table: 'orders' }];
  expect(await states()).toMatchObject([{ viewId: view.id, tables, error: null, dashboards: [], widgets: [] }]);

  const typo = { ...body, sql: sql.replace('o.total from', 'o.totl as total from'), version: 1 };
  expect((await ask('PUT', `/api/views/${view.id}`, { body: typo })).status).toBe(200);
  const [broken] = await states();
  expect(broken).toMatchObject({ version: 2, tables, dashboards: shown, widgets: [] });
  expect(broken?.error?.message).toContain('totl');
  expect(broken?.error?.next).not.toBe('');

  const gone = { ...body, sql: sql.replace('o.id, o.total', 'o.id'), version: 2 };
  expect((await ask('PUT', `/api/views/${view.id}`, { body: gone })).status).toBe(200);
  const behind = { code: 'DAVINCI_VIEW_INVALID', message: 'the model has total, which the SQL does not give' };
  expect((await states())[0]?.error).toMatchObject({ ...behind, next: 'The SQL gives: id.' });

  const shorter = { ...gone, model: model.slice(0, 1), version: 3 };
  expect((await ask('PUT', `/api/views/${view.id}`, { body: shorter })).status).toBe(200);
  const code = 'DAVINCI_COLUMN_UNKNOWN';
  const asks = { id: widget.id, name: 'Revenue', error: { code }, dashboards: shown };
  expect(await states()).toMatchObject([{ error: null, dashboards: [], widgets: [asks] }]);

  expect((await ask('PUT', `/api/views/${view.id}`, { body: { ...body, version: 4 } })).status).toBe(200);
  expect(await states()).toMatchObject([{ version: 5, error: null, widgets: [] }]);

  const viewer = await davinci.token({ role: 'viewer' });
  expect((await ask('GET', '/api/views/states', { token: viewer })).status).toBe(403);
  const stranger = await davinci.token({ organisationId: '00000000-0000-4000-8000-000000000002' });
  expect((await ask('GET', '/api/views/states', { token: stranger })).body).toMatchObject({ items: [], total: 0 });
});
