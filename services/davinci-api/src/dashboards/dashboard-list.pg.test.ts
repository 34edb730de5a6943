/** Proves that the list of dashboards tells also a viewer which widgets each of them shows. */
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { davinciFixture } from '../testing/davinci-fixture.ts';

test('a viewer is told which dashboards show a widget', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { ask, make } = davinci;
  await shop.query('create table parcels (id int)');
  const { id: sourceId } = (await davinci.makeSource(shop, 'Stores')).source;
  const model = [{ column: 'id', type: 'number', role: 'dimension' }];
  const { id: viewId } = await make('/api/views', { name: 'Parcels', sourceId, sql: 'select id from parcels', model });
  const { id: widgetId } = await make('/api/widgets', { name: 'Count', viewId, kind: 'table' });
  const place = { kind: 'widget', widgetId, x: 0, y: 0, w: 6, h: 6 };
  const twice = {
    id: 't',
    name: 'T',
    items: [
      { ...place, id: 'a' },
      { ...place, id: 'b', y: 6 },
    ],
  };
  await make('/api/dashboards', { name: 'Full', tabs: [twice] });
  await make('/api/dashboards', { name: 'Empty', tabs: [{ ...twice, items: [] }] });
  const token = await davinci.token({ subject: 'vi', role: 'viewer' });
  const { body } = await ask('GET', '/api/dashboards', { token });
  const listed = (body.items as { name: string; widgets: number; widgetIds: string[] }[]).map(
    ({ name, widgets, widgetIds }) => ({ name, widgets, widgetIds }),
  );
  expect(listed.sort((a, b) => a.name.localeCompare(b.name))).toEqual([
    { name: 'Empty', widgets: 0, widgetIds: [] },
    { name: 'Full', widgets: 1, widgetIds: [widgetId] },
  ]);
});
