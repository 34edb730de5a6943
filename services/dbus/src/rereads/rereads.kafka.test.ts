/** Proves that requests in a sink's own text are answered, and that one that nobody can answer holds up no other. */
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { DBUS_TOPICS } from '../catalog/source-definition.ts';
import { dbusFixture, rowsOf, until } from '../testing/dbus-fixture.ts';

// A few seconds on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('keys come as a sink has them; one that Postgres cannot read is left out', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query(
    'CREATE TABLE t (at timestamptz, active boolean, tags int[], note text, PRIMARY KEY (at, active, tags))',
  );
  await shop.query(`INSERT INTO t VALUES ('2026-01-02 01:04:05.5+00', true, '{1,2}', 'here')`);
  const given = fixture.definitionOf(shop.url, { snapshot: { initial: false } });
  const { definition } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await fixture.supervisor.running(given.name)!.stream.sequencer.refreshSchema({ schema: 'public', table: 't' });
  const producer = fixture.bus.producer();
  const namespace = `postgresql.${given.name}.public.t.1.0.0`;
  const request = (key: Record<string, string>) => ({
    partition: 0,
    key: null,
    value: Buffer.from(JSON.stringify({ namespace, key })),
  });
  const key = { at: '2026-01-02 01:04:05.5+00', active: 'true', tags: '{1,2}' };
  await producer.send(DBUS_TOPICS.rereads, [
    request({ ...key, at: 'never' }),
    request({ ...key, tags: '[' }),
    request({ ...key, active: 'false' }),
    request(key),
  ]);
  await producer.close();
  const rows = await until('the row is read again', async () => {
    const found = rowsOf(await fixture.messages(definition.topic), 't');
    return found.length > 0 ? found : 'nothing yet';
  });
  expect(rows).toHaveLength(1);
  expect(rows[0]).toMatchObject({ note: 'here', active: true });
});
