/** Shows that a table which stopped by itself is told of everywhere, until it is resumed: by health, as a state, and by its own lag. */

import { connectionOf } from '@rtdp/testing/connection';
import { testKafka } from '@rtdp/testing/kafka';
import { uniqueName } from '@rtdp/testing/names';
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { until } from '../../testing/dbus-fixture.ts';
import { type DbusProcess, dbusProcess } from '../../testing/dbus-process.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('a table that stopped makes its source degraded, also after a restart, and resuming it brings back what was passed over', async () => {
  const { brokers } = await testKafka();
  await using metadata = await testPostgres();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE big (id int PRIMARY KEY, body text); CREATE TABLE small (id int PRIMARY KEY)');
  await using dbus = await dbusProcess({ metadataUrl: metadata.url, brokers });
  const name = uniqueName('s');
  await dbus.client.registerSource({
    name,
    kind: 'postgres',
    connection: connectionOf(shop.url),
    tables: 'all',
    heartbeatMs: 200,
    deadLetterLimit: 3,
    limits: { maximumMessageBytes: 10_000 },
  });
  const healthOf = async ({ client }: DbusProcess) => (await client.getSource(name)).health;
  const tableOf = async ({ client }: DbusProcess, which = 'big') =>
    (await client.listTables(name)).find(({ table }) => table === which)!;
  const becomes = (process: DbusProcess, status: string, words = '') =>
    until(`it is ${status}`, async () => {
      const health = await healthOf(process);
      return health.status === status && health.detail.includes(words) ? health : JSON.stringify(health);
    });
  await becomes(dbus, 'ok');
  await shop.query(`INSERT INTO big VALUES (1, 'good')`);
  await until('the first row is published', async () => (await tableOf(dbus)).rows === 1 || 'not yet');
  // Else it would wait for the table to go on, and be the one that reads what was passed over.
  await until('it is pulled for the first time', async () => {
    const first = (await dbus.client.listPulls(name)).find(({ table }) => table === 'big');
    return first?.state === 'done' || String(first?.state);
  });

  await shop.query(`INSERT INTO big SELECT g, repeat('x', 30000) FROM generate_series(11, 13) g`);
  await shop.query(`INSERT INTO big VALUES (2, 'passed over')`);
  const { detail } = await becomes(dbus, 'degraded', 'public.big stopped by itself');
  expect(detail).toContain(`source dead-letters ${name}`);
  expect(detail).toContain(`source resume-table ${name} public.big`);
  const stopped = await tableOf(dbus);
  expect(stopped).toMatchObject({ stopped: true, deadLetters: 3 });
  // Heartbeats say how far a quiet table is, not one whose changes are passed over.
  await until('its lag grows while that of the other does not', async () => {
    const [big, small] = [await tableOf(dbus), await tableOf(dbus, 'small')];
    return big.lagMillis! > stopped.lagMillis! + 1_000 && small.lagMillis! < big.lagMillis! - 500
      ? true
      : `${big.lagMillis} ${small.lagMillis}`;
  });

  await dbus.kill('SIGKILL');
  await using again = await dbus.again();
  await becomes(again, 'degraded', `source resume-table ${name} public.big`);

  await shop.query(`DELETE FROM big WHERE id > 10`);
  // One that cannot note the pull does not let the table go on without it.
  await metadata.query(`ALTER TABLE dbus.pulls ADD CONSTRAINT refused CHECK (cause <> 'table-resumed') NOT VALID`);
  await expect(again.client.resumeTable(name, { schema: 'public', table: 'big' })).rejects.toThrow();
  await metadata.query('ALTER TABLE dbus.pulls DROP CONSTRAINT refused');
  expect(await tableOf(again)).toMatchObject({ stopped: true });
  const [byHand] = await again.client.askPulls(name, ['public.big']);
  await until('the pull asked for by hand waits', async () => {
    const { state, waitsFor } = await again.client.getPull(name, byHand!.id);
    return (state === 'waiting' && waitsFor?.includes('once it is resumed') === true) || `${state}: ${waitsFor}`;
  });
  const resume = () => again.client.resumeTable(name, { schema: 'public', table: 'big' });
  const pullsOf = async () => (await again.client.listPulls(name)).filter(({ table }) => table === 'big');
  const before = (await pullsOf()).length;
  // The one that waits reads what was passed over, whoever asks and however often.
  const [{ pull }, ...others] = await Promise.all([resume(), resume(), resume()]);
  expect([pull, ...others.map((other) => other.pull)]).toEqual([byHand!.id, byHand!.id, byHand!.id]);
  await until('it is pulled', async () => {
    const { state, rows } = await again.client.getPull(name, pull);
    return state === 'done' ? rows === 2 || `${rows} rows` : state;
  });
  await becomes(again, 'ok');
  expect(await tableOf(again)).toMatchObject({ stopped: false });
  expect(await resume()).toEqual({ pull });
  expect((await pullsOf()).length).toBe(before);
  await again.client.removeSource(name);
});
