/** Pulls are asked for as the organisation of the flow might ask for them itself: of its own sources, and of no other's. */
import { createDbusClient } from '@rtdp/dbus/client';
import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { serviceSet } from '@rtdp/testing/services';
import { expect, test, vi } from 'vitest';
import { createWormholeClient } from '../client.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

const OTHER_ORGANISATION = '00000000-0000-4000-8000-0000000000ff';

test('a flow of another organisation has its tables pulled, and asks for none of those of the first', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using shop = await testPostgres();
  await using theirs = await testPostgres();
  await using sink = await testPostgres();
  for (const database of [shop, theirs]) {
    await database.query("create table orders as select 1 as id, 'there before' as status");
    await database.query('alter table orders add primary key (id)');
  }
  await using services = await serviceSet({ brokers, metadataUrl: metadata.url });
  await Promise.all([
    services.service('dbus').start(),
    services.service('wormhole', { RTDP_WORMHOLE_GROUP: uniqueName('group') }).start(),
  ]);
  const identity = { subject: 'stranger', organisationId: OTHER_ORGANISATION, roles: ['admin' as const] };
  const token = await services.signToken(identity);
  const [first, second] = [services.token, token].map((each) =>
    createDbusClient({ baseUrl: services.baseUrls.dbus, token: each }),
  );
  const [ours, other] = [uniqueName('shop'), uniqueName('erp')];
  const sourceOf = (name: string, url: string) =>
    ({ name, kind: 'postgres', connection: connectionOf(url), tables: 'all' }) as const;
  await first!.registerSource(sourceOf(ours, shop.url));
  await second!.registerSource(sourceOf(other, theirs.url));
  // That another of its servers is away is nothing to the flows over this one.
  const away = sourceOf(uniqueName('away'), theirs.url);
  const registered = await fetch(`${services.baseUrls.dbus}/sources?evenIfNotReady=true`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ ...away, connection: { ...away.connection, port: 1 } }),
  });
  expect(registered.status).toBe(201);

  const wormhole = createWormholeClient({ baseUrl: services.baseUrls.wormhole, token });
  const flowOf = (name: string, source: { namespace: string; topic?: string }) => ({
    name,
    source,
    sink: { store: 'postgres' as const, connection: connectionOf(sink.url), schema: name },
  });
  // What a source reads when it is registered is over for the second flow.
  for (const name of ['early', 'late']) {
    await wormhole.deploy(flowOf(name, { namespace: `postgresql.${other}.public.*` }));
    const read = () => sink.query(`select id, status from ${name}.orders`).catch(() => ({ rows: [] }));
    const { rows } = await eventually(read, ({ rows: { length } }) => length > 0);
    expect(rows).toEqual([{ id: 1, status: 'there before' }]);
  }

  const curious = { namespace: `postgresql.${ours}.public.*`, topic: `postgresql.${other}` };
  await wormhole.deploy(flowOf('curious', curious));
  const { pull } = await eventually(
    () => wormhole.getFlow('curious'),
    ({ pull }) => pull?.waitsFor !== 'the start of the flow',
  );
  expect(pull).toMatchObject({ state: 'waiting', tables: {} });
  expect((await first!.listPulls(ours)).filter(({ cause }) => cause === 'request')).toEqual([]);

  // In the name of another organisation only the platform itself may ask.
  const asFirst = createDbusClient({
    baseUrl: services.baseUrls.dbus,
    token,
    organisationId: '00000000-0000-4000-8000-000000000001',
  });
  await expect(asFirst.listSources()).rejects.toMatchObject({ code: 'DBUS_ORGANISATION_FORBIDDEN' });
});
