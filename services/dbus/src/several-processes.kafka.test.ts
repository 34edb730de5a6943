/** Shows what a process over a catalog that others work on too does when the catalog refuses it at its start, with a start that hangs when another one is told to stop, and with a comparison of what another one streams. */
import { connectionOf } from '@rtdp/testing/connection';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import type { Supervisor } from './supervisor.ts';
import { type DbusFixture, dbusFixture, until } from './testing/dbus-fixture.ts';
import { dbusProcess } from './testing/dbus-process.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

const says = (one: Supervisor, name: string, beginning: string) =>
  until(`it says: ${beginning}`, async () => {
    const { detail } = one.health(name);
    return detail.startsWith(beginning) ? true : detail;
  });

test('a process that could not note at its start that a source is stopped takes it up all the same once it is to run', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  const given = fixture.definitionOf(shop.url, { autoStart: false });
  await fixture.register(given);
  const stopped = await fixture.becomes(given.name, 'stopped');
  await fixture.metadata.raw(`
    CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'refused'; END $$;
    CREATE TRIGGER refused BEFORE UPDATE OF state ON sources FOR EACH ROW EXECUTE FUNCTION refuse()`);
  const second = fixture.restartSupervisor();
  await second.start();
  // Its turn comes after that of the start, which was refused.
  await second.change(stopped, given, 'test');
  await fixture.metadata.raw('DROP TRIGGER refused ON sources');
  await fixture.supervisor.begin(stopped, 'test');
  await fixture.supervisor.stop();
  await until('the second streams', async () => {
    return second.running(given.name) !== undefined || second.health(given.name).detail;
  });
});

test('a stop asked of another process ends a start that waits for a transaction', async () => {
  await using fixture = await dbusFixture();
  await using starts = await hangingStart(fixture);
  const { first, second, name, stored, sessions } = starts;
  await first.hold(await stored(), 'stop', 'test');
  await until('the start has ended', async () => (await sessions('prepare')) === 0 || 'it waits');
  await says(second, name, 'It is stopped');
  expect(await stored()).toMatchObject({ wanted: 'stopped', state: 'stopped', reason: null });
  expect(await fixture.metadata('sources').first('held_by')).toEqual({ held_by: null });
});

test('a slot that was still made after a stop was asked of another process is watched', async () => {
  await using fixture = await dbusFixture();
  await using starts = await hangingStart(fixture);
  const { first, second, name, stored, sessions, endLong, slots } = starts;
  await first.hold(await stored(), 'stop', 'test');
  await endLong();
  await says(second, name, 'It is stopped');
  await until('the slot is watched, or none was made', async () => {
    const [made, watchers] = [await slots(), await sessions('watch')];
    return made === watchers ? true : `${made} slots, ${watchers} watchers`;
  });
});

test('a start asked for while another process makes the slot takes the source over, and does not take the slot for that of a stranger', async () => {
  await using fixture = await dbusFixture();
  await using starts = await hangingStart(fixture);
  const { first, second, name, stored, endLong } = starts;
  const { metadata } = fixture;
  await metadata.raw(`CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS
    $$ BEGIN PERFORM pg_advisory_xact_lock_shared(7); RETURN NULL; END $$`);
  await metadata.raw('CREATE TRIGGER dawdle BEFORE UPDATE OF held_by ON sources EXECUTE FUNCTION dawdle()');
  const lock = await metadata.transaction();
  await lock.raw('SELECT pg_advisory_xact_lock(7)');
  const asked = first.begin(await stored(), 'test');
  await until('the start waits for the lease', async () => {
    const { rows } = await metadata.raw("SELECT 1 FROM pg_locks WHERE locktype = 'advisory' AND NOT granted");
    return rows.length > 0 || 'not yet';
  });
  await endLong();
  await until('the other one streams', async () => second.health(name).status === 'ok' || second.health(name).detail);
  await lock.rollback();
  await asked;
  await says(second, name, 'Another process streams it');
});

test('a process compares the tables of a source that another one streams, and refuses those of one that is paused', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  await using first = await dbusProcess({ metadataUrl: metadata.url, brokers });
  const name = uniqueName('s');
  await first.client.registerSource({ name, kind: 'postgres', connection: connectionOf(shop.url), tables: 'all' });
  await until('it streams', async () => (await first.client.getSource(name)).state === 'running' || 'not yet');
  await using second = await first.again();
  await until('the second streams', async () => {
    const { detail } = (await first.client.getSource(name)).health;
    return detail.startsWith('Another process streams it') || detail;
  });
  const asked = { schema: 'public', table: 't', question: { about: 'clock' } } as const;
  expect(await first.client.compareTable(name, asked)).toMatch(/^20/);
  await second.client.command(name, 'pause');
  await expect(first.client.compareTable(name, asked)).rejects.toMatchObject({
    code: 'DBUS_SOURCE_NOT_RUNNING',
    message: `source ${name} is paused`,
  });
});

/** A source that `second` begins, whose slot cannot be made before a long transaction ends; `first` stands by. */
async function hangingStart(fixture: DbusFixture) {
  const shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY)');
  const long = await shop.pool.connect();
  await long.query('BEGIN');
  await long.query('INSERT INTO t VALUES (1)');
  let isLong = true;
  const endLong = async (): Promise<void> => {
    if (!isLong) return;
    isLong = false;
    await long.query('ROLLBACK');
    long.release();
  };
  const given = fixture.definitionOf(shop.url);
  const { name } = given;
  const count = async (what: string, values: unknown[] = []) =>
    (await shop.query(`SELECT 1 FROM ${what}`, values)).rows.length;
  const sessions = (role: string) =>
    count('pg_stat_activity WHERE application_name = $1', [`rtdp-dbus-${name}-${role}`]);
  const slots = () => count('pg_replication_slots WHERE database = current_database()');
  const first = fixture.supervisor;
  await fixture.register(given);
  await until('the slot waits', async () => (await slots()) === 1 || 'not yet');
  const second = fixture.restartSupervisor();
  await second.start();
  await says(first, name, 'Another process streams it');
  await until(
    'the slot waits again',
    async () => ((await slots()) === 1 && (await sessions('prepare')) === 1) || 'not yet',
  );
  return {
    ...{ first, second, name, endLong, sessions, slots },
    stored: () => fixture.around.sources.get(fixture.organisationId, name),
    async [Symbol.asyncDispose]() {
      await endLong();
      await Promise.all([first.stop(), second.stop()]);
      await shop.drop();
    },
  };
}
