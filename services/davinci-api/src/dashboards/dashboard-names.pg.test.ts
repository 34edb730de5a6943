/** Proves that no dashboard gets a name that another of the organisation has, also at the same moment, and that pairs from before go on. */
import { expect, test } from 'vitest';
import { davinciFixture } from '../testing/davinci-fixture.ts';

const body = (name: string, more: object = {}) => ({ name, tabs: [{ id: 't', name: 'T', items: [] }], ...more });

test('a name is given once in an organisation, and a pair from before can still be changed', async () => {
  await using davinci = await davinciFixture();
  const { ask, make } = davinci;
  const refused = {
    status: 409,
    body: {
      code: 'DAVINCI_NAME_EXISTS',
      message: 'there is a dashboard called Shop live already',
      facts: { name: 'Shop live', field: 'name' },
    },
  };
  const at = (id: string) => `/api/dashboards/${id}`;
  const first = await make('/api/dashboards', body('Shop live'));
  expect(await ask('POST', '/api/dashboards', { body: body('Shop live', { folder: 'Mine' }) })).toMatchObject(refused);
  const other = await make('/api/dashboards', body('Other'));
  expect(await ask('PUT', at(other.id), { body: body('Shop live', { version: 1 }) })).toMatchObject(refused);
  expect(await ask('PUT', at(first.id), { body: body('Shop live', { version: 1 }) })).toMatchObject({ status: 200 });
  const stranger = await davinci.token({ organisationId: '00000000-0000-4000-8000-000000000002' });
  expect((await ask('POST', '/api/dashboards', { body: body('Shop live'), token: stranger })).status).toBe(201);

  const together = await Promise.all(
    Array.from({ length: 8 }, () => ask('POST', '/api/dashboards', { body: body('Race') })),
  );
  expect(together.map(({ status }) => status).sort()).toEqual([201, ...Array<number>(7).fill(409)]);

  await davinci.metadata.query(`update davinci.dashboards set name = 'Shop live' where id = $1`, [other.id]);
  const again = { body: body('Shop live', { version: 1, description: 'one of two' }) };
  expect(await ask('PUT', at(other.id), again)).toMatchObject({ status: 200, body: { description: 'one of two' } });
  expect(await ask('POST', '/api/dashboards', { body: body('Shop live') })).toMatchObject(refused);
  expect((await ask('PUT', at(other.id), { body: body('Other', { version: 2 }) })).status).toBe(200);
  expect(await ask('PUT', at(other.id), { body: body('Shop live', { version: 3 }) })).toMatchObject(refused);
  expect((await ask('DELETE', at(first.id))).status).toBe(200);
  expect((await ask('PUT', at(other.id), { body: body('Shop live', { version: 3 }) })).status).toBe(200);
});
