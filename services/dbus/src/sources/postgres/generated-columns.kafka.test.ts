/** Shows that a stored generated column is in the stream as it is in a pull, also where the publications were made without it. */
import { testPostgres } from '@rtdp/testing/postgres';
import { expect, test, vi } from 'vitest';
import { dbusFixture, materialise, until } from '../../testing/dbus-fixture.ts';

// A second or two on a quiet machine; two busy cores may take long.
vi.setConfig({ testTimeout: 180_000 });

test('what an update makes of a stored generated column arrives, and older publications learn to tell it', async () => {
  await using fixture = await dbusFixture();
  await using shop = await testPostgres();
  const { rows: servers } = await shop.query<{ version: string }>(
    `SELECT current_setting('server_version_num') AS version`,
  );
  if (Number(servers[0]!.version) < 180000) return;
  await shop.query(
    `CREATE TABLE gen (id int PRIMARY KEY, a int, g int GENERATED ALWAYS AS (a * 2) STORED, v int GENERATED ALWAYS AS (a * 3) VIRTUAL);
     CREATE TABLE gen_full (id int PRIMARY KEY, a int, g int GENERATED ALWAYS AS (a * 2) STORED); ALTER TABLE gen_full REPLICA IDENTITY FULL;
     INSERT INTO gen VALUES (1, 1); INSERT INTO gen_full VALUES (1, 1)`,
  );
  const given = fixture.definitionOf(shop.url);
  const { definition, id } = await fixture.register(given);
  await fixture.becomes(given.name, 'running');
  for (const table of ['gen', 'gen_full']) {
    await fixture.pulled(given.name, table);
    await shop.query(`UPDATE ${table} SET a = 100 WHERE id = 1`);
  }
  const holds = (table: string, a: number) =>
    until(`${table} holds ${a}`, async () => {
      const row = materialise(await fixture.messages(definition.topic), table, 'id').get('1');
      return row?.a === a ? row : JSON.stringify(row);
    });
  expect(await holds('gen_full', 100)).toMatchObject({ g: 200 });
  const updated = await holds('gen', 100);
  expect(updated).toMatchObject({ g: 200 });
  expect(updated).not.toHaveProperty('v');
  // One shape from the first row on, hence one pull.
  expect((await fixture.around.schemaVersions.list(id)).map(({ version }) => version)).toEqual([1, 1]);
  expect((await fixture.around.pulls.list(id)).map(({ cause }) => cause)).toEqual(['first', 'first']);

  // As sources have it that were registered before their publications told of such columns.
  await fixture.supervisor.hold(await fixture.around.sources.get(fixture.organisationId, given.name), 'stop', 'test');
  const { rows: publications } = await shop.query<{ name: string }>('SELECT pubname AS name FROM pg_publication');
  for (const { name } of publications)
    await shop.query(`ALTER PUBLICATION ${name} SET (publish_generated_columns = none)`);
  await shop.query(`UPDATE gen SET a = 200 WHERE id = 1`);
  // Also where the catalog is away just after the publications have learnt it.
  await fixture.metadata.raw('ALTER TABLE tables ADD CONSTRAINT refused CHECK (length(barrier) > 19) NOT VALID');
  const stopped = await fixture.around.sources.get(fixture.organisationId, given.name);
  await expect(fixture.supervisor.begin(stopped, 'test')).rejects.toThrow('refused');
  const { rows: told } = await shop.query(`SELECT 1 FROM pg_publication WHERE pubgencols = 's'`);
  expect(told).toHaveLength(publications.length);
  await fixture.metadata.raw('ALTER TABLE tables DROP CONSTRAINT refused');
  await until('the missed values are there', async () => {
    const row = materialise(await fixture.messages(definition.topic), 'gen', 'id').get('1');
    return row?.g === 400 || JSON.stringify(row);
  });
  await shop.query(`UPDATE gen SET a = 300 WHERE id = 1`);
  expect(await holds('gen', 300)).toMatchObject({ g: 600 });
});
