/** Shows what becomes of a verification that is cancelled in its last question. */
import { expect, test } from 'vitest';
import type { FlowStatus } from '../client.ts';
import { readFlowDefinition } from '../flow/definition.ts';
import { Verifications, type VerificationsOptions } from './verifications.ts';

test('one that is cancelled while it asks for the last time stays cancelled, and is not equal', async () => {
  const asked = Promise.withResolvers<void>();
  const answer = Promise.withResolvers<never[]>();
  const dbus = {
    listSources: () => {
      asked.resolve();
      return answer.promise;
    },
    listTables: async () => [],
    compareTable: () => Promise.reject(new Error('there is no table to compare')),
  } satisfies ReturnType<VerificationsOptions['dbusOf']>;
  const failed: unknown[] = [];
  const verifications = new Verifications({
    dbusOf: () => dbus,
    statusOf: async () => ({ tables: [] as FlowStatus['tables'] }) as FlowStatus,
    onFailed: (error) => failed.push(error),
    onLeft: (error) => failed.push(error),
    now: Date.now,
  });
  const definition = readFlowDefinition({
    name: 'all',
    source: { namespace: 'postgresql.erp.public.*.*.*.*' },
    sink: { store: 'postgres', connection: { host: '127.0.0.1', database: 'nowhere', user: 'nobody' } },
  });
  verifications.begin({ id: '1', organisationId: 'o', name: 'all', definition }, { mostDifferences: 1 });
  await asked.promise;
  verifications.cancel('1');
  const cancelled = structuredClone(verifications.newest('1'));
  expect(cancelled).toMatchObject({ state: 'cancelled' });
  answer.resolve([]);
  await verifications.stop();
  expect(verifications.newest('1')).toEqual(cancelled);
  expect(failed).toEqual([]);
});
