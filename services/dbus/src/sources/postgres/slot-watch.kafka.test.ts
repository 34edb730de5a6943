/** Shows that the log which a held source keeps at its server is watched: an alarm beyond the budget, and a slot that is lost stops the source for good. */
import { ownPostgres } from '@rtdp/testing/own-postgres';
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { dbusFixture, until } from '../../testing/dbus-fixture.ts';
import { reportSlot, slotAlarm } from './slot-watch.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('a paused source is over its budget, then its slot is lost, and starting it says what to do', async () => {
  await using fixture = await dbusFixture();
  await using server = await ownPostgres({
    settings: { max_slot_wal_keep_size: '64MB', max_wal_size: '64MB', min_wal_size: '32MB' },
  });
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('CREATE TABLE t (id int PRIMARY KEY)');
  const given = fixture.definitionOf(server.url, { slotLagBudgetBytes: 20_000_000 });
  await fixture.register(given);
  let stored = await fixture.becomes(given.name, 'running');
  await fixture.supervisor.hold(stored, 'pause', 'test');
  const writeLog = async (megabytes: number): Promise<void> => {
    for (let written = 0; written < megabytes; written += 16) {
      await client.query('INSERT INTO t SELECT coalesce(max(id), 0) + 1 FROM t');
      await client.query('SELECT pg_switch_wal()');
    }
    await client.query('CHECKPOINT');
  };
  const source = async () => {
    const { parts } = await fixture.health.report();
    return parts.find((part) => part.name === `source ${given.name}`)!;
  };
  await writeLog(48);
  const alarm = await until('there is an alarm', async () => {
    const part = await source();
    return part.detail.includes('budget') ? part : part.detail;
  });
  expect(alarm.status).toBe('degraded');
  expect(fixture.supervisor.slot(given.name)).toMatchObject({ overBudget: true, present: true });

  await writeLog(160);
  await until('the slot is lost', async () => {
    const part = await source();
    return part.status === 'down' && part.detail.includes('lost') ? part : part.detail;
  });
  stored = await fixture.around.sources.get(fixture.organisationId, given.name);
  await expect(fixture.supervisor.begin(stored, 'test')).rejects.toMatchObject({
    code: 'DBUS_SLOT_LOST',
    next: expect.stringContaining('Remove the source and register it again'),
  });
  await fixture.becomes(given.name, 'stopped');
  await client.end();
});

test('what is worth an alarm', () => {
  const facts = {
    active: false,
    activePid: null,
    walStatus: 'extended',
    invalidation: '',
    confirmedFlushLsn: '0/1',
    restartLsn: '0/1',
    retainedBytes: 30_000_000,
    lagBytes: 5,
    safeBytes: 10_000_000,
  };
  expect(slotAlarm(undefined)).toBeNull();
  expect(slotAlarm(reportSlot({ ...facts, retainedBytes: 19 }, 20, 0))).toBeNull();
  expect(slotAlarm(reportSlot(facts, 20_000_000, 0))).toMatchObject({
    status: 'degraded',
    detail: expect.stringContaining('10 MB more'),
  });
  expect(slotAlarm(reportSlot({ ...facts, invalidation: 'wal_removed' }, 20_000_000, 0))).toMatchObject({
    status: 'down',
  });
  expect(slotAlarm(reportSlot(undefined, 20_000_000, 0))).toMatchObject({ status: 'down' });
});
