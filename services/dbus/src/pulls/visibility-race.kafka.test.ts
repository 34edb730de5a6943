/** Makes the race of ums.md real: a commit that is in the log, decoded and published, while no new snapshot sees it yet. No stale row may win. */
import { ownPostgres } from '@rtdp/testing/own-postgres';
import pg from 'pg';
import { expect, test, vi } from 'vitest';
import { dbusFixture, materialise, rowsOf, until } from '../testing/dbus-fixture.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('a pull waits for a published commit that new snapshots do not see, and the newer value wins', async () => {
  await using fixture = await dbusFixture();
  await using server = await ownPostgres();
  const client = new pg.Client({ connectionString: server.url });
  await client.connect();
  await client.query('SET synchronous_commit = local');
  await client.query('CREATE TABLE stock (id int PRIMARY KEY, note text)');
  await client.query(`INSERT INTO stock SELECT g, 'old' FROM generate_series(1, 100) g`);
  const given = fixture.definitionOf(server.url);
  const { definition, id: sourceId } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await fixture.pulled(given.name, 'stock');

  // From here a commit waits for a standby that will never come: durable and decoded, but not visible.
  await client.query(`ALTER SYSTEM SET synchronous_standby_names = 'absent'`);
  await client.query('SELECT pg_reload_conf()');
  const writer = new pg.Client({ connectionString: server.url });
  await writer.connect();
  await until('the standby is waited for', async () => {
    const { rows } = await writer.query<{ synchronous_standby_names: string }>('SHOW synchronous_standby_names');
    return rows[0]!.synchronous_standby_names === 'absent' ? true : 'not yet';
  });
  const commit = writer.query(`UPDATE stock SET note = 'new' WHERE id = 5`);
  const publishedId = await until('the update is published', async () => {
    const update = rowsOf(await fixture.messages(definition.topic), 'stock').find((row) => row.ums_op_ === 'u');
    return update === undefined ? 'not yet' : BigInt(String(update.ums_id_));
  });
  const seen = await client.query<{ note: string }>('SELECT note FROM stock WHERE id = 5');
  expect(seen.rows, 'the race is real: published, yet invisible').toEqual([{ note: 'old' }]);

  const pull = await fixture.around.pulls.ask({
    organisationId: fixture.organisationId,
    sourceId,
    table: { schema: 'public', table: 'stock' },
    cause: 'request',
    askedBy: 'test',
  });
  const running = fixture.supervisor.running(given.name)!;
  running.kickPulls();
  const waits = await until('the pull waits', async () => {
    const sentence = running.pullWaitsFor(pull.id);
    return sentence?.includes('not yet visible') ? { sentence } : String(sentence);
  });
  expect(waits.sentence).toContain('is in the log but not yet visible to new snapshots');
  await new Promise((resolve) => setTimeout(resolve, 1500));
  expect(await fixture.around.pulls.get(fixture.organisationId, pull.id)).toMatchObject({
    state: 'running',
    chunks: 0,
  });

  await client.query('ALTER SYSTEM RESET synchronous_standby_names');
  await client.query('SELECT pg_reload_conf()');
  await commit;
  await until('the pull is done', async () => {
    const { state } = await fixture.around.pulls.get(fixture.organisationId, pull.id);
    return state === 'done' ? true : state;
  });
  const messages = await fixture.messages(definition.topic);
  expect(materialise(messages, 'stock', 'id').get('5')?.note).toBe('new');
  // Nothing that is newer than the update says "old".
  const stale = rowsOf(messages, 'stock').filter(
    (row) => row.id === 5 && BigInt(String(row.ums_id_)) > publishedId && row.note !== 'new',
  );
  expect(stale).toEqual([]);
  const [chunk] = await fixture.around.pulls.chunks(pull.id);
  expect(chunk!.attempts).toBeGreaterThan(1);
  await client.end();
  await writer.end();
});
