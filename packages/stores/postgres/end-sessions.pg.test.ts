/** Shows which sessions are ended at the server: those that are meant, none that got the id of one, and that it is told when none could be. */
import { eventually } from '@rtdp/testing/eventually';
import { testPostgres } from '@rtdp/testing/postgres';
import { Client } from 'pg';
import { expect, test } from 'vitest';
import { CutProxy } from '../cut-proxy.ts';
import { openReader } from './connect.ts';
import { endSessions, sessionOf } from './end-sessions.ts';

test('a session is ended, and not another one that has got its process id since', async () => {
  await using database = await testPostgres();
  const client = new Client(database.url);
  const ended = new Promise((resolve) => client.on('error', resolve));
  await client.connect();
  const session = await sessionOf(client);
  const config = { connectionString: database.url };
  await endSessions(config, [{ ...session, began: '2020-01-01 00:00:00.000001+00' }]);
  expect((await client.query('SELECT 1')).rowCount).toBe(1);
  await endSessions(config, [session]);
  expect(await ended).toMatchObject({ code: '57P01' });
  await client.end();
});

test('what a server is busy with for a reader is ended there, or it is told that nobody could be asked to', async () => {
  await using database = await testPostgres();
  await using proxy = await CutProxy.before(database.url);
  const busy = async () =>
    (
      await database.query(
        `SELECT FROM pg_stat_activity WHERE datname = current_database() AND query ~ '^SELECT pg_sleep'`,
      )
    ).rowCount;
  const left: unknown[] = [];
  for (const refusing of [false, true]) {
    const wanted = new AbortController();
    const reader = openReader(proxy.url, { signal: wanted.signal, onLeft: (error) => left.push(error) });
    const asked = reader.query('SELECT pg_sleep(20)').catch((error: unknown) => error);
    expect(await eventually(busy, (sessions) => sessions === 1)).toBe(1);
    proxy.refuse(refusing);
    wanted.abort(new Error('nobody wants it'));
    if (refusing) {
      expect(
        await eventually(
          () => left.length,
          (failures) => failures > 0,
        ),
      ).toBe(1);
    } else {
      expect(await asked).toMatchObject({ code: '57P01' });
      await expect(reader.query('SELECT 1')).rejects.toThrow('nobody wants it');
    }
    proxy.cut();
    await reader.end();
  }
});
