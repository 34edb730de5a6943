/** Shows what becomes of a verification that is cancelled, here or in another process, or whose process is gone. */
import { randomUUID } from 'node:crypto';
import type { SourceView } from '@rtdp/dbus/client';
import { type Knex, openMetadata } from '@rtdp/service/metadata';
import { connectionOf } from '@rtdp/testing/connection';
import { eventually } from '@rtdp/testing/eventually';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import type { FlowStatus, TableStatus } from '../client.ts';
import { readFlowDefinition } from '../flow/definition.ts';
import { WORMHOLE_MIGRATIONS } from '../state/migrations.ts';
import { VerificationStore } from '../state/verification-store.ts';
import { Verifications, type VerificationsOptions, type VerifiedFlow } from './verifications.ts';

const MOST = { mostDifferences: 1 };

test('one that is cancelled while it asks for the last time stays cancelled, and is not equal', async () => {
  await using world = await catalogWithFlow();
  const { flow } = world;
  const { verifications, asked, answer, warned } = world.process();
  await verifications.begin(flow, MOST);
  await asked.promise;
  await verifications.cancel(flow);
  const cancelled = await verifications.newest(flow);
  expect(cancelled).toMatchObject({ state: 'cancelled', endedAt: expect.any(String) });
  answer.resolve([]);
  await verifications.stop();
  expect(await verifications.newest(flow)).toEqual(cancelled);
  expect(warned).toEqual([]);
});

test('every process tells of it, begins none beside it, and ends it wherever it runs', async () => {
  await using world = await catalogWithFlow();
  const { flow, database } = world;
  await database.raw('CREATE SCHEMA rtdp; CREATE TABLE rtdp.sink_tables (schema_name text, table_name text)');
  const waiting = async (): Promise<number> =>
    (await database('pg_stat_activity').where({ application_name: 'rtdp reader', wait_event_type: 'Lock' })).length;
  const here = world.process([{ schema: 'landed', table: 'orders', sources: ['postgresql.erp.public.orders.1.0.0'] }]);
  const there = world.process();
  expect(await there.verifications.newest(flow)).toBeNull();
  await database.transaction(async (locking) => {
    await locking.raw('LOCK TABLE rtdp.sink_tables IN ACCESS EXCLUSIVE MODE');
    const begun = await here.verifications.begin(flow, { ...MOST, table: 'orders' });
    expect(begun).toMatchObject({ flow: 'all', state: 'running', table: 'orders', tables: [], endedAt: null });
    expect(await there.verifications.newest(flow)).toEqual(begun);
    await expect(there.verifications.begin(flow, MOST)).rejects.toMatchObject({ code: 'WORMHOLE_VERIFICATION_STATE' });
    here.answer.resolve([{ name: 'erp', source: 'postgresql.erp' }]);
    expect(await eventually(waiting, (sessions) => sessions === 1)).toBe(1);
    await there.verifications.cancel(flow);
    expect(await here.verifications.newest(flow)).toMatchObject({ state: 'cancelled' });
    expect(await eventually(waiting, (sessions) => sessions === 0)).toBe(0);
  });

  const next = world.process();
  await next.verifications.begin(flow, MOST);
  next.answer.resolve([]);
  const done = await eventually(
    () => there.verifications.newest(flow),
    (view) => view?.state === 'done',
  );
  expect(done).toMatchObject({ state: 'done', reason: null, equal: false, tables: [], progress: null });
  await Promise.all([here, there, next].map(({ verifications }) => verifications.stop()));
  expect(await world.process().verifications.newest(flow)).toEqual(done);
  expect(here.warned).toEqual([]);
});

test('one whose process is gone is told as such, and another one can be begun', async () => {
  await using world = await catalogWithFlow();
  const { flow } = world;
  const { verifications, answer } = world.process();
  await world.store.begin(flow, randomUUID(), null);
  expect(await verifications.newest(flow)).toMatchObject({ state: 'running' });
  await world.database('verifications').update({ heard_until: world.database.raw(`now() - interval '1 second'`) });
  expect(await verifications.newest(flow)).toMatchObject({
    state: 'failed',
    reason: { code: 'WORMHOLE_VERIFICATION_LOST' },
    endedAt: expect.any(String),
  });
  expect(await verifications.begin(flow, MOST)).toMatchObject({ state: 'running', reason: null });
  answer.resolve([]);
  await verifications.stop();
});

test('a process that ends cancels its own, and not the one that has taken its place', async () => {
  await using world = await catalogWithFlow();
  const { flow, database } = world;
  const lost = world.process();
  const next = world.process();
  await lost.verifications.begin(flow, MOST);
  await database('verifications').update({ heard_until: database.raw(`now() - interval '1 second'`) });
  const begun = await next.verifications.begin(flow, MOST);
  lost.answer.resolve([]);
  await lost.verifications.stop();
  expect(await next.verifications.newest(flow)).toEqual(begun);
  await next.asked.promise;
  next.answer.resolve([]);
  await next.verifications.stop();
});

test('one whose sink has no address that can be opened is told as failed', async () => {
  await using world = await catalogWithFlow();
  const { verifications } = world.process();
  const flow = structuredClone(world.flow);
  flow.definition.sink.connection.host = 'no host';
  await verifications.begin(flow, MOST);
  const failed = await eventually(
    () => verifications.newest(flow),
    (view) => view?.state !== 'running',
  );
  expect(failed).toMatchObject({ state: 'failed', reason: { code: 'SERVICE_INTERNAL' } });
  await verifications.stop();
});

test('what came of one is kept as soon as the catalog takes it', async () => {
  await using world = await catalogWithFlow();
  const { flow, database } = world;
  const { verifications, answer, warned } = world.process();
  await database.raw(`ALTER TABLE wormhole.verifications ADD CONSTRAINT refused CHECK (state <> 'done')`);
  await verifications.begin(flow, MOST);
  answer.resolve([]);
  expect(
    await eventually(
      () => warned.length,
      (warnings) => warnings > 0,
    ),
  ).toBeGreaterThan(0);
  expect(await verifications.newest(flow)).toMatchObject({ state: 'running' });
  await database.raw('ALTER TABLE wormhole.verifications DROP CONSTRAINT refused');
  const done = await eventually(
    () => verifications.newest(flow),
    (view) => view?.state === 'done',
  );
  expect(done).toMatchObject({ state: 'done', endedAt: expect.any(String) });
  await verifications.stop();
});

interface World extends AsyncDisposable {
  database: Knex;
  store: VerificationStore;
  flow: VerifiedFlow;
  /** One whose question for the sources waits for `answer`. */
  process(tables?: Pick<TableStatus, 'schema' | 'table' | 'sources'>[]): {
    verifications: Verifications;
    asked: PromiseWithResolvers<void>;
    answer: PromiseWithResolvers<{ name: string; source: string }[]>;
    warned: unknown[];
  };
}

async function catalogWithFlow(): Promise<World> {
  const metadata = await testPostgres();
  const database = await openMetadata({ url: metadata.url, schema: 'wormhole', migrations: WORMHOLE_MIGRATIONS });
  const store = new VerificationStore(database);
  const definition = readFlowDefinition({
    name: 'all',
    source: { namespace: 'postgresql.erp.public.*.*.*.*' },
    sink: { store: 'postgres', connection: connectionOf(metadata.url) },
  });
  const flow = { id: randomUUID(), organisationId: randomUUID(), name: 'all', definition };
  await database('flows').insert({
    ...{ id: flow.id, organisation_id: flow.organisationId, name: flow.name, definition: JSON.stringify(definition) },
    ...{ origin: 'rest', wanted: 'running', state: 'running' },
  });
  return {
    ...{ database, store, flow },
    process(tables = []) {
      const asked = Promise.withResolvers<void>();
      const answer = Promise.withResolvers<{ name: string; source: string }[]>();
      const dbus = {
        listSources: () => {
          asked.resolve();
          return answer.promise as Promise<SourceView[]>;
        },
        listTables: async () => [],
        compareTable: () => Promise.reject(new Error('there is no table to compare')),
      } satisfies ReturnType<VerificationsOptions['dbusOf']>;
      const warned: unknown[] = [];
      const verifications = new Verifications({
        dbusOf: () => dbus,
        statusOf: async () => ({ tables: tables as TableStatus[] }) as FlowStatus,
        store,
        logger: { warn: (...words: unknown[]) => void warned.push(words) },
      });
      return { verifications, asked, answer, warned };
    },
    async [Symbol.asyncDispose]() {
      await database.destroy();
      await metadata[Symbol.asyncDispose]();
    },
  };
}
