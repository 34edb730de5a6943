/** What one who stands by does with the lease when it is ended in the middle of taking it. */
import { randomUUID } from 'node:crypto';
import { FIRST_ORGANISATION_ID } from '@rtdp/identity/roles';
import { createLogger } from '@rtdp/service/logging';
import { openMetadata } from '@rtdp/service/metadata';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test } from 'vitest';
import { DBUS_MIGRATIONS } from './catalog/migrations.ts';
import { SourceLease } from './catalog/source-lease.ts';
import { Standby } from './standby.ts';

test('a standby that is ended has taken the lease or never takes it, and leaves it to whoever ended it', async () => {
  await using database = await testPostgres();
  const metadata = await openMetadata({ url: database.url, schema: 'dbus', migrations: DBUS_MIGRATIONS });
  const id = randomUUID();
  await metadata('sources').insert({
    ...{ id, organisation_id: FIRST_ORGANISATION_ID, name: 's', kind: 'postgres', definition: '{}' },
    ...{ sealed_password: '', origin: 'rest', wanted: 'running', state: 'failed' },
  });
  const holder = async () => (await metadata('sources').where({ id }).first()).held_by;
  const lease = new SourceLease(metadata, 'me', id, createLogger('standby-test', 'silent'));
  let takenUp = 0;
  const locker = await metadata.transaction();
  await locker('sources').where({ id }).forUpdate();
  const standby = new Standby({
    lease,
    isWanted: async () => true,
    isRead: async () => false,
    takeUp: async () => {
      takenUp++;
    },
    random: () => 0,
    failures: 0,
  });
  const blocked = "SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
  const waiting = async () => (await metadata.raw(blocked)).rows.length;
  await expect.poll(waiting, { timeout: 20_000 }).toBe(1);
  let isEnded = false;
  const ended = (async () => {
    await standby.end();
    isEnded = true;
  })();
  expect(await holder()).toBe(null);
  expect(isEnded).toBe(false);
  await locker.rollback();
  await ended;
  expect(await holder()).toBe('me');
  await lease.letGo();
  expect(await holder()).toBe(null);
  expect(takenUp).toBe(0);
  await metadata.destroy();
});
