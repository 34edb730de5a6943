/** What is found by a word: documents of one's own organisation, by name before description, and tables, as far as the role goes. */
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { davinciFixture } from '../testing/davinci-fixture.ts';

test('a word finds names first, then descriptions, only of what the role may open', async () => {
  await using davinci = await davinciFixture();
  await using shop = await testPostgres();
  const { ask, make } = davinci;
  await shop.query('create table parcels (id int)');
  await shop.query(`comment on table parcels is '50% off_the_shelf'`);
  const { id: sourceId } = (await davinci.makeSource(shop, 'Stores')).source;
  const model = [{ column: 'id', type: 'number', role: 'dimension' }];
  const sql = 'select id from parcels';
  const { id: viewId } = await make('/api/views', { name: 'Parcel view', sourceId, sql, model });
  await make('/api/widgets', { name: 'Count', description: 'All PARCELS of today', viewId, kind: 'scorecard' });
  await make('/api/dashboards', { name: 'My parcels', tabs: [{ id: 't', name: 'T', items: [] }] });
  const find = async (words: string, token?: string) => {
    const path = `/api/search?q=${encodeURIComponent(words)}`;
    // A source that is asked for the first time may take longer than a search waits.
    const { body } = await vi.waitFor(
      async () => {
        const answer = await ask('GET', path, token === undefined ? {} : { token });
        expect([answer.status, answer.body.unavailable]).toEqual([200, expect.not.arrayContaining(['tables'])]);
        return answer;
      },
      { timeout: 60_000, interval: 50 },
    );
    return (body.items as { kind: string; name: string }[]).map(({ kind, name }) => `${kind} ${name}`);
  };
  expect(await find('parcel')).toEqual([
    'view Parcel view',
    'dashboard My parcels',
    'table public.parcels',
    'widget Count',
  ]);
  // No sign of a word is one for "any".
  expect(await find('50% off_')).toEqual(['table public.parcels']);
  expect(await find('%')).toEqual(['table public.parcels']);
  const viewer = await davinci.token({ subject: 'vi', role: 'viewer' });
  expect(await find('parcel', viewer)).toEqual(['dashboard My parcels', 'widget Count']);
  const stranger = await davinci.token({ organisationId: '00000000-0000-4000-8000-000000000002' });
  expect(await find('parcel', stranger)).toEqual([]);
});
