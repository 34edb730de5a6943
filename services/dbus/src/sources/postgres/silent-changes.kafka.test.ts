/** Shows that a table is pulled after a change of its columns that moved stored values without a row in the log. */
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { dbusFixture, materialise, until } from '../../testing/dbus-fixture.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('a renamed column, and two that exchange their names, hold in every old row what the source has', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  await shop.query('CREATE TABLE ren (id int PRIMARY KEY, a text, c text)');
  await shop.query(`INSERT INTO ren VALUES (1, 'p', 'x'), (2, 'q', 'y')`);
  const given = fixture.definitionOf(shop.url);
  const { definition, id } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  await fixture.pulled(given.name, 'ren');
  const becomes = (first: Record<string, unknown>, version: number) =>
    until(`row 1 is ${JSON.stringify(first)} in version ${version}`, async () => {
      const messages = await fixture.messages(definition.topic);
      const row = materialise(messages, 'ren', 'id').get('1');
      const isThere = Object.entries(first).every(([column, value]) => row?.[column] === value);
      const versions = await fixture.around.schemaVersions.list(id);
      return (isThere && versions.at(-1)!.version === version) || JSON.stringify({ row, versions: versions.length });
    });

  await shop.query('ALTER TABLE ren RENAME a TO b');
  // Only now is the change seen, and only this row is in the log.
  await shop.query(`UPDATE ren SET c = 'z' WHERE id = 2`);
  await becomes({ b: 'p', c: 'x' }, 2);

  await shop.query(
    'BEGIN; ALTER TABLE ren RENAME b TO d; ALTER TABLE ren RENAME c TO b; ALTER TABLE ren RENAME d TO c; COMMIT',
  );
  await shop.query(`UPDATE ren SET c = 'q' WHERE id = 2`);
  await becomes({ b: 'x', c: 'p' }, 3);

  await until('both pulls are done', async () => {
    const pulls = await fixture.around.pulls.list(id);
    const said = pulls.map(({ cause, state }) => `${cause} ${state}`).join();
    return said === 'schema-change done,schema-change done,first done' || said;
  });
  const sentences = (await fixture.around.events.list(fixture.organisationId, given.name, 100)).flatMap((event) =>
    event.kind === 'pull-asked' ? [event.sentence] : [],
  );
  expect(sentences).toEqual([
    'public.ren is pulled again: its columns changed their places',
    'public.ren is pulled again: a may have been renamed to b',
  ]);
});
