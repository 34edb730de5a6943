/** The service as a real process: flows over REST, in the way the command line uses it, with tokens checked. */

import { connectBus } from '@rtdp/bus/connect';
import { createDbusClient } from '@rtdp/dbus/client';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { type ServiceSet, serviceSet } from '@rtdp/testing/services';
import { expect, test, vi } from 'vitest';
import { createWormholeClient } from './client.ts';
import { POSITIONS_TOPIC } from './flow/recorded-schemas.ts';
import { type SourceTable, SourceWriter } from './testing/source-writer.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

const OTHER_ORGANISATION = '00000000-0000-4000-8000-0000000000ff';

test('a flow is deployed, runs, pauses, goes on after a kill, and is removed', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using sink = await testPostgres();
  await using services = await serviceSet({ brokers, metadataUrl: metadata.url });
  const wormhole = services.service('wormhole', { RTDP_WORMHOLE_GROUP: uniqueName('group') });
  const dbus = services.service('dbus');
  await Promise.all([dbus.start(), wormhole.start()]);
  const client = createWormholeClient({ baseUrl: services.baseUrls.wormhole, token: services.token });
  const refused = await fetch(`${services.baseUrls.wormhole}/flows`);
  expect(refused.status).toBe(401);
  expect((await fetch(`${services.baseUrls.wormhole}/docs/json`)).status).toBe(200);

  const instance = uniqueName('shop');
  const bus = connectBus({ brokers, clientId: 'service-test' });
  const source = await SourceWriter.create(bus, `postgresql.${instance}`, 2);
  const items: SourceTable = {
    name: `postgresql.${instance}.public.items`,
    version: 1,
    fields: [
      { name: 'id', type: 'int', nullable: false, encoded: false, sourceType: 'integer', key: true },
      { name: 'name', type: 'string', nullable: true, encoded: false, sourceType: 'text' },
    ],
  };
  const definition = {
    name: 'items',
    source: { namespace: `postgresql.${instance}.public.*` },
    from: 'earliest' as const,
    sink: { store: 'postgres' as const, connection: connectionOf(sink.url) },
  };
  // Whoever names a topic does not have it yet.
  const foreign = createWormholeClient({ baseUrl: services.baseUrls.wormhole, token: await tokenOfOther(services) });
  const owners = createDbusClient({ baseUrl: services.baseUrls.dbus, token: services.token });
  const refusal = {
    code: 'WORMHOLE_TOPIC_FORBIDDEN',
    next: expect.stringContaining(`rtdp -- topic give ${source.topic}`),
  };
  expect((await client.check(definition)).problems).toMatchObject([refusal]);
  await expect(client.deploy(definition)).rejects.toMatchObject({ code: 'WORMHOLE_FLOW_NOT_ALLOWED' });
  await expect(client.dryRun(definition)).rejects.toMatchObject(refusal);
  await owners.giveTopic(source.topic, FIRST_ORGANISATION_ID);
  expect((await foreign.check(definition)).problems).toMatchObject([{ code: 'WORMHOLE_TOPIC_FORBIDDEN' }]);
  await expect(foreign.dryRun(definition)).rejects.toMatchObject({ code: 'WORMHOLE_TOPIC_FORBIDDEN' });

  // With a topic of one's own, what another's tables look like is not told either.
  await bus.admin().ensureTopic({ topic: POSITIONS_TOPIC, partitions: 1, compacted: true });
  const recorded = { version: 1, fields: items.fields };
  const key = `postgresql.${instance}/schema/${items.name}.*.0.0`;
  const value = Buffer.from(JSON.stringify(recorded));
  const producer = bus.producer();
  await producer.send(POSITIONS_TOPIC, [{ partition: 0, key, value }]);
  const { topic: own } = await SourceWriter.create(bus, `postgresql.${uniqueName('own')}`, 1);
  await owners.giveTopic(own, OTHER_ORGANISATION);
  const known = await eventually(
    () => client.check(definition),
    ({ tables }) => tables.length > 0,
  );
  expect(known.tables.map(({ source: table }) => table)).toEqual([`${items.name}.1.0.0`]);
  const curious = { ...definition, source: { ...definition.source, topic: own } };
  expect(await foreign.check(curious)).toMatchObject({ problems: [], tables: [] });
  await producer.send(POSITIONS_TOPIC, [{ partition: 0, key, value: null }]);
  await producer.close();
  await bus.admin().deleteTopic(own);

  // A flow that was there before the topic does not get it either.
  const later = `postgresql.${uniqueName('later')}`;
  await foreign.deploy({
    ...definition,
    name: 'early',
    from: 'pull',
    source: { namespace: `${later}.public.*` },
    sink: { ...definition.sink, table: 'stolen' },
  });
  const { topic: taken } = await SourceWriter.create(bus, later, 1);
  await owners.giveTopic(taken, FIRST_ORGANISATION_ID);
  const early = await eventually(
    () => foreign.getFlow('early'),
    ({ reason }) => reason?.code === 'WORMHOLE_TOPIC_FORBIDDEN',
  );
  expect(early).toMatchObject({ state: 'retrying', reason: { code: 'WORMHOLE_TOPIC_FORBIDDEN' } });
  expect(early.pull).toEqual({ state: 'waiting', waitsFor: 'the start of the flow', tables: {} });
  await foreign.remove('early');
  await bus.admin().deleteTopic(taken);

  const plan = await client.check(definition);
  expect(plan.problems).toEqual([]);
  await client.deploy(definition);
  await expect(client.deploy(definition)).rejects.toMatchObject({ code: 'WORMHOLE_FLOW_EXISTS' });
  await expect(client.deploy({ ...definition, name: 'Bad Name' })).rejects.toMatchObject({
    code: 'SERVICE_REQUEST_INVALID',
  });
  await source.rows(items, [{ op: 'i', values: [1, 'one'] }]);
  const ownsTopic = async () =>
    (await metadata.query('select topic_owned as owned from wormhole.flows')).rows[0]?.owned;
  const count = async () =>
    (await sink.query('select count(*)::int as n from public.items').catch(() => ({ rows: [{ n: 0 }] }))).rows[0]?.n;
  expect(await eventually(count, (n) => n === 1)).toBe(1);
  expect((await client.getFlow('items')).definition).toMatchObject({ sink: { connection: { password: '' } } });
  // Sent back as it was shown it keeps its password, which goes to no other server: not even to the same one under another name.
  const asShown = (part: { host?: string }) => ({
    ...definition,
    sink: { ...definition.sink, connection: { ...definition.sink.connection, password: '', ...part } },
  });
  expect((await client.replace('items', asShown({}))).revision).toBe(2);
  await expect(client.replace('items', asShown({ host: 'localhost' }))).rejects.toMatchObject({
    code: 'WORMHOLE_FLOW_NOT_ALLOWED',
  });
  // Who only reads is not told where the store is, nor as whom it is asked.
  const viewerToken = await services.signToken({
    subject: 'vera',
    organisationId: FIRST_ORGANISATION_ID,
    roles: ['viewer'],
  });
  const viewer = createWormholeClient({ baseUrl: services.baseUrls.wormhole, token: viewerToken });
  const read = [...(await viewer.listFlows()), await viewer.getFlow('items'), await viewer.status('items')];
  expect(read).toHaveLength(3);
  for (const flow of read) {
    expect(flow.definition).toMatchObject({ sink: { store: 'postgres', table: expect.any(String) } });
    expect(flow.definition).not.toHaveProperty('sink.connection');
  }
  const kept = await metadata.query(`select definition::text as text from wormhole.flows`);
  expect(kept.rows[0]?.text).toContain('"v1.');

  await client.command('items', 'pause');
  await source.rows(items, [{ op: 'i', values: [2, 'two'] }], 1);
  expect((await client.getFlow('items')).state).toBe('paused');
  await client.command('items', 'resume');
  expect(await eventually(count, (n) => n === 2)).toBe(2);

  // What it was told once of its topic holds without DBus.
  expect(await eventually(ownsTopic, (owned) => owned === true)).toBe(true);
  await Promise.all([dbus.kill(), wormhole.kill()]);
  await source.rows(items, [{ op: 'i', values: [3, 'three'] }], 1);
  await wormhole.start();
  expect(await eventually(count, (n) => n === 3)).toBe(3);
  const keyless = { ...items, name: `postgresql.${instance}.public.notes`, fields: items.fields.slice(1) };
  await source.rows(keyless, [{ op: 'i', values: ['a note'] }]);
  const status = await eventually(
    () => client.status('items'),
    ({ lag, tables }) => lag === 0 && tables.length === 2 && tables.every(({ state }) => state === 'running'),
  );
  expect(status).toMatchObject({ state: 'running', lag: 0, openDeadLetters: 0 });
  expect(new Map(status.tables.map(({ table, onlyInserts }) => [table, onlyInserts]))).toEqual(
    new Map([
      ['items', false],
      ['notes', true],
    ]),
  );
  const metrics = await (await fetch(`${services.baseUrls.wormhole}/metrics`)).text();
  expect(metrics).toContain('rtdp_wormhole_rows_applied_total{flow="items",table="public.items"} 1');

  await client.remove('items');
  await expect(client.getFlow('items')).rejects.toMatchObject({ code: 'WORMHOLE_FLOW_NOT_FOUND' });
  expect(await count()).toBe(3);
  const told = async () =>
    (await (await fetch(`${services.baseUrls.wormhole}/metrics`)).text()).includes('flow="items"');
  expect(await eventually(told, (isTold) => !isTold)).toBe(false);
  await wormhole.stop();
  await bus.admin().deleteTopic(source.topic);
  await bus.close();
});

function tokenOfOther(services: ServiceSet): Promise<string> {
  return services.signToken({ subject: 'stranger', organisationId: OTHER_ORGANISATION, roles: ['editor'] });
}
