/** Shows that a table which changes in every way while it is pulled, again and again, ends equal to what a sink makes of the messages. */
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { dbusFixture, materialise, until } from '../testing/dbus-fixture.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

/** Small and seeded, so that a failure can be repeated. */
function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

test.each([1, 2])('seed %d', async (seed) => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE t (id int PRIMARY KEY, note text NOT NULL, counter int NOT NULL DEFAULT 0)');
  await shop.query(`INSERT INTO t SELECT g, 'first' FROM generate_series(1, 8000) g`);
  const given = fixture.definitionOf(shop.url, { snapshot: { chunkRows: 400, rowsPerSecond: 4000 } });
  const { definition, id } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  const random = randomOf(seed);
  let writing = true;
  let writes = 0;
  const write = async (): Promise<void> => {
    const key = Math.floor(random() * 9000);
    const kind = random();
    if (kind < 0.4)
      await shop.query('UPDATE t SET counter = counter + 1, note = $2 WHERE id = $1', [key, `u${writes}`]);
    else if (kind < 0.6) await shop.query('DELETE FROM t WHERE id = $1', [key]);
    else if (kind < 0.9)
      await shop.query('INSERT INTO t VALUES ($1, $2) ON CONFLICT (id) DO UPDATE SET note = excluded.note', [
        key,
        `i${writes}`,
      ]);
    // A key change, from what is read to what is not yet, or back.
    else
      await shop.query('UPDATE t SET id = $2 WHERE id = $1 AND NOT EXISTS (SELECT FROM t WHERE id = $2)', [
        key,
        Math.floor(random() * 9000),
      ]);
    writes++;
  };
  const writer = (async () => {
    // At least so many, however fast the pulls were.
    while (writing || writes <= 200) await write();
  })();
  await fixture.pulled(given.name, 't');
  const again = await fixture.around.pulls.ask({
    organisationId: fixture.organisationId,
    sourceId: id,
    table: { schema: 'public', table: 't' },
    cause: 'request',
    askedBy: 'test',
  });
  fixture.supervisor.running(given.name)!.kickPulls();
  const second = await until('the second pull is done', async () => {
    const pull = await fixture.around.pulls.get(fixture.organisationId, again.id);
    return pull.state === 'done' ? pull : `${pull.state}, ${pull.chunks} chunks`;
  });
  writing = false;
  await writer;
  const { rows } = await shop.query<{ id: number; note: string; counter: number }>('SELECT * FROM t ORDER BY id');
  await shop.query(`INSERT INTO t VALUES (1000000, 'the end')`);
  const messages = await until('the last row arrives', async () => {
    const read = await fixture.messages(definition.topic);
    return materialise(read, 't', 'id').has('1000000') ? read : 'not yet';
  });
  const stored = materialise(messages, 't', 'id');
  stored.delete('1000000');
  // Delete detection: what the second pull did not bring is gone.
  for (const [key, row] of stored) if (BigInt(String(row.ums_id_)) < second.firstId!) stored.delete(key);
  const plain = [...stored.values()]
    .map((row) => ({ id: Number(row.id), note: row.note, counter: row.counter }))
    .sort((a, b) => a.id - b.id);
  expect(plain).toEqual(rows);
});
